"""Walks with other seeds, by hand: `python -m tests.chaos FIRST LAST [REQUESTS]`. Goes on after a failure."""

import asyncio
import sys
from collections import Counter
from itertools import islice

from scim.schema.values import UnknownAttributes
from tests.chaos.walk import Walk


async def walk(seed: int, requests: int) -> Counter[object]:
    """What one walk met, or what stopped it."""
    it = await Walk.begin(seed, list(UnknownAttributes)[seed % 2])
    try:
        await it.go(requests)
        wrong = await it.violations()
    except AssertionError as error:
        wrong = [str(error)]
    for each in wrong:
        print(f"seed {seed}, after {it.answered}: {each}", flush=True)  # noqa: T201 - it talks to who started it
    return Counter({"requests": it.answered}) + it.statuses + it.scim_types


async def main(first: int, last: int, requests: int = 2_000) -> None:
    """All the walks, and what they met together."""
    met: Counter[object] = Counter()
    for seed in range(first, last):
        met += await walk(seed, requests)
    for key, number in islice(sorted(met.items(), key=str), 100):
        print(f"{number:8,} {key}")  # noqa: T201 - as above


asyncio.run(main(*(int(argument) for argument in sys.argv[1:])))
