"""The `config` table: conditional writes, and what becomes of one that is repeated because its answer was lost."""

import pytest

from scim.storage.tables.config_table import ConfigConflict, ConfigTable
from scim.storage.tables.rows import Delete, Insert, Replace, Rows, Upsert
from tests.fakes.rows import FaultyRows, fail_after, on_writes, repeat


@pytest.fixture
def table(storage: Rows) -> ConfigTable:
    return ConfigTable(storage, "kind")


def repeating(storage: Rows) -> ConfigTable:
    """The same partition over a client that loses the first answer to its first write, and sends it again."""
    return ConfigTable(FaultyRows(storage, on_writes({1: repeat})), "kind")


async def test_a_row_is_inserted_once(table):
    await table.insert("a", {"n": 1})
    with pytest.raises(ConfigConflict) as caught:
        await table.insert("a", {"n": 2})
    assert (caught.value.kind, caught.value.row_key) == ("exists", "a")
    row = await table.get("a")
    assert row is not None
    assert row.columns["n"] == 1


async def test_a_repeated_insert_recognises_itself(table, storage):
    etag = await repeating(storage).insert("a", {"n": 1})
    row = await table.get("a")
    assert row is not None
    assert row.etag == etag


async def test_a_repeated_replacement_recognises_itself(table, storage):
    before = await table.insert("a", {"n": 1})
    after = await repeating(storage).replace("a", {"n": 2}, before)
    row = await table.get("a")
    assert row is not None
    assert (row.columns["n"], row.etag) == (2, after)
    assert after != before


async def test_a_replacement_of_what_somebody_else_changed_is_refused(table):
    before = await table.insert("a", {"n": 1})
    await table.put("a", {"n": 2})
    with pytest.raises(ConfigConflict) as caught:
        await table.replace("a", {"n": 3}, before)
    assert caught.value.kind == "changed"


async def test_a_repeated_transaction_recognises_itself_and_tells_all_etags(table, storage):
    first = await table.insert("a", {"n": 1})
    await table.insert("old", {})
    etags = await repeating(storage).apply(
        [Delete("old"), Replace("a", {"n": 2}, first), Insert("new", {"n": 3}), Upsert("any", {"n": 4})]
    )
    rows = [await table.get(key) for key in ("a", "new", "any")]
    assert etags == ["", *(row.etag for row in rows if row is not None)]
    assert await table.get("old") is None


async def test_removing_what_is_gone_says_so(table):
    await table.insert("a", {})
    assert await table.delete("a")
    assert not await table.delete("a")


async def test_a_write_whose_answer_is_lost_for_good_can_be_sent_again(table, storage):
    failing = ConfigTable(FaultyRows(storage, on_writes({1: fail_after})), "kind")
    with pytest.raises(Exception, match="not reachable"):
        await failing.put("a", {"n": 1})
    await failing.put("a", {"n": 1})
    row = await table.get("a")
    assert row is not None
    assert row.columns["n"] == 1
