"""What a case expects, against what came."""

import json
from collections.abc import Iterator
from typing import Any

from tests.wire.conformance import IDENTIFIER, TIMESTAMP

ABSENT = object()
MATCHERS = {
    "<absent>": lambda value: value is ABSENT or value is None,
    "<any>": lambda value: value is not ABSENT,
    "<string>": lambda value: isinstance(value, str) and value != "",
    "<id>": lambda value: isinstance(value, str) and IDENTIFIER.fullmatch(value) is not None,
    "<timestamp>": lambda value: isinstance(value, str) and TIMESTAMP.fullmatch(value) is not None,
}


def compare(expected: Any, actual: Any, where: str, *, exact: bool = False) -> Iterator[str]:
    """Where `actual` differs. Objects may have more members than expected, unless `exact`; lists may not."""
    if isinstance(expected, str) and expected in MATCHERS:
        if not MATCHERS[expected](actual):
            yield f"{where}: expected {expected}, got {short(actual)}"
    elif isinstance(expected, dict) and "<unordered>" in expected:
        yield from _unordered(expected["<unordered>"], actual, where)
    elif isinstance(expected, dict) and "<contains>" in expected:
        if not isinstance(actual, str) or expected["<contains>"] not in actual:
            yield f"{where}: expected text with {expected['<contains>']!r}, got {short(actual)}"
    elif isinstance(expected, dict) and isinstance(actual, dict):
        yield from _objects(expected, actual, where, exact=exact)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _lists(expected, actual, where, exact=exact)
    elif type(expected) is not type(actual) or expected != actual:
        yield f"{where}: expected {short(expected)}, got {short(actual)}"


def short(value: Any, length: int = 300) -> str:
    """A value for a message."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= length else f"{text[:length]}…"


def _objects(expected: dict[str, Any], actual: dict[str, Any], where: str, *, exact: bool) -> Iterator[str]:
    for name, value in expected.items():
        yield from compare(value, actual.get(name, ABSENT), f"{where}.{name}", exact=exact)
    if exact:
        yield from (f"{where}.{name}: not expected" for name in actual.keys() - expected.keys())


def _lists(expected: list[Any], actual: list[Any], where: str, *, exact: bool) -> Iterator[str]:
    if len(expected) != len(actual):
        yield f"{where}: expected {len(expected)} values, got {len(actual)}: {short(actual)}"
    for index, (value, got) in enumerate(zip(expected, actual, strict=False)):
        yield from compare(value, got, f"{where}[{index}]", exact=exact)


def _unordered(expected: list[Any], actual: Any, where: str) -> Iterator[str]:
    left = list(actual) if isinstance(actual, list) else []
    for value in expected:
        found = next((got for got in left if not list(compare(value, got, where))), ABSENT)
        if found is ABSENT:
            yield f"{where}: {short(value)} is not among {short(actual)}"
        else:
            left.remove(found)
    if left:
        yield f"{where}: not expected: {short(left)}"
