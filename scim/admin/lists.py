"""What lists share: cursors, and counts that stop somewhere."""

import re
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass

from scim.admin.problems import Invalid
from scim.sentences import Sentence

_NO_POSITION = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are.

    Attributes:
        number: Those that were counted.
        is_more: Whether there may be more, because counting stopped there.
    """

    number: int
    is_more: bool = False

    def counted(self, one: str, several: str) -> Sentence:
        """A text with the number: "1 end user", "1,000+ end users"; for `{number}` see `Sentence.counted`."""
        if self.is_more:
            return Sentence.counted(one, several, self.number + 1, number=Sentence("{number}+", number=self.number))
        return Sentence.counted(one, several, self.number)


def cursor_of(of: str, position: str | None) -> str | None:
    """The cursor that leads to a position in a list; None for none.

    Args:
        of: What is listed; the cursor is good for that list alone.
        position: Where the next page starts.
    """
    return None if position is None else urlsafe_b64encode(f"{of} {position}".encode()).decode().rstrip("=")


def position_of(of: str, cursor: str) -> str:
    """The position that a cursor leads to; "" without one.

    Raises:
        Invalid: It is none of ours, or leads through another list.
    """
    if not cursor:
        return ""
    try:
        text = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        raise foreign_cursor() from None
    listed, _, position = text.partition(" ")
    if listed != of or _NO_POSITION.search(position):
        raise foreign_cursor()
    return position


def foreign_cursor() -> Invalid:
    """The refusal of a cursor that does not fit the list."""
    return Invalid(Sentence("This cursor is not from the page before. Start from the first page."), "cursor")
