"""Lists of changes of members, packed into rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scim.domain.groups import Member
from scim.storage.tables import entities
from scim.storage.tables.jobs import ITEMS_PER_ROW, Job, JobKind, item_keys, item_rows, job_of, steps_in
from scim.storage.tables.limits import check_batch, check_row
from scim.storage.tables.memberships import Step
from scim.storage.tables.rows import Insert, Row

JOB_ID = "01a20846-fe00-7000-8000-000000000001"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
IDS = st.uuids().map(str)
STEPS = st.lists(IDS | st.builds(Member, IDS, st.sampled_from(["User", "Group"])))


def unpacked(steps: Sequence[Step]) -> list[Step]:
    rows = item_rows(JOB_ID, steps)
    assert [row.row_key for row in rows] == item_keys(JOB_ID, len(steps))
    for row in rows:
        check_row("tenant|00", row.row_key, row.columns)
    return [step for row in rows for step in steps_in(row.columns)]


@given(STEPS)
def test_a_list_comes_back_as_it_was_packed(steps: list[Step]) -> None:
    assert unpacked(steps) == steps


def test_two_hundred_thousand_changes_fit_a_handful_of_rows_of_which_each_fits_a_transaction() -> None:
    steps: list[Step] = [f"{number:08x}-0000-7000-8000-000000000000" for number in range(200_000)]

    assert unpacked(steps) == steps
    assert len(item_keys(JOB_ID, len(steps))) == 5
    for row in item_rows(JOB_ID, steps):
        check_batch("tenant|00", [row])
    assert len(item_rows(JOB_ID, steps[:ITEMS_PER_ROW])) == 1


def test_a_row_of_changes_is_below_the_largest_row_even_in_base64() -> None:
    (row,) = item_rows(JOB_ID, [JOB_ID] * ITEMS_PER_ROW)
    assert sum(len(value) for value in row.columns.values() if isinstance(value, bytes)) * 4 / 3 < 1024 * 1024


def test_a_job_is_read_as_it_was_written() -> None:
    job = Job(
        resource_id=JOB_ID,
        id=JOB_ID,
        kind=JobKind.FORGET_MEMBER,
        provider="entra",
        started=NOW,
        again=NOW + timedelta(minutes=5),
    )

    assert job_of(stored(job.insertion())) == job
    later = job_of(stored(job.deferred()))
    assert later.again is None
    assert [type(operation).__name__ for operation in later.ending()] == ["Delete"]


def test_a_job_is_due_when_the_request_that_began_it_must_be_over() -> None:
    job = Job(resource_id=JOB_ID, id=JOB_ID, kind=JobKind.CHANGE_MEMBERS, provider="entra", started=NOW, total=3)

    assert job.insertion().columns["due"] == NOW + timedelta(minutes=1)
    assert job.insertion().columns["v"] == entities.LAYOUT


def stored(insertion: Insert) -> Row:
    return Row(insertion.row_key, insertion.columns, "")
