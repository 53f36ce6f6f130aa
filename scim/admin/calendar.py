"""The expiry of a token as an entry for a calendar (RFC 5545).

Written here: one event with fixed properties needs two rules of the standard, escaping and folding, and a library for
it would be one more dependency in what guards everybody's access.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from scim.domain.providers import Provider
from scim.domain.tokens import Token
from scim.sentences import Sentence

MEDIA_TYPE = "text/calendar"
_REMINDERS = ("-P14D", "-P1D")
_LINE_OCTETS = 75


def expiry_event(token: Token, provider: Provider, public_url: str, tell: Callable[[Sentence], str] = str) -> bytes:
    """A calendar with one event, at the moment of the expiry, and reminders two weeks and a day before.

    Args:
        token: What expires.
        provider: Whose it is.
        public_url: Where to rotate it.
        tell: Tells its texts in the reader's language.
    """
    summary = tell(Sentence('The SCIM token {token} of "{provider}" expires', token=token.name, provider=provider.name))
    advice = tell(Sentence("Rotate it before that, or provisioning stops: {url}", url=f"{public_url}/console"))
    reminders = [
        line
        for trigger in _REMINDERS
        for line in (
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(summary)}",
            f"TRIGGER:{trigger}",
            "END:VALARM",
        )
    ]
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Rollcall//Provisioning tokens//EN",
        "BEGIN:VEVENT",
        f"UID:scim-token-{token.id}@{urlsplit(public_url).hostname}",
        f"DTSTAMP:{_moment(token.created_at)}",
        f"DTSTART:{_moment(token.expires_at)}",
        f"SUMMARY:{_escaped(summary)}",
        f"DESCRIPTION:{_escaped(advice)}",
        *reminders,
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """A value of type TEXT (§3.3.11). Names hold no line breaks."""
    for character in "\\;,":
        text = text.replace(character, f"\\{character}")
    return text


def _folded(line: str) -> bytes:
    """Lines of at most 75 octets, none of which cuts a character in two (§3.1)."""
    lines = [b""]
    for character in line.encode("utf-8", "replace").decode():
        octets = character.encode()
        if len(lines[-1]) + len(octets) > _LINE_OCTETS:
            lines.append(b" ")
        lines[-1] += octets
    return b"\r\n".join(lines)
