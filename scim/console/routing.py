"""The table of pages, and finding one in it."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from scim.console.forms import MAX_BYTES
from scim.console.views import Outcome
from scim.console.visits import Visit

type Handler = Callable[[Visit], Awaitable[Outcome]]

_PARAMETER = re.compile(r"\{(\w+)\}")
_ID = r"[^/\\#?\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,200}"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page.

    Attributes:
        path: Template below the console's base: `/administration/organizations/{organizationId}/rename`.
        show: Answers GET. It changes nothing.
        submit: Answers POST, which its form sends to the page's own address; None when it has none. When it refuses
            what was sent, the page is shown again, with what was typed and what is wrong (`Visit.refusal`).
        place: The entry of the navigation that it belongs to, by path.
        is_public: Whether nobody needs to be signed in.
        takes_foreign_forms: Whether other sites have browsers send its form, whose fields prove for themselves whom
            they are from. Whoever is signed in is not looked at then.
        most_bytes: Of its form.
    """

    path: str
    show: Handler
    submit: Handler | None = None
    place: str = ""
    is_public: bool = False
    takes_foreign_forms: bool = False
    most_bytes: int = MAX_BYTES

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the paths of the template."""
        parts = _PARAMETER.split(self.path)
        pieces = [re.escape(parts[0])]
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            pieces.append(f"(?P<{name}>{_ID}){re.escape(text)}")
        return re.compile("".join(pieces))

    @property
    def parameters(self) -> int:
        """How many parameters its path has."""
        return len(_PARAMETER.findall(self.path))


def find(pages: Sequence[Page], path: str) -> tuple[Page, Mapping[str, str]] | None:
    """The page at a path, and its parameters; a name comes before any parameter."""
    matches = [(page, match) for page in pages if (match := page.pattern.fullmatch(path))]
    if not matches:
        return None
    page, match = min(matches, key=lambda pair: pair[0].parameters)
    return page, match.groupdict()
