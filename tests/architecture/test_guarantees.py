"""SECURITY.md: each guarantee names tests that there are, and that run."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
GUARANTEES = re.findall(r"^\| (.+?) \| (.*tests/.*) \|$", TEXT.partition("## Guarantees")[2], re.MULTILINE)


@cache
def running_tests(file: str) -> set[str]:
    """The tests of a file that are not marked to be skipped or to fail."""
    functions = (
        node
        for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )
    return {
        each.name for each in functions if not re.search("skip|xfail", " ".join(map(ast.unparse, each.decorator_list)))
    }


def test_every_row_is_a_guarantee_with_tests():
    rows = [line for line in TEXT.partition("## Guarantees")[2].splitlines() if line.startswith("|")]
    heads = sum(line.startswith(("| Guarantee |", "|---")) for line in rows)
    assert len(rows) - heads == len(GUARANTEES) > 40


@pytest.mark.parametrize(("guarantee", "tests"), GUARANTEES, ids=[each[:40] for each, _ in GUARANTEES])
def test_a_guarantee_is_a_sentence_upheld_by_tests_that_run(guarantee, tests):
    assert guarantee.endswith(".")
    assert re.sub(r"`tests/[\w/]+\.py::test_\w+`", "", tests).strip() == ""
    for file, name in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests):
        assert name in running_tests(file), f"{file} has no test {name} that runs."
