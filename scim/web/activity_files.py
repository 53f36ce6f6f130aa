"""Files of activities, as CSV and as JSON."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scim.contracts.activities import ActivityDetails, ActivityFile
from scim.domain.activities import TYPE_OF, Activity
from scim.domain.resources import timestamp
from scim.web.csv_text import CSV, csv_text
from scim.web.messages import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that somebody saves."""

    name: str
    content: bytes
    media_type: str


async def activity_file(found: Sequence[Activity], kind: Literal["csv", "json"], now: datetime) -> File:
    """The file of these activities, in their order.

    The largest take seconds of work, so a thread does it: other requests need not wait.
    """
    write, media_type = _FORMATS[kind]
    content = await asyncio.to_thread(write, found)
    return File(name=f"activities-{now:%Y-%m-%d}.{kind}", content=content, media_type=media_type)


_COLUMNS: Mapping[str, Callable[[Activity], str]] = {
    "Time": lambda each: timestamp(each.time),
    "Type": lambda each: TYPE_OF[each.status],
    "Status": lambda each: each.status,
    "Subject": lambda each: each.subject_name,
    "Subject kind": lambda each: each.subject_kind,
    "Subject ID": lambda each: each.subject_id,
    "Actor": lambda each: each.actor.name,
    "Actor kind": lambda each: each.actor.kind,
    "Actor ID": lambda each: each.actor.id,
    "Verified": lambda each: "yes" if each.actor.mfa else "no",
    "Provider": lambda each: each.provider,
    "Organizations": lambda each: " ".join(each.organizations),
    "Changed": lambda each: " ".join(each.changed),
    "Detail": lambda each: each.detail,
    "Request ID": lambda each: each.actor.request_id,
    "ID": lambda each: each.id,
}


def _csv(found: Sequence[Activity]) -> bytes:
    return csv_text(list(_COLUMNS), ([cell(each) for cell in _COLUMNS.values()] for each in found))


def _json(found: Sequence[Activity]) -> bytes:
    return ActivityFile.model_construct(items=tuple(map(ActivityDetails.told, found))).model_dump_json().encode()


_FORMATS: Mapping[str, tuple[Callable[[Sequence[Activity]], bytes], str]] = {"csv": (_csv, CSV), "json": (_json, JSON)}
