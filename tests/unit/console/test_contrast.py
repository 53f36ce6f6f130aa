"""The colours of the stylesheet, computed: texts reach 4.5 : 1 and the edges of controls 3 : 1, light and dark.

WCAG 2.2, 1.4.3 and 1.4.11. axe looks at what is on a page; this looks at every pair that may be.
"""

import re
from pathlib import Path

import pytest

from scim import console

STYLE = (Path(console.__file__).parent / "static" / "console.css").read_text("utf-8")
TOKENS = dict(re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{3,6}, #[0-9a-f]{3,6})\);", STYLE))
GROUNDS = ("ground", "surface", "raised", "sunken")
TEXTS = (
    *((text, ground) for text in ("text", "text-soft", "accent", "accent-strong", "bad") for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("good", "warn", "bad", "info")),
    ("text", "accent-soft"),
    ("accent-strong", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-bad", "bad"),
)
EDGES = (*(("line-strong", ground) for ground in GROUNDS), *(("accent", ground) for ground in GROUNDS))
SCHEMES = {"light": 0, "dark": 1}


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def colour(token: str, scheme: str) -> str:
    return TOKENS[token].split(", ")[SCHEMES[scheme]]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_can_be_read_on_every_ground_that_it_stands_on(scheme):
    weak = {pair: round(contrast(*(colour(token, scheme) for token in pair)), 2) for pair in TEXTS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_edge_of_every_control_and_of_what_has_the_focus_can_be_seen(scheme):
    weak = {pair: round(contrast(*(colour(token, scheme) for token in pair)), 2) for pair in EDGES}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


def test_colours_are_tokens():
    """What is not one is named here, with a reason: white behind a QR code, which cameras want."""
    rules = STYLE[STYLE.index("@layer base") :]
    loose = set(re.findall(r"[^{};]*#[0-9a-f]{3,6}\b[^{};]*", rules))
    assert {each.strip() for each in loose} <= {
        "background: #fff",
        "stroke: #000",
        "background: light-dark(#1f2430, #e8eaef)",
        "color: light-dark(#fff, #14171d)",
        "background: light-dark(#fff, #14171d)",
        "background: light-dark(#fafbfc, #1d212a)",
    }
