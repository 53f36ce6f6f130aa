"""Exporting: what it costs, how much it holds, and how it goes on after an interruption."""

import gzip
import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ops.backup.folder import FolderStore
from ops.backup.reading import finished
from scim.errors import Unavailable
from scim.maintenance.back_up import TIME_FOR_A_RUN, back_up
from scim.storage.backup.daily import DailyBackups
from scim.storage.backup.lines import StoredRow, row_of, written_line
from scim.storage.tables.keys import CONFIG, DIRECTORY, PARTITION
from scim.storage.tables.limits import EARLIEST
from scim.storage.tables.rows import Insert
from tests.backups import backed_up
from tests.fakes.rows import CountingRows, FakeRows, FaultyRows, fail_before
from tests.world import StandingClock

NIGHT = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
PAGE = 20
ROWS = 50
MONTHS = ("activity202610", "activity202611")


async def filled(tables=(DIRECTORY, CONFIG, *MONTHS)):
    """Tables with as many rows each, in three partitions."""
    rows = FakeRows(page_rows=PAGE)
    for table in tables:
        for start in range(0, ROWS, 10):
            some = [Insert(f"a|{number:05d}", {"v": 1}) for number in range(start, start + 10)]
            await rows.batch(table, f"{PARTITION}{start % 3}", some)
    return rows


class Store(FolderStore):
    """Notes what is written, beside what storage is asked."""

    def __init__(self, folder, log):
        super().__init__(folder)
        self.log = log

    async def write(self, name, content, version=None):
        self.log.append(("write", name.rpartition(".")[2], len(content)))
        return await super().write(name, content, version)


class TickingClock(StandingClock):
    """A second passes whenever it is looked at."""

    def now(self):
        return self.advance(seconds=1)


async def test_a_backup_costs_a_call_for_each_page_and_two_for_each_file(tmp_path):
    """Three pages for each of four tables, and for the second look, which finds nothing."""
    rows = CountingRows(await filled())
    store = Store(tmp_path, rows.log)

    name = await backed_up(rows, store, StandingClock(NIGHT))

    assert rows.calls == {"scan": 5 * 3, "table_names": 1}
    assert rows.rows_read == 4 * ROWS
    written = [kind for verb, kind, _ in rows.log if verb == "write"]
    assert written.count("gz") == 4
    assert written.count("json") == 1 + 5 + 1  # that it began, how far it is after each step, the manifest
    manifest = json.loads((tmp_path / name / "manifest.json").read_text())
    assert manifest["rows"] == 4 * ROWS
    assert [part["table"] for part in manifest["parts"]] == [DIRECTORY, CONFIG, *MONTHS]
    assert (tmp_path / name).stat().st_mode & 0o077 == 0


async def test_no_more_than_a_page_and_a_file_is_held(tmp_path):
    """A file is written as soon as it is full, before the next page is asked for."""
    rows = CountingRows(await filled([DIRECTORY]))
    store = Store(tmp_path, rows.log)

    name = await backed_up(rows, store, StandingClock(NIGHT), part_bytes=1)

    verbs = [kind if verb == "write" else verb for verb, kind, _ in rows.log]
    assert verbs == ["json", *["scan", "gz", "json"] * 3, *["scan", "json"] * 4, "table_names", "json"]
    parts = json.loads((tmp_path / name / "manifest.json").read_text())["parts"]
    assert [part["rows"] for part in parts] == [20, 20, 10]
    found = [
        json.loads(line)["RowKey"]
        for part in parts
        for line in gzip.decompress((tmp_path / name / part["name"]).read_bytes()).splitlines()
    ]
    assert len(set(found)) == ROWS


async def test_a_run_ends_in_time_and_the_next_goes_on_from_there(tmp_path):
    """Four pages a run; whatever the runs, no row is read twice and none is missing."""
    rows, clock = CountingRows(await filled()), TickingClock(NIGHT)
    backups = DailyBackups(rows, FolderStore(tmp_path), clock)
    found = []
    while not found or not found[-1].is_finished:
        found.append(await backups.go_on(clock.moment + timedelta(seconds=4)))

    assert len(found) > 3
    assert rows.calls["scan"] == 5 * 3
    assert found[-1].rows == 4 * ROWS
    assert await finished(FolderStore(tmp_path)) == [found[0].name]
    assert await backups.go_on(clock.moment + TIME_FOR_A_RUN) is None


async def test_a_run_that_dies_leaves_what_it_has_to_the_next(tmp_path, caplog):
    rows, clock = await filled(), StandingClock(NIGHT)
    store = FolderStore(tmp_path)
    dying = FaultyRows(rows, lambda call: fail_before if call.number == 5 else None)
    with pytest.raises(Unavailable):
        await back_up(DailyBackups(dying, store, clock), clock)
    assert await finished(store) == []
    clock.advance(minutes=10)
    again = CountingRows(rows)

    with caplog.at_level(logging.INFO):
        await back_up(DailyBackups(again, store, clock), clock)

    assert again.calls["scan"] == 5 * 3 - 3
    assert "backup_finished name=20261128T010000Z rows=200 parts=4" in caplog.messages


async def test_of_two_runs_at_once_one_gives_way(tmp_path):
    rows, clock, store = await filled(), StandingClock(NIGHT), FolderStore(tmp_path)
    backups = DailyBackups(rows, store, clock)

    async def other(scan):
        await backups.go_on(NIGHT + TIME_FOR_A_RUN)
        return await scan()

    slow = DailyBackups(FaultyRows(rows, lambda call: other if call.number == 5 else None), store, clock)

    assert await slow.go_on(NIGHT + TIME_FOR_A_RUN) is None
    assert await finished(store) == ["20261128T010000Z"]


async def test_a_backup_that_a_day_left_unfinished_is_begun_anew_the_next_day(tmp_path):
    rows, clock, store = await filled(), StandingClock(NIGHT), FolderStore(tmp_path)
    backups = DailyBackups(rows, store, clock)
    assert not (await backups.go_on(NIGHT)).is_finished
    clock.advance(days=1)

    assert (await backups.go_on(clock.now() + TIME_FOR_A_RUN)).name == "20261129T010000Z"
    assert await finished(store) == ["20261129T010000Z"]


async def test_a_month_that_is_dropped_meanwhile_ends_there(tmp_path):
    class Dropping(FaultyRows):
        async def table_names(self, prefix):
            return [*await super().table_names(prefix), "activity202612"]

    strict = Dropping(FakeRows(tables=(DIRECTORY, CONFIG)), lambda _: None)

    name = await backed_up(strict, FolderStore(tmp_path), StandingClock(NIGHT))

    assert json.loads((tmp_path / name / "manifest.json").read_text())["rows"] == 0


VALUES = st.one_of(
    st.text(max_size=20),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.binary(max_size=50),
    st.datetimes(min_value=EARLIEST.replace(tzinfo=None), timezones=st.just(UTC)),
)


NAMES = st.sampled_from(("v", "doc0", "createdAt", "_x", "N" * 255))


@settings(suppress_health_check=[HealthCheck.too_slow])  # where other tests run at the same time
@given(st.text(max_size=20), st.text(max_size=20), st.dictionaries(NAMES, VALUES))
def test_every_row_comes_back_from_its_line(partition, row_key, columns):
    row = StoredRow(partition, row_key, columns, "2026-11-28T01:00:00.0000000Z")
    line = written_line(row)
    found = row_of(line)
    assert found == row
    assert {name: type(value) for name, value in found.columns.items()} == {n: type(v) for n, v in columns.items()}
    assert line.count(b"\n") == 1
