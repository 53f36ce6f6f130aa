"""Every page of the console at 50 rows: what a browser loads, and the time it takes without storage.

The whole request is timed: authentication, use case, rendering and compression. Storage is left out: it answers at once
what each page asked before (`benchmarks.remembering`), while the clock stands, so that each asks for the same again.
The floor is a page of the same frame with nothing in it; what a page takes more is its own.
"""

import asyncio
import gc
import gzip
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from time import process_time_ns

from benchmarks.remembering import RememberingRows
from benchmarks.tables import duration, print_table
from scim.bootstrap import assemble
from scim.console.static_files import address_of, static_reply
from scim.web.messages import WebRequest
from tests.browser.places import PLACES, Place
from tests.tenants.crowded import Crowded
from tests.world import BASE_URL, StandingClock

SAMPLES = 31
FLOOR = next(place for place in PLACES if place.name == "not-found")
FILES = ("console.css", "console.js", "copying.js", "dialogs.js", "forms.js", "menus.js", "times.js", "toasts.js")
MOST_MS = 15


def run() -> None:
    """Measure, print."""
    asyncio.run(_run())


async def _run() -> None:
    house = _without_storage(await Crowded.open())
    files = sum(_size(name) for name in (*FILES, "rollcall.svg"))
    places = [place for place in PLACES if place.is_addressed]
    taken = await _times(house, (FLOOR, *places))
    rows = [await _row(house, place, files, taken[place.name], taken[FLOOR.name]) for place in places]
    print_table(["page", "rows", "sent KB", "first load KB", "time", "of an empty page", f"{MOST_MS} ms"], rows)


async def _row(house: Crowded, place: Place, files: int, taken: float, floor: float) -> list[str]:
    page, own = await house.ask(replace(place, opens=())), await house.ask(place)
    whole = len(page.body or b"") + (len(own.body or b"") if place.opens else 0) + files
    return [
        place.name,
        str(gzip.decompress(own.body or b"").count(b'<th scope="row"')) if _is_compressed(own) else "0",
        f"{len(own.body or b'') / 1000:.1f}",
        f"{whole / 1000:.1f}",
        duration(taken),
        f"{taken / floor:.1f} times",
        "met" if taken <= MOST_MS * 1e6 else "missed",
    ]


def _without_storage(house: Crowded) -> Crowded:
    app = house.app
    rows, clock = RememberingRows(app.rows), StandingClock(app.clock.now())
    return Crowded(assemble(rows, app.vault, app.secrets, base_url=BASE_URL, clock=clock), house.tenant)


def _is_compressed(reply: object) -> bool:
    return getattr(reply, "headers", {}).get("Content-Encoding") == "gzip"


def _size(name: str) -> int:
    path = address_of(name).removeprefix("/console")
    reply = static_reply(WebRequest(method="GET", path=path, headers={"accept-encoding": "gzip"}))
    return len(reply.body or b"") if reply else 0


async def _times(house: Crowded, places: Sequence[Place]) -> dict[str, float]:
    """Nanoseconds of this process by the name of the place, each the median.

    All are asked in turn, again and again: what else the machine does for a moment is shared by all, then.
    """
    samples: dict[str, list[int]] = {place.name: [] for place in places}
    for _ in range(SAMPLES):
        gc.collect()
        gc.disable()
        for place in places:
            before = process_time_ns()
            await house.ask(place)
            samples[place.name].append(process_time_ns() - before)
        gc.enable()
    return {name: median(taken) for name, taken in samples.items()}
