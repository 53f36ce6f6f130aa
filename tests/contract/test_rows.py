"""What every implementation of the four storage verbs promises; run by the tests' fake and by the adapter on Azurite.

Where Azurite is known to differ from the service, the test says so and keeps to what both do.
"""

import asyncio
import string
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from uuid import uuid4

import pytest
from azure.identity.aio import ManagedIdentityCredential

from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.keys import written_at
from scim.storage.tables.limits import MAX_BINARY_BYTES, MAX_COLUMNS, MAX_KEY_UNITS, MAX_STRING_UNITS
from scim.storage.tables.rows import (
    ANY_ETAG,
    Comparison,
    Delete,
    Insert,
    KeyRange,
    Merge,
    Operation,
    Page,
    Replace,
    Row,
    RowConflict,
    Rows,
    StorageUnavailable,
    TableMissing,
    TableStorage,
    Upsert,
)
from tests.fakes.rows import (
    CountingRows,
    FakeRows,
    Fault,
    FaultyRows,
    Killed,
    cancel_after,
    cancel_before,
    fail_after,
    fail_before,
    kill_after,
    kill_before,
    on_calls,
    on_writes,
    repeat,
)

TABLE = "directory"
HERE = "scope|00"
ALL = KeyRange("", "\uffff")
NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
ONE_OF_EACH = {
    "text": 'Zoë\'s 100% 日本 😀 "quoted" \\ / # ?',
    "empty": "",
    "small": 5,
    "zero": 0,
    "negative": -3,
    "large": 2**40,
    "largest": 2**63 - 1,
    "smallest": -(2**63),
    "whole": 3.0,
    "part": 0.1,
    "huge": 1e300,
    "yes": True,
    "no": False,
    "when": NOON,
    "raw": bytes(range(256)),
    "nothing": b"",
}


@pytest.fixture(params=["fake", "fake with short pages", "azurite"])
async def rows(request: pytest.FixtureRequest) -> AsyncIterator[Rows]:
    if request.param != "azurite":
        yield FakeRows(tables=[TABLE], page_rows=7 if request.param.endswith("short pages") else 1000)
        return
    stack = request.getfixturevalue("emulators")
    async with ManagedIdentityCredential() as credential:
        rows = AzureRows(stack.tables_url, credential, table_prefix=f"t{uuid4().hex}")
        await rows.ensure_tables([TABLE])
        yield rows
        await rows.close()


async def put(rows: Rows, *operations: Operation, partition: str = HERE) -> list[str]:
    return await rows.batch(TABLE, partition, operations)


async def put_many(rows: Rows, keys: list[str], columns: Callable[[str], dict] = lambda _key: {}) -> None:
    for start in range(0, len(keys), 100):
        await put(rows, *(Insert(key, columns(key)) for key in keys[start : start + 100]))


async def pages(rows: Rows, keys: KeyRange = ALL, *, partition: str = HERE, **query) -> AsyncIterator[Page]:
    continuation = None
    while True:
        page = await rows.query(TABLE, partition, keys, continuation=continuation, **query)
        yield page
        continuation = page.continuation
        if continuation is None:
            return


async def found(rows: Rows, keys: KeyRange = ALL, **query) -> list[Row]:
    return [row async for page in pages(rows, keys, **query) for row in page.rows]


async def keys_of(rows: Rows, keys: KeyRange = ALL, **query) -> list[str]:
    return [row.row_key for row in await found(rows, keys, **query)]


async def conflict(rows: Rows, *operations: Operation) -> tuple[str, int | None]:
    with pytest.raises(RowConflict) as caught:
        await put(rows, *operations)
    return caught.value.kind, caught.value.index


# Single rows


async def test_a_row_comes_back_as_it_was_written(rows: Rows) -> None:
    etag = await rows.insert(TABLE, HERE, Insert("k", ONE_OF_EACH))

    row = await rows.get(TABLE, HERE, "k")

    assert row == Row("k", ONE_OF_EACH, etag)
    assert {name: type(value) for name, value in row.columns.items()} == {
        name: type(value) for name, value in ONE_OF_EACH.items()
    }
    assert await found(rows) == [row]


async def test_the_row_of_a_batch_comes_back_as_it_was_written(rows: Rows) -> None:
    [etag] = await put(rows, Insert("k", ONE_OF_EACH))

    assert await rows.get(TABLE, HERE, "k") == Row("k", ONE_OF_EACH, etag)


async def test_a_row_may_have_no_columns(rows: Rows) -> None:
    etag = await rows.insert(TABLE, HERE, Insert("k", {}))

    assert await rows.get(TABLE, HERE, "k") == Row("k", {}, etag)


async def test_times_come_back_in_utc(rows: Rows) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))

    await rows.insert(TABLE, HERE, Insert("k", {"when": there}))

    row = await rows.get(TABLE, HERE, "k")
    assert row is not None
    assert row.columns["when"] == NOON
    assert row.columns["when"].tzinfo is UTC


async def test_an_enumerated_text_is_stored_as_its_text(rows: Rows) -> None:
    class Kind(StrEnum):
        USER = "user"

    await rows.insert(TABLE, HERE, Insert("k", {"kind": Kind.USER}))

    row = await rows.get(TABLE, HERE, "k")
    assert row is not None
    assert row.columns["kind"] == "user"
    assert type(row.columns["kind"]) is str


async def test_what_a_caller_does_to_its_columns_later_changes_no_row(rows: Rows) -> None:
    columns = {"n": 1}
    await rows.insert(TABLE, HERE, Insert("k", columns))

    columns["n"] = 2

    row = await rows.get(TABLE, HERE, "k")
    assert row is not None
    assert row.columns == {"n": 1}


async def test_a_missing_row_is_none(rows: Rows) -> None:
    await rows.insert(TABLE, HERE, Insert("k", {}))

    assert await rows.get(TABLE, HERE, "other") is None
    assert await rows.get(TABLE, "other", "k") is None


async def test_a_missing_table_is_no_missing_row(rows: Rows) -> None:
    nowhere = "nowhere"

    for call in (
        rows.get(nowhere, HERE, "k"),
        rows.query(nowhere, HERE, ALL),
        rows.insert(nowhere, HERE, Insert("k", {})),
        rows.batch(nowhere, HERE, [Insert("k", {})]),
        rows.batch(nowhere, HERE, [Delete("k")]),
    ):
        with pytest.raises(TableMissing):
            await call


async def test_a_table_is_dropped_with_all_that_is_in_it_and_dropping_it_again_is_nothing(rows: TableStorage) -> None:
    await rows.ensure_tables(["month1", "month2", "moon"])
    await rows.insert("month1", HERE, Insert("k", {}))
    assert await rows.table_names("month") == ["month1", "month2"]

    await rows.drop_table("month1")
    await rows.drop_table("month1")

    assert await rows.table_names("month") == ["month2"]
    assert await rows.table_names("x") == []
    with pytest.raises(TableMissing):
        await rows.get("month1", HERE, "k")
    assert await rows.get(TABLE, HERE, "k") is None


async def scanned(rows: TableStorage, since: datetime | None = None) -> list[tuple[str, Row]]:
    found, continuation = [], None
    while True:
        page = await rows.scan(TABLE, since=since, continuation=continuation)
        found += page.rows
        continuation = page.continuation
        if continuation is None:
            return found


async def test_a_scan_gives_every_row_of_every_partition_as_it_is_read_alone(rows: TableStorage) -> None:
    partitions = ("a|1", HERE, "z|é")
    for partition in partitions:
        await put(rows, *(Insert(f"{number:02d}", ONE_OF_EACH) for number in range(9)), partition=partition)
    places = [(partition, f"{number:02d}") for partition in partitions for number in range(9)]

    found = await scanned(rows)

    assert sorted((partition, row.row_key) for partition, row in found) == sorted(places)
    assert found == [(partition, await rows.get(TABLE, partition, row.row_key)) for partition, row in found]


async def test_a_scan_of_what_is_new_leaves_out_what_is_old(rows: TableStorage) -> None:
    await put(rows, *(Insert(f"old{number:02d}", {}) for number in range(12)))
    new = await put(rows, *(Insert(f"new{number:02d}", {}) for number in range(12)))
    changed = await put(rows, Merge("old05", {"changed": True}))

    found = {row.row_key: row for _, row in await scanned(rows, since=written_at(new[-1]))}

    assert found["old05"].etag == changed[0]
    assert {"new11", "old05"} <= found.keys()
    assert "old00" not in found
    assert await scanned(rows, since=datetime(2999, 1, 1, tzinfo=UTC)) == []


async def test_a_scan_of_a_missing_table_says_so(rows: TableStorage) -> None:
    with pytest.raises(TableMissing):
        await rows.scan("nosuchtable")


async def test_creating_tables_again_changes_nothing(rows: Rows) -> None:
    await rows.insert(TABLE, HERE, Insert("k", {}))

    await rows.ensure_tables([TABLE, "another"])

    assert await rows.get(TABLE, HERE, "k") is not None
    assert await rows.get("another", HERE, "k") is None


async def test_inserting_a_row_that_exists_is_a_conflict(rows: Rows) -> None:
    etag = await rows.insert(TABLE, HERE, Insert("k", {"n": 1}))

    with pytest.raises(RowConflict) as caught:
        await rows.insert(TABLE, HERE, Insert("k", {"n": 2}))

    assert (caught.value.kind, caught.value.index) == ("exists", None)
    assert await rows.get(TABLE, HERE, "k") == Row("k", {"n": 1}, etag)


async def test_of_sixteen_inserts_at_once_one_wins(rows: Rows) -> None:
    async def attempt(number: int) -> str | int:
        try:
            await rows.insert(TABLE, HERE, Insert("k", {"n": number}))
        except RowConflict as lost:
            return lost.kind
        return number

    results = await asyncio.gather(*map(attempt, range(16)))

    [winner] = [result for result in results if isinstance(result, int)]
    row = await rows.get(TABLE, HERE, "k")
    assert row is not None
    assert row.columns == {"n": winner}
    assert results.count("exists") == 15


async def test_the_same_key_in_two_partitions_is_two_rows(rows: Rows) -> None:
    await rows.insert(TABLE, "a", Insert("k", {"n": 1}))
    await rows.insert(TABLE, "b", Insert("k", {"n": 2}))

    assert [row.columns for row in await found(rows, partition="a")] == [{"n": 1}]
    assert [row.columns for row in await found(rows, partition="b")] == [{"n": 2}]


# Keys


ODD_KEYS = [
    *(f"a{sign}b" for sign in string.punctuation if sign not in "/\\#?"),
    *(sign for sign in string.punctuation if sign not in "/\\#?,"),
    "a b",
    " a ",
    "it''s",
    "100%25",
    "%2F",
    "a+b%20c",
    "u|=23EXT=23",
    "ümlaut",
    "e\u0301",
    "日本語",
    "😀",
    "\u00a0",
    "@start",
]
MISREAD_BY_AZURITE = [",", "RowKey='x'"]
"""It finds the key of a change in a batch by a pattern, which these defeat; nowhere else do they trouble it."""


@pytest.mark.parametrize("key", [*ODD_KEYS, "k" * MAX_KEY_UNITS, "é" * MAX_KEY_UNITS])
async def test_any_allowed_key_reads_writes_and_deletes_its_own_row(rows: Rows, key: str) -> None:
    await put(rows, Insert("neighbour", {}), partition=key)
    await rows.insert(TABLE, key, Insert(key, {"n": 1}))

    row = await rows.get(TABLE, key, key)
    assert row is not None
    assert [other.row_key for other in await found(rows, KeyRange(key, key + "!"), partition=key)] == [key]
    [etag] = await put(rows, Replace(key, {"n": 2}, row.etag), partition=key)
    [etag] = await put(rows, Merge(key, {"m": 3}, etag), partition=key)
    assert await rows.get(TABLE, key, key) == Row(key, {"n": 2, "m": 3}, etag)
    assert await put(rows, Delete(key, etag), partition=key) == [""]
    assert await rows.get(TABLE, key, key) is None
    assert await keys_of(rows, partition=key) == ["neighbour"]


async def test_odd_keys_in_one_batch_stay_apart(rows: Rows) -> None:
    keys = [*ODD_KEYS, *MISREAD_BY_AZURITE]
    await put_many(rows, keys, lambda key: {"key": key})

    stored = await found(rows)

    assert {row.row_key for row in stored} == set(keys)
    assert all(row.columns == {"key": row.row_key} for row in stored)


@pytest.mark.parametrize(
    "key", ["a/b", "a\\b", "a#b", "a?b", "a\tb", "a\nb", "\x00", "a\x7f", "\x85", "k" * (MAX_KEY_UNITS + 1), "\ud800"]
)
async def test_a_forbidden_key_is_refused_everywhere(rows: Rows, key: str) -> None:
    for call in (
        rows.get(TABLE, HERE, key),
        rows.get(TABLE, key, "k"),
        rows.query(TABLE, key, ALL),
        rows.query(TABLE, HERE, KeyRange("", "\ud800")),
        rows.insert(TABLE, HERE, Insert(key, {})),
        rows.insert(TABLE, key, Insert("k", {})),
        rows.batch(TABLE, HERE, [Delete(key)]),
        rows.batch(TABLE, key, [Upsert("k", {})]),
    ):
        with pytest.raises(ValueError, match=r"."):
            await call


async def test_a_key_of_characters_beyond_the_basic_plane_counts_two_units_each(rows: Rows) -> None:
    await rows.insert(TABLE, HERE, Insert("😀" * (MAX_KEY_UNITS // 2), {}))

    with pytest.raises(ValueError, match="512"):
        await rows.insert(TABLE, HERE, Insert("😀" * (MAX_KEY_UNITS // 2) + "x", {}))


# Queries


async def test_a_range_starts_inclusive_and_ends_exclusive(rows: Rows) -> None:
    await put_many(rows, ["a", "b", "b|", "b|1", "b|2", "b}", "c"])

    assert await keys_of(rows, KeyRange("b", "c")) == ["b", "b|", "b|1", "b|2", "b}"]
    assert await keys_of(rows, KeyRange("b|", "b}")) == ["b|", "b|1", "b|2"]
    assert await keys_of(rows, KeyRange("x", "y")) == []
    assert await keys_of(rows, KeyRange("c", "a")) == []


async def test_keys_are_ordered_by_utf16_code_unit(rows: Rows) -> None:
    in_order = ["A", "Z", "a", "z", "|", "~", "é", "日", "\ud7ff", "😀", "😁", "\ue000", "\uf900", "\uff5e"]
    await put_many(rows, list(reversed(in_order)))

    assert await keys_of(rows) == in_order
    assert await keys_of(rows, KeyRange("😀", "\ue000")) == ["😀", "😁"]
    assert await keys_of(rows, KeyRange("\ue000", "\uffff")) == ["\ue000", "\uf900", "\uff5e"]
    assert await keys_of(rows, KeyRange("Z", "a")) == ["Z"]


@pytest.mark.parametrize("text", ["' or RowKey ge '", "''", "@start", "a b @end", "%27", "😀'", "x' and 1 eq 1L or 'x"])
async def test_no_text_in_a_query_becomes_part_of_the_query(rows: Rows, text: str) -> None:
    await put(rows, Insert("k", {"text": "plain"}), Insert("other", {"text": text}))

    assert await keys_of(rows, where=[Comparison("text", "eq", text)]) == ["other"]
    assert await keys_of(rows, KeyRange(text, text)) == []
    assert await keys_of(rows, partition="x" + text) == []


async def test_pages_follow_one_another_without_gap_or_repetition(rows: Rows) -> None:
    keys = [f"r|{number:05}" for number in range(2345)]
    await put_many(rows, keys)

    sizes, seen = [], []
    async for page in pages(rows):
        sizes.append(len(page.rows))
        seen += [row.row_key for row in page.rows]

    assert seen == keys
    assert max(sizes) <= 1000


async def test_a_page_has_at_most_the_rows_that_are_wanted(rows: Rows) -> None:
    await put_many(rows, list("abcdefgh"))

    collected = [[row.row_key for row in page.rows] async for page in pages(rows, limit=3)]

    assert collected[0] == ["a", "b", "c"]
    assert "".join(key for page in collected for key in page) == "abcdefgh"
    assert (await rows.query(TABLE, HERE, ALL, limit=1)).continuation is not None


async def test_a_limit_counts_the_rows_that_match(rows: Rows) -> None:
    await put_many(rows, [f"{number:02}" for number in range(40)], lambda key: {"even": int(key) % 2 == 0})

    matching = await keys_of(rows, where=[Comparison("even", "eq", value=True)], limit=3)

    assert matching == [f"{number:02}" for number in range(0, 40, 2)]


async def test_paging_goes_on_after_keys_that_are_not_ascii(rows: Rows) -> None:
    keys = ["a%b", "a'b", "é", "日", "😀", "\uff5e"]
    await put_many(rows, keys)

    assert await keys_of(rows, limit=1) == keys


async def test_rows_that_come_and_go_between_pages_move_no_other_row(rows: Rows) -> None:
    await put_many(rows, list("bdfhj"))

    first = await rows.query(TABLE, HERE, ALL, limit=2)
    await put(rows, Insert("a", {}), Insert("g", {}), Delete("b"), Delete("h"))
    rest = await rows.query(TABLE, HERE, ALL, limit=1000, continuation=first.continuation)

    assert [row.row_key for row in first.rows] == ["b", "d"]
    assert [row.row_key for row in rest.rows] == ["f", "g", "j"]


@pytest.mark.parametrize("limit", [0, -1, 1001])
async def test_a_page_of_no_or_too_many_rows_is_refused(rows: Rows, limit: int) -> None:
    with pytest.raises(ValueError, match="1000"):
        await rows.query(TABLE, HERE, ALL, limit=limit)


async def test_columns_can_be_chosen(rows: Rows) -> None:
    await put(rows, Insert("k", {"a": 1, "b": "x", "c": True}), Insert("l", {"c": False}))

    assert await found(rows, columns=["a", "b"]) == [Row("k", {"a": 1, "b": "x"}, ""), Row("l", {}, "")]
    assert await found(rows, columns=[]) == [Row("k", {}, ""), Row("l", {}, "")]
    assert await found(rows, columns=["b"], where=[Comparison("c", "eq", value=True)]) == [Row("k", {"b": "x"}, "")]


async def test_a_query_gives_the_etags_that_writes_gave(rows: Rows) -> None:
    etags = await put(rows, Insert("a", {}), Insert("b", {"n": 1}))

    stored = await found(rows)

    assert [row.etag for row in stored] == etags
    await put(rows, Replace("a", {}, stored[0].etag), Delete("b", stored[1].etag))


OPERATORS = {"eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge}
# Azurite compares times by the millisecond and binary values by their base64, and reads no number with an exponent.
COMPARED = {
    "text": (["", "A", "a", "ab", "it's", "é", "日", "😀", "\ue000"], OPERATORS),
    "whole": ([-(2**63), -(2**40), -3, -1, 0, 1, 2, 10, 2**31, 2**32 - 1, 2**40, 2**63 - 1], OPERATORS),
    "part": ([-1000000.5, -1.5, 0.0, 0.1, 1.0, 2.0, 1000000.0], OPERATORS),
    "flag": ([False, True], {"eq": eq, "ne": ne}),
    "time": ([datetime(1601, 1, 1, tzinfo=UTC), NOON, NOON + timedelta(milliseconds=1)], OPERATORS),
    "binary": ([b"", b"\x00", b"abc", bytes(range(256))], {"eq": eq, "ne": ne}),
}


def utf16(value: object) -> object:
    return value.encode("utf-16-be") if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("kind", "operator"), [(kind, operator) for kind, (_, operators) in COMPARED.items() for operator in operators]
)
async def test_conditions_compare_as_python_does(rows: Rows, kind: str, operator: str) -> None:
    values, operators = COMPARED[kind]
    await put(rows, *(Insert(f"{index:02}", {"value": value}) for index, value in enumerate(values)))

    for operand in values:
        expected = [
            f"{index:02}" for index, value in enumerate(values) if operators[operator](utf16(value), utf16(operand))
        ]
        assert await keys_of(rows, where=[Comparison("value", operator, operand)]) == expected, operand


@pytest.mark.parametrize("operator", list(OPERATORS))
@pytest.mark.parametrize("operand", ["x", 1, 1.5, True, NOON, b"x"])
async def test_rows_without_the_column_never_match(rows: Rows, operator: str, operand: object) -> None:
    await put(rows, Insert("without", {"other": operand}))

    assert await keys_of(rows, where=[Comparison("value", operator, operand)]) == []


async def test_all_conditions_must_hold(rows: Rows) -> None:
    await put(
        rows, *(Insert(key, {"n": n, "on": on}) for key, n, on in [("a", 1, True), ("b", 2, True), ("c", 2, False)])
    )

    where = [Comparison("n", "ge", 2), Comparison("on", "eq", value=True)]

    assert await keys_of(rows, where=where) == ["b"]


@pytest.mark.parametrize(
    "name", ["a b", "a'", "1a", "", "a-b", "RowKey", "PartitionKey", "Timestamp", "a,b", "é", "a\n"]
)
async def test_a_column_that_is_no_identifier_is_refused(rows: Rows, name: str) -> None:
    for call in (
        rows.insert(TABLE, HERE, Insert("k", {name: 1})),
        rows.batch(TABLE, HERE, [Merge("k", {name: 1})]),
        rows.query(TABLE, HERE, ALL, columns=[name]),
        rows.query(TABLE, HERE, ALL, where=[Comparison(name, "eq", 1)]),
    ):
        with pytest.raises(ValueError, match="name"):
            await call


# Batches


async def test_a_batch_applies_each_kind_of_operation(rows: Rows) -> None:
    base = {"a": 1, "b": 2}
    etags = dict(zip("rmd", await put(rows, *(Insert(key, base) for key in "rmd"), Insert("u", base)), strict=False))

    changed = await put(
        rows,
        Insert("i", {"c": 3}),
        Upsert("u", {"c": 3}),
        Upsert("v", {"c": 3}),
        Replace("r", {"c": 3}, etags["r"]),
        Merge("m", {"b": 9, "c": 3}, etags["m"]),
        Delete("d", etags["d"]),
    )

    stored = {row.row_key: row for row in await found(rows)}
    assert {key: row.columns for key, row in stored.items()} == {
        "i": {"c": 3},
        "u": {"c": 3},
        "v": {"c": 3},
        "r": {"c": 3},
        "m": {"a": 1, "b": 9, "c": 3},
    }
    assert changed == [*(stored[key].etag for key in "iuvrm"), ""]


async def test_any_etag_still_asks_that_the_row_exists(rows: Rows) -> None:
    await put(rows, Insert("m", {"a": 1}), Insert("r", {"a": 1}), Insert("d", {"a": 1}))

    await put(rows, Merge("m", {"b": 2}), Replace("r", {"b": 2}, ANY_ETAG), Delete("d"))

    assert {row.row_key: row.columns for row in await found(rows)} == {"m": {"a": 1, "b": 2}, "r": {"b": 2}}
    assert await conflict(rows, Merge("none", {"b": 2})) == ("missing", 0)
    assert await conflict(rows, Replace("none", {"b": 2}, ANY_ETAG)) == ("missing", 0)
    assert await conflict(rows, Delete("none")) == ("missing", 0)


async def test_a_merge_of_nothing_gives_a_new_version(rows: Rows) -> None:
    [before] = await put(rows, Insert("k", {"a": 1}))

    [after] = await put(rows, Merge("k", {}))

    assert after != before
    assert await rows.get(TABLE, HERE, "k") == Row("k", {"a": 1}, after)


async def test_a_failed_condition_is_told_by_kind_and_place(rows: Rows) -> None:
    [old] = await put(rows, Insert("k", {"n": 1}))
    await put(rows, Merge("k", {"n": 2}, old))
    fine = [Insert("x", {}), Upsert("y", {})]

    assert await conflict(rows, *fine, Insert("k", {})) == ("exists", 2)
    assert await conflict(rows, *fine, Replace("k", {}, old)) == ("changed", 2)
    assert await conflict(rows, *fine, Merge("k", {}, old)) == ("changed", 2)
    assert await conflict(rows, *fine, Delete("k", old)) == ("changed", 2)
    assert await conflict(rows, *fine, Replace("none", {}, old)) == ("missing", 2)
    assert await conflict(rows, *fine, Merge("none", {}, old)) == ("missing", 2)
    assert await conflict(rows, Delete("none", old), *fine) == ("missing", 0)
    assert await keys_of(rows) == ["k"]


async def test_the_first_of_several_failed_conditions_is_told(rows: Rows) -> None:
    await put(rows, Insert("k", {}))

    assert await conflict(rows, Upsert("a", {}), Merge("none", {}), Insert("k", {})) == ("missing", 1)
    assert await conflict(rows, Upsert("a", {}), Insert("k", {}), Merge("none", {})) == ("exists", 1)


async def test_a_failed_batch_leaves_every_row_as_it_was(rows: Rows) -> None:
    await put(rows, *(Insert(key, {"n": 1, "old": "x"}) for key in "abcd"))
    before = await found(rows)

    await conflict(
        rows,
        Insert("new", {}),
        Upsert("a", {"n": 2}),
        Upsert("other", {}),
        Merge("b", {"n": 2}),
        Replace("c", {"n": 2}, before[2].etag),
        Delete("d"),
        Insert("a2", {}),
        Delete("missing"),
    )

    assert await found(rows) == before
    await put(rows, *(Replace(row.row_key, {}, row.etag) for row in before))


async def test_batches_at_once_lose_no_update(rows: Rows) -> None:
    await put(rows, Insert("n", {"n": 0}))
    reasons = set()

    async def add(name: str) -> None:
        while True:
            row = await rows.get(TABLE, HERE, "n")
            assert row is not None
            try:
                await put(rows, Replace("n", {"n": row.columns["n"] + 1}, row.etag), Insert(name, {}))
            except RowConflict as lost:
                reasons.add((lost.kind, lost.index))
            else:
                return

    await asyncio.gather(*(add(f"w{number}") for number in range(8)))

    row = await rows.get(TABLE, HERE, "n")
    assert row is not None
    assert row.columns == {"n": 8}
    assert len(await found(rows)) == 9
    assert reasons == {("changed", 0)}


async def test_every_version_of_a_row_has_its_own_etag(rows: Rows) -> None:
    etags = await put(rows, Insert("k", {"n": 0}))

    for number in range(50):
        etags += await put(rows, Merge("k", {"n": number}))
    await put(rows, Delete("k"))
    etags += await put(rows, Insert("k", {"n": 0}))

    assert len(set(etags)) == len(etags)
    assert all(etag.startswith("W/\"datetime'2") and etag.endswith("Z'\"") for etag in etags)


async def test_an_old_etag_never_matches_again(rows: Rows) -> None:
    [first] = await put(rows, Insert("k", {"n": 1}))
    await put(rows, Delete("k", first))
    await put(rows, Insert("k", {"n": 1}))

    assert await conflict(rows, Merge("k", {"n": 2}, first)) == ("changed", 0)


async def test_a_hundred_operations_are_one_batch(rows: Rows) -> None:
    etags = await put(rows, *(Insert(f"{number:03}", {"n": number}) for number in range(100)))

    stored = await found(rows)

    assert [row.etag for row in stored] == etags
    assert await conflict(rows, *(Upsert(f"{number:03}", {}) for number in range(1, 100)), Insert("000", {})) == (
        "exists",
        99,
    )


async def test_batches_of_no_or_too_many_operations_are_refused(rows: Rows) -> None:
    for operations in ([], [Insert(f"{number}", {}) for number in range(101)]):
        with pytest.raises(ValueError, match="100"):
            await put(rows, *operations)

    assert await found(rows) == []


async def test_the_same_row_twice_in_a_batch_is_refused(rows: Rows) -> None:
    with pytest.raises(ValueError, match="twice"):
        await put(rows, Insert("k", {}), Insert("l", {}), Merge("k", {"n": 1}))

    assert await found(rows) == []


@pytest.mark.parametrize("operation", [Replace("k", {}, ""), Merge("k", {}, ""), Delete("k", "")])
async def test_the_empty_etag_of_a_projection_is_no_condition(rows: Rows, operation: Operation) -> None:
    await put(rows, Insert("k", {"n": 1}))

    with pytest.raises(ValueError, match="ETag"):
        await put(rows, operation)

    assert [row.columns for row in await found(rows)] == [{"n": 1}]


# Sizes


@pytest.mark.parametrize("text", ["x" * MAX_STRING_UNITS, "é" * MAX_STRING_UNITS, "😀" * (MAX_STRING_UNITS // 2)])
async def test_a_text_may_be_as_long_as_the_service_takes(rows: Rows, text: str) -> None:
    await put(rows, Insert("k", {"text": text}))

    row = await rows.get(TABLE, HERE, "k")

    assert row is not None
    assert row.columns == {"text": text}
    for call in (
        rows.insert(TABLE, HERE, Insert("long", {"text": text + "x"})),
        rows.batch(TABLE, HERE, [Merge("k", {"text": text + "x"})]),
    ):
        with pytest.raises(ValueError, match="range"):
            await call


@pytest.mark.parametrize(
    "value",
    [
        b"x" * (MAX_BINARY_BYTES + 1),
        2**63,
        -(2**63) - 1,
        float("nan"),
        float("inf"),
        NOON.replace(tzinfo=None),
        datetime(1600, 12, 31, tzinfo=UTC),
        "\ud800",
        None,
        ["a"],
    ],
)
async def test_a_value_that_no_column_holds_is_refused(rows: Rows, value: object) -> None:
    for call in (
        rows.insert(TABLE, HERE, Insert("k", {"value": value})),
        rows.batch(TABLE, HERE, [Upsert("k", {"value": value})]),
        rows.query(TABLE, HERE, ALL, where=[Comparison("value", "eq", value)]),
    ):
        with pytest.raises(ValueError, match=r"."):
            await call


async def test_a_binary_value_may_be_as_long_as_the_service_takes(rows: Rows) -> None:
    value = bytes(range(256)) * (MAX_BINARY_BYTES // 256)
    await rows.insert(TABLE, HERE, Insert("k", {"value": value}))

    row = await rows.get(TABLE, HERE, "k")

    assert row is not None
    assert row.columns == {"value": value}


async def test_a_row_may_have_as_many_columns_as_the_service_takes(rows: Rows) -> None:
    columns = {f"c{number}": number for number in range(MAX_COLUMNS)}
    await rows.insert(TABLE, HERE, Insert("k", columns))

    row = await rows.get(TABLE, HERE, "k")

    assert row is not None
    assert row.columns == columns
    with pytest.raises(ValueError, match="columns"):
        await rows.insert(TABLE, HERE, Insert("l", columns | {"more": 1}))


async def test_a_row_larger_than_the_service_takes_is_refused(rows: Rows) -> None:
    full = {f"c{number}": "x" * 32_000 for number in range(16)}
    await rows.insert(TABLE, HERE, Insert("k", full))

    with pytest.raises(ValueError, match="1048576"):
        await rows.insert(TABLE, HERE, Insert("l", full | {"more": "x" * 32_000}))


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")  # aiohttp, above 1 MiB
async def test_a_batch_larger_than_the_service_takes_is_refused(rows: Rows) -> None:
    quarter = {f"c{number}": "x" * 32_000 for number in range(8)}
    await put(rows, *(Insert(f"a{number}", quarter) for number in range(15)))

    with pytest.raises(ValueError, match="4194304"):
        await put(rows, *(Insert(f"b{number}", quarter) for number in range(17)))

    assert len(await found(rows)) == 15


# The wrappers that count and that fail


async def test_counting_changes_no_answer_and_notes_every_call(rows: Rows) -> None:
    counting = CountingRows(rows)

    await counting.insert(TABLE, HERE, Insert("a", {"n": 1}))
    await counting.batch(TABLE, HERE, [Insert("b", {}), Insert("c", {})])
    await counting.get(TABLE, HERE, "a")
    await counting.get(TABLE, HERE, "none")
    page = await counting.query(TABLE, HERE, ALL, columns=[], limit=2)
    with pytest.raises(RowConflict):
        await counting.insert(TABLE, HERE, Insert("a", {}))

    assert [row.row_key for row in page.rows] == ["a", "b"]
    assert counting.calls == {"insert": 2, "batch": 1, "get": 2, "query": 1}
    assert (counting.rows_written, counting.rows_read) == (3, 3)
    assert counting.log[1] == ("batch", TABLE, (Insert("b", {}), Insert("c", {})))
    counting.reset()
    assert (counting.calls, counting.log) == ({}, [])


@pytest.mark.parametrize(
    ("fault", "error", "applied"),
    [
        (fail_before, StorageUnavailable, False),
        (fail_after, StorageUnavailable, True),
        (cancel_before, asyncio.CancelledError, False),
        (cancel_after, asyncio.CancelledError, True),
        (kill_before, Killed, False),
        (kill_after, Killed, True),
        (repeat, RowConflict, True),
    ],
)
async def test_a_fault_strikes_the_planned_write_before_or_after_it(
    rows: Rows, fault: Fault, error: type[BaseException], *, applied: bool
) -> None:
    faulty = FaultyRows(rows, on_writes({2: fault}))

    await faulty.insert(TABLE, HERE, Insert("first", {}))
    assert await faulty.get(TABLE, HERE, "first") is not None
    with pytest.raises(error):
        await faulty.batch(TABLE, HERE, [Insert("second", {})])

    assert (await rows.get(TABLE, HERE, "second") is not None) is applied


async def test_a_repeated_write_may_succeed_twice(rows: Rows) -> None:
    faulty = FaultyRows(rows, on_writes({1: repeat}))

    [etag] = await faulty.batch(TABLE, HERE, [Upsert("k", {"n": 1})])

    assert await rows.get(TABLE, HERE, "k") == Row("k", {"n": 1}, etag)


async def test_faults_strike_reads_too(rows: Rows) -> None:
    faulty = FaultyRows(rows, on_calls({1: fail_before, 2: fail_before}))

    with pytest.raises(StorageUnavailable):
        await faulty.get(TABLE, HERE, "k")
    with pytest.raises(StorageUnavailable):
        await faulty.query(TABLE, HERE, ALL)
    assert (await faulty.query(TABLE, HERE, ALL)).rows == []


async def test_after_a_kill_nothing_runs(rows: Rows) -> None:
    faulty = FaultyRows(rows, on_writes({1: kill_after}))
    with pytest.raises(Killed):
        await faulty.insert(TABLE, HERE, Insert("k", {}))

    for call in (
        faulty.get(TABLE, HERE, "k"),
        faulty.query(TABLE, HERE, ALL),
        faulty.insert(TABLE, HERE, Insert("l", {})),
        faulty.batch(TABLE, HERE, [Insert("l", {})]),
    ):
        with pytest.raises(Killed):
            await call

    assert await keys_of(rows) == ["k"]
