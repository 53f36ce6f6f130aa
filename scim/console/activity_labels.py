"""What the log's statuses and the like are called on pages: in catalogs, as all other texts."""

from collections.abc import Mapping

from scim.domain.activities import FAMILIES, ActivityType, Status, SubjectKind
from scim.sentences import Sentence

STATUSES: Mapping[Status, Sentence] = {status: Sentence.word(status) for status in Status}
TYPES: Mapping[ActivityType, Sentence] = {type_: Sentence.word(type_) for type_ in ActivityType}
FAMILY_NAMES: Mapping[str, Sentence] = {family.name: Sentence.word(family.name) for family in FAMILIES}
KINDS: Mapping[SubjectKind, Sentence] = {
    "user": Sentence("User"),
    "group": Sentence("Identity group"),
    "token": Sentence("Token"),
    "provider": Sentence("Identity provider"),
    "organization": Sentence("Organization"),
    "role": Sentence("Role"),
    "accessToken": Sentence("Access token"),
}
