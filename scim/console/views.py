"""What handlers of pages return."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from scim.console.forms import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page.

    Attributes:
        template: Its file.
        values: What it shows.
        status: See RFC 9110.
        headers: Further ones.
        refusal: Why the form that it shows again was not taken.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None


def view(template: str, /, **values: object) -> View:
    """A page with its values."""
    return View(template=template, values=values)


def after_change(shown: View) -> View:
    """The same, over a page that is out of date now: a script loads that anew once the dialog is closed."""
    return replace(shown, headers={**shown.headers, "X-Changed": "yes"})


@dataclass(frozen=True, slots=True)
class Redirect:
    """To another page, after a form was taken: reloading that page sends nothing again.

    Attributes:
        to: Its address.
        notice: What is told there, of `scim.console.notices`; "" for nothing.
        headers: Further ones.
    """

    to: str
    notice: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that the browser saves."""

    name: str
    content: bytes
    media_type: str


type Outcome = View | Redirect | Download
