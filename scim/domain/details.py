"""What activities say besides their labels.

The log keeps it in English, and what it was made from, so that pages tell it in the reader's language. Whatever a page
could have another word for is a `Code`: `active`, `true`, `endUser`.
"""

from collections.abc import Mapping, Sequence

from scim.sentences import Code, Sentence

NO_DETAIL = Sentence.word("")
"""The label says it all."""
NATIVE_MANAGER = Code("Native")
"""Who manages an account that no identity provider does."""
NONE = Code("none")
"""In place of a value that is not there."""


def change(attribute: str, before: str, after: str) -> Sentence:
    """A change in words: "active: true → false". The attribute is a word of ours."""
    return Sentence("{attribute}: {before} → {after}", attribute=Code(attribute), before=before, after=after)


def changes_in(detail: Sentence) -> Sequence[Mapping[str, object]]:
    """The changes that a detail lists, each as `attribute`, `before` and `after`; empty when it says anything else."""
    parts = [detail] if _is_change(detail) else list(detail.values.values())
    changes = [part.values for part in parts if isinstance(part, Sentence) and _is_change(part)]
    return changes if len(changes) == len(parts) else ()


def first_of(names: Sequence[str], most: int) -> Sentence:
    """The names, or the first of them: an activity has no room for all that there may be."""
    more = len(names) - most
    rest = Sentence("and {number} more", number=more) if more > 0 else NO_DETAIL
    return Sentence.joined([", ".join(names[:most]), rest], ", ")


def _is_change(sentence: Sentence) -> bool:
    return sentence.values.keys() == {"attribute", "before", "after"}
