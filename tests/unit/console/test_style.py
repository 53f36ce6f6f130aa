"""The style sheet: browsers say nothing of a block that is not closed, a rule that is undone, a class that is gone."""

import re
from collections import Counter
from pathlib import Path

from scim import console

FOLDER = Path(console.__file__).parent
STYLE = re.sub(r"/\*.*?\*/", "", (FOLDER / "static" / "console.css").read_text("utf-8"), flags=re.DOTALL)
LAYERS = re.findall(r"^@layer (\w+) \{(.*?)^\}", STYLE, re.DOTALL | re.MULTILINE)
USERS = [*FOLDER.rglob("*.html"), *FOLDER.rglob("*.svg"), *FOLDER.rglob("*.js"), *FOLDER.glob("*.py")]


def selectors(layer: str) -> list[tuple[str, str]]:
    """Of each rule: the condition that it stands under, and its selector."""
    found, condition = [], ""
    for prelude, end in re.findall(r"([^{};]*)([{}])", re.sub(r"\{[^{}]*\}", "{;", layer)):
        if end == "}":
            condition = ""
        elif prelude.strip().startswith("@media"):
            condition = " ".join(prelude.split())
        else:
            found.append((condition, " ".join(prelude.split())))
    return found


def test_every_block_of_the_style_is_closed():
    for _, layer in LAYERS:
        assert layer.count("{") == layer.count("}")
    assert STYLE.count("{") == STYLE.count("}")


def test_layers_stand_in_their_order_and_each_once():
    named = re.search(r"@layer ([\w, ]+);", STYLE)
    assert named
    assert [name for name, _ in LAYERS] == named[1].split(", ")


def test_no_selector_has_two_rules_in_a_layer():
    """The second would be found by nobody who changes the first."""
    for name, layer in LAYERS:
        assert selectors(layer), name
        assert {found: number for found, number in Counter(selectors(layer)).items() if number > 1} == {}, name


def test_every_class_of_the_style_is_used():
    used = set(re.findall(r"[\w-]+", " ".join(path.read_text("utf-8") for path in USERS)))
    assert set(re.findall(r"\.([a-z][\w-]*)", STYLE)) - used == set()
