"""Which tests prove which requirement, as the tests themselves say."""

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.requirements import ROOT

TESTS = ROOT / "tests"
WIRE_CASES = TESTS / "wire"
_ID = re.compile(r"\b(R\d{3}|AMB-\d+)\b(?:\s*[-–…]\s*(R\d{3}|AMB-\d+)\b)?")  # noqa: RUF001 - dashes of ranges


@dataclass(frozen=True, order=True)
class Proof:
    """A test.

    Attributes:
        file: Relative to the project's root.
        name: Of the function; of the case; of the file, when the module as a whole proves it.
    """

    file: str
    name: str


def ids_in(text: str) -> list[str]:
    """The ids in a text, in its order; `R013-R015` stands for three."""
    return list(dict.fromkeys(id_ for first, last in _ID.findall(text) for id_ in _range(first, last)))


@cache
def proofs() -> Mapping[str, Sequence[Proof]]:
    """By id: the tests that name it, by file."""
    found: defaultdict[str, list[Proof]] = defaultdict(list)
    for file in sorted(TESTS.rglob("test_*.py")):
        for id_, name in _in_module(file.read_text("utf-8"), file.name):
            found[id_].append(Proof(_relative(file), name))
    for file in sorted(WIRE_CASES.glob("*/*.json")):
        for id_ in json.loads(file.read_text("utf-8")).get("requirements", ()):
            found[id_].append(Proof(_relative(file), file.relative_to(WIRE_CASES).with_suffix("").as_posix()))
    return found


def _in_module(source: str, file_name: str) -> Iterator[tuple[str, str]]:
    module = ast.parse(source)
    yield from ((id_, file_name) for id_ in ids_in(ast.get_docstring(module) or ""))
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield from ((id_, node.name) for id_ in ids_in(ast.get_docstring(node) or ""))


def _range(first: str, last: str) -> list[str]:
    if not last:
        return [first]
    prefix = first.rstrip("0123456789")
    start, end = (int(each.removeprefix(prefix)) for each in (first, last))
    return [f"{prefix}{number:0{len(first) - len(prefix)}d}" for number in range(start, end + 1)]


def _relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()
