"""Where everything is: the key layout of the `directory` and `config` tables.

All rows of the directory are in one partition, so that every change is one entity group transaction (ADR 0004).
`P` is the id of the owning provider, or `native`; `N` is `scim.schema.comparison.comparison_key`; `e` is `encoded`;
`o` is `ordered`.

| row key | holds | why |
|---|---|---|
| `u|P|<id>` | a user: document, standing | its ETag is `meta.version`; ids sort by creation |
| `p|<id>` | what the console manages of an account | SCIM never writes it, and editing it leaves `meta.version` alone |
| `t|P|<id>` | tombstone of a deleted user | to restore it from |
| `n|e(N(userName))` | provider and id of the holder | uniqueness in the tenant, `userName eq` |
| `s|P|o(N(userName)) |<id>` | what the list of accounts shows | `userName sw`, sorting by userName, that list |
| `h|P|o(word) |<id>` | nothing | searching accounts by a word of their names |
| `x|P|e(externalId)|<id>` | nothing | `externalId eq` of users, which need not be unique |
| `e|P|e(N(address))|<id>` | nothing | `emails.value eq`, a row for each distinct address |
| `v|P|<id>` | nothing | the system administrators, who are few |
| `y|<orgId>|P|<id>` | nothing | the users of an organization |
| `g|P|<id>` | a group's document | its ETag is `meta.version` |
| `f|<groupId>` | nothing | there while no change of the group's members is unfinished: a condition of the next |
| `d|P|e(N(displayName))` | the group's id | uniqueness within the provider, `displayName eq` |
| `w|P|e(externalId)|<id>` | nothing | `externalId eq` of groups |
| `m|<groupId>|<memberId>` | the member's type | members of a group |
| `r|<memberId>|<groupId>` | the member's type | groups of a member |
| `o|<orgId>` | an organization; of a deleted one, that its id was used | a user's write and its deletion meet here |
| `l|e(N(name))` | an organization's id, name and state | uniqueness, lists by name |
| `c|<kind>|P|<stripe>` | a part of a total | see `counters` |
| `a|<inverted time>|<id>` | an activity | written with its change, newest first; see `activity_keys` |
| `j|<resourceId>|<jobId>` | unfinished work | see `jobs` |
| `i|<jobId>|<n>` | the list of a job's changes of members | jobs with long lists need several rows |
| `b|<query>|<startIndex>` | where a page starts | see `bookmarks` |
| `q|P|<userId>` | a native account that waits for an administrator's decision | adoption |
| `ro|<id>` | a role | what it grants, and to which kind of user |
| `rn|<type>|e(N(name))` | the id of the role that has the name | uniqueness within the type |
| `rx|<id>` | when a role was deleted | until no mapping and no profile names it any more |
| `gm|P|<groupId>` | the roles that a group is mapped to | one row, whatever the group's size |
| `z|<roleId>|<accountId>` | nothing | who has a role natively; the assignment itself is in the account's `p` row |
| `k|sysadmins` | the system administrators who can sign in natively | guard of the last-administrator rule |

`config` is small and has a partition for each kind: `idp` (see `providers`), `tok` (token records, by token id),
`slots` (the live tokens of a provider, by provider id) and `vault` (the version of a secret that is in force).
"""

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from scim.schema.comparison import comparison_key
from scim.storage.tables.activity_keys import OUTBOX, activity_place
from scim.storage.tables.rows import KeyRange

DIRECTORY = "directory"
CONFIG = "config"
TABLES = (DIRECTORY, CONFIG)

PARTITION = "tenant|00"
"""The partition of the directory. The suffix leaves room for sharding."""

_UNSAFE = re.compile(r"[/\\#?%=|'\x00-\x1f\x7f-\x9f]")
_MAX_PART_UNITS = 400
_KEPT_UNITS = 330


def encoded(part: str) -> str:
    """A client's text as a part of a key: unsafe characters as `=HH`, long ones cut and completed by their digest.

    Different texts have different codes, and a prefix of a text (up to 330 units of its code) has a prefix of its code.
    """
    return _bounded(_UNSAFE.sub(lambda match: f"={ord(match[0]):02X}", part), part)


def ordered(part: str) -> str:
    """A client's text as a part of a key that sorts as the text does, by code units (the first 330 of the code).

    No code holds a space. Put behind one, it sorts a text before all that it is the beginning of.
    """
    return _bounded(_in_order(part), part)


def ordered_prefix(part: str) -> str:
    """The longest code with which the `ordered` codes of all texts that start with `part` start, and of no others."""
    return _first_units(_in_order(part))


def _bounded(code: str, part: str) -> str:
    if len(code) * 2 <= _MAX_PART_UNITS or units(code) <= _MAX_PART_UNITS:
        return code
    return f"{_first_units(code)}=h{hashlib.sha256(part.encode()).hexdigest()}"


_NEIGHBOURS = str.maketrans(
    {pair[place]: f"{pair[0]}{place}" for pair in ('"#', "$%", "&'", "./", ">?", "[\\", "{|") for place in (0, 1)}
    | {chr(code): f"!0{code:02X}" for code in range(0x20)}
    | {" ": "!1", "!": "!2", "~": "~0"}
    | {chr(code): f"~1{code:02X}" for code in range(0x7F, 0xA0)}
)
"""What keys do not take stands for itself as its lower neighbour and a digit, and so does the neighbour."""


def _in_order(part: str) -> str:
    return part.translate(_NEIGHBOURS)


def units(text: str) -> int:
    """The length of a text in UTF-16 code units, in which Azure Tables measures."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def _first_units(code: str) -> str:
    return code.encode("utf-16-le")[: _KEPT_UNITS * 2].decode("utf-16-le", "ignore")


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Whether a text can be an id that this service gave out; no other text ever becomes part of a key as an id."""
    return _ID.fullmatch(text) is not None


def prefix_range(prefix: str) -> KeyRange:
    """All keys that start with a prefix.

    The end is the prefix with its last character's successor; where that would be a surrogate, or beyond the basic
    plane, the highest code unit, which no key has, serves instead.
    """
    last = prefix[-1]
    return KeyRange(prefix, prefix[:-1] + chr(ord(last) + 1) if last < "\ud7ff" else f"{prefix}\uffff")


def after(key: str, keys: KeyRange) -> KeyRange:
    """The part of a range that follows a key; all of it, when the key stands before the range."""
    return KeyRange(max(key + "\x20", keys.start), keys.end)


def last_part(row_key: str) -> str:
    """What follows the last `|`: the id, in keys that end with one."""
    return row_key.rpartition("|")[2]


# Users


def user(provider: str, user_id: str) -> str:
    """The user's row."""
    return f"u|{provider}|{user_id}"


def users(provider: str) -> KeyRange:
    """All users of a provider."""
    return prefix_range(f"u|{provider}|")


def tombstone(provider: str, user_id: str) -> str:
    """The deleted user's row."""
    return f"t|{provider}|{user_id}"


def tombstones(provider: str) -> KeyRange:
    """All deleted users of a provider that can still be restored."""
    return prefix_range(f"t|{provider}|")


TOMBSTONES = prefix_range("t|")


def user_name(name: str) -> str:
    """The reservation of a userName."""
    return f"n|{encoded(comparison_key(name))}"


def sorted_name(provider: str, name: str, user_id: str) -> str:
    """The user's place in the order of names."""
    return f"s|{provider}|{ordered(comparison_key(name))} |{user_id}"


def sorted_names(provider: str, prefix: str = "") -> KeyRange:
    """The provider's users whose name starts with a prefix, in the order of names."""
    return prefix_range(f"s|{provider}|{ordered_prefix(comparison_key(prefix))}")


def word(provider: str, word: str, user_id: str) -> str:
    """The user's place under a word of its names, which is in comparison form."""
    return f"h|{provider}|{ordered(word)} |{user_id}"


def words(provider: str, prefix: str) -> KeyRange:
    """The provider's users with a word in their names that starts with a prefix."""
    return prefix_range(f"h|{provider}|{ordered_prefix(prefix)}")


def administrator(provider: str, user_id: str) -> str:
    """The user's place among the system administrators."""
    return f"v|{provider}|{user_id}"


def administrators(provider: str) -> KeyRange:
    """The system administrators among a provider's users."""
    return prefix_range(f"v|{provider}|")


def is_sortable(prefix: str) -> bool:
    """Whether `sorted_names` has none but the names that start with a prefix: those of long ones are cut."""
    code = _in_order(comparison_key(prefix))
    return code == _first_units(code)


def external_id(provider: str, value: str, user_id: str) -> str:
    """The user's place under its externalId."""
    return f"x|{provider}|{encoded(value)}|{user_id}"


def external_ids(provider: str, value: str) -> KeyRange:
    """The users with an externalId."""
    return prefix_range(f"x|{provider}|{encoded(value)}|")


def email(provider: str, address: str, user_id: str) -> str:
    """The user's place under an e-mail address."""
    return f"e|{provider}|{encoded(comparison_key(address))}|{user_id}"


def emails(provider: str, address: str) -> KeyRange:
    """The users with an e-mail address."""
    return prefix_range(f"e|{provider}|{encoded(comparison_key(address))}|")


def organization_user(organization_id: str, provider: str, user_id: str) -> str:
    """The user's place in its organization."""
    return f"y|{encoded(organization_id)}|{provider}|{user_id}"


def organization_users(organization_id: str) -> KeyRange:
    """The users of an organization, whatever provider owns them."""
    return prefix_range(f"y|{encoded(organization_id)}|")


def adoption(provider: str, user_id: str) -> str:
    """The native account's place in the provider's adoption queue."""
    return f"q|{provider}|{user_id}"


def adoptions(provider: str) -> KeyRange:
    """The provider's adoption queue."""
    return prefix_range(f"q|{provider}|")


ADMINISTRATORS = "k|sysadmins"


def profile(account_id: str) -> str:
    """What the console manages of an account."""
    return f"p|{account_id}"


PROFILES = prefix_range("p|")


def role_holder(role_id: str, account_id: str) -> str:
    """The account's place among those who have a role natively."""
    return f"z|{role_id}|{account_id}"


def role_holders(role_id: str) -> KeyRange:
    """Who has a role natively."""
    return prefix_range(f"z|{role_id}|")


# Groups and memberships


def group(provider: str, group_id: str) -> str:
    """The group's row."""
    return f"g|{provider}|{group_id}"


def groups(provider: str) -> KeyRange:
    """All groups of a provider."""
    return prefix_range(f"g|{provider}|")


def roster(group_id: str) -> str:
    """The row that is there while no change of the group's members is unfinished."""
    return f"f|{group_id}"


def display_name(provider: str, name: str) -> str:
    """The reservation of a group's displayName."""
    return f"d|{provider}|{encoded(comparison_key(name))}"


def group_external_id(provider: str, value: str, group_id: str) -> str:
    """The group's place under its externalId."""
    return f"w|{provider}|{encoded(value)}|{group_id}"


def group_external_ids(provider: str, value: str) -> KeyRange:
    """The groups with an externalId."""
    return prefix_range(f"w|{provider}|{encoded(value)}|")


def member(group_id: str, member_id: str) -> str:
    """The membership, seen from the group."""
    return f"m|{group_id}|{member_id}"


def members(group_id: str) -> KeyRange:
    """The members of a group."""
    return prefix_range(f"m|{group_id}|")


def membership(member_id: str, group_id: str) -> str:
    """The membership, seen from the member."""
    return f"r|{member_id}|{group_id}"


def memberships(member_id: str) -> KeyRange:
    """The groups of a member."""
    return prefix_range(f"r|{member_id}|")


# The rest


def organization(organization_id: str) -> str:
    """The organization's row."""
    return f"o|{encoded(organization_id)}"


ORGANIZATIONS = prefix_range("o|")


def organization_name(name: str) -> str:
    """The reservation of an organization's name."""
    return f"l|{encoded(comparison_key(name))}"


ORGANIZATION_NAMES = prefix_range("l|")


def organization_names(prefix: str) -> KeyRange:
    """The names of organizations that start with a prefix, in their order."""
    return prefix_range(f"l|{encoded(comparison_key(prefix))}")


def counter(kind: str, provider: str, stripe: str) -> str:
    """A stripe of a total."""
    return f"c|{kind}|{provider}|{stripe}"


def counters(kind: str, provider: str) -> KeyRange:
    """All stripes of a total."""
    return prefix_range(f"c|{kind}|{provider}|")


COUNTERS = prefix_range("c|")


def counter_base(row_key: str) -> str:
    """The stripe into which the stripes of a total are folded, given any of them."""
    return f"{row_key.rpartition('|')[0]}|base"


def activity(moment: datetime, activity_id: str) -> str:
    """The activity's row, in the outbox; later ones sort first."""
    return f"{OUTBOX}{activity_place(moment, activity_id)}"


def job(resource_id: str, job_id: str) -> str:
    """A job on a resource."""
    return f"j|{resource_id}|{job_id}"


def jobs_of(resource_id: str) -> KeyRange:
    """All jobs on a resource."""
    return prefix_range(f"j|{resource_id}|")


JOBS = prefix_range("j|")


def job_items(job_id: str, index: int) -> str:
    """A part of the list of a job's changes."""
    return f"i|{job_id}|{index:03d}"


JOB_ITEMS = prefix_range("i|")


def bookmark(query: str, start_index: int) -> str:
    """Where the page at a start index of a query begins."""
    return f"b|{query}|{start_index}"


BOOKMARKS = prefix_range("b|")

# Versions

_ETAG = re.compile(r"""W/"datetime'(.+)'"$""")
_VERSION = re.compile(r'(?:W/)?"([^"]+)"$')
_GIVEN_OUT = re.compile(r'(?:W/)?"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"')


def version_of(etag: str) -> str:
    """An ETag of Table Storage as `meta.version`: the time stamp in it, as a weak entity tag."""
    match = _ETAG.match(etag)
    return f'W/"{unquote(match[1])}"' if match else f'W/"{quote(etag, safe="")}"'


def is_version(text: str) -> bool:
    """Whether a text can be a `meta.version` that this service gave out; storage takes no other as an ETag."""
    return _GIVEN_OUT.fullmatch(text) is not None


def written_at(etag: str) -> datetime:
    """When the row of an ETag was written. Text that tells no time counts as the present of every clock.

    Azure Tables makes ETags of the row's time stamp, to a ten-millionth of a second.
    """
    match = _ETAG.match(etag)
    try:
        return datetime.fromisoformat(unquote(match[1]) if match else "")
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)


def etag_of(version: str) -> str:
    """The ETag behind a `meta.version` that this service gave out."""
    match = _VERSION.match(version)
    opaque = match[1] if match else version
    if opaque[:4].isdigit():
        return f"W/\"datetime'{quote(opaque, safe='.-')}'\""
    return unquote(opaque)
