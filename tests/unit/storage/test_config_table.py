"""The `config` table."""

import pytest

from scim.storage.tables.config_table import ConfigTable
from tests.fakes.rows import FakeRows


@pytest.mark.parametrize("text", ["a/b", "a\\b", "a#b", "a?b", "a\x00b", "a\x85b", "x" * 513, "\ud800"])
async def test_no_row_has_what_can_be_no_key(text):
    assert await ConfigTable(FakeRows(), "things").get(text) is None
