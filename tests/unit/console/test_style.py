"""The style sheet: a block that is not closed swallows all that follow it, and browsers say nothing."""

import re
from pathlib import Path

from scim import console


def test_every_block_of_the_style_is_closed():
    style = Path(console.__file__).with_name("static").joinpath("console.css").read_text()
    depth = 0
    for number, line in enumerate(
        re.sub(r"/\*.*?\*/", lambda it: re.sub(r"[^\n]", "", it[0]), style, flags=re.DOTALL).split("\n"), 1
    ):
        assert not (depth and line.startswith("@layer")), f"line {number}: the block before is open"
        depth += line.count("{") - line.count("}")
    assert depth == 0
