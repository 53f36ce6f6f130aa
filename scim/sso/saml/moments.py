"""Times as SAML writes them (core §1.3.3): xs:dateTime in UTC, with any number of decimals."""

import re
from datetime import UTC, datetime, timedelta

SKEW = timedelta(minutes=3)
"""How far an identity provider's clock may be off."""

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def moment(text: str) -> datetime | None:
    """The time that is meant; None if it is none. Without a zone it is UTC, which SAML demands."""
    if not _FORM.fullmatch(text.strip(" \t\r\n")):
        return None
    try:
        read = datetime.fromisoformat(text.strip(" \t\r\n"))
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
