"""Small marks of pages, as filters: made when a template is compiled, where they are of literals."""

from collections.abc import Mapping
from functools import cache

import segno
from markupsafe import Markup

from scim.console.escaping import filled

_ICONS: Mapping[str, str] = {"good": "check", "warn": "alert", "bad": "stop", "info": "info", "neutral": "dot"}
"""What a tone looks like."""


@cache
def icon(name: str) -> Markup:
    """An icon of the sprite."""
    return filled('<svg class="icon" aria-hidden="true"><use href="#icon-%(name)s"/></svg>', name=name)


def badge(text: object, tone: str = "neutral", icon_name: str = "") -> Markup:
    """A state in a word; its tone is one of `_ICONS`. Never colour alone: it has an icon, too."""
    mark = icon(icon_name or _ICONS[tone])
    return filled('<span class="badge" data-tone="%(tone)s">%(mark)s%(text)s</span>', tone=tone, mark=mark, text=text)


_MASK = 3
"""The pattern that a QR code is laid over, of eight. Readers know all of them; to try which evens a code out best takes
four fifths of the time that a code takes. For addresses of authenticator apps this one is the best or, by the
standard's penalties, within an eighth of it."""


def qr_code(text: str) -> Markup:
    """A QR code as SVG, without style and script."""
    made = segno.make(text, error="m", micro=False, mask=_MASK)
    return Markup(made.svg_inline(scale=4, border=2, svgclass="qr-code", lineclass=None, omitsize=True))  # noqa: S704 - paths
