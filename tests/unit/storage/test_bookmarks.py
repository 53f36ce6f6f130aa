"""Notes of where pages start."""

import logging

import pytest

from scim.background import Background
from scim.storage.tables.bookmarks import LIFETIME, Bookmark, Bookmarks
from scim.storage.tables.directory_table import DirectoryTable
from tests.fakes.rows import FakeRows, FaultyRows, fail_before
from tests.world import StandingClock


class Notes:
    """Two instances that leave notes for each other."""

    def __init__(self, rows: FakeRows) -> None:
        self.clock = StandingClock()
        self.background = Background()
        self.here, self.there = (Bookmarks(DirectoryTable(rows), self.clock, self.background) for _ in range(2))

    def note(self, after: str, total: int = 9) -> Bookmark:
        return Bookmark(after, total, self.clock.now() + LIFETIME)


@pytest.fixture
def notes() -> Notes:
    return Notes(FakeRows())


async def test_a_note_is_found_here_at_once_and_there_when_it_is_stored(notes: Notes) -> None:
    notes.here.leave("q", 11, "key", 9)

    assert await notes.there.find("q", 11) is None
    assert await notes.here.find("q", 11) == notes.note("key")
    await notes.background.drain()
    assert await notes.there.find("q", 11) == notes.note("key")


async def test_a_note_is_of_one_query_and_one_page(notes: Notes) -> None:
    notes.here.leave("q", 11, "key", 9)
    await notes.background.drain()

    for query, start_index in (("other", 11), ("q", 12)):
        assert await notes.here.find(query, start_index) is None
        assert await notes.there.find(query, start_index) is None


async def test_a_note_is_worth_nothing_after_ten_minutes(notes: Notes) -> None:
    notes.here.leave("q", 11, "key", 9)
    await notes.background.drain()

    notes.clock.advance(minutes=9, seconds=59)
    assert await notes.here.find("q", 11) is not None
    assert await notes.there.find("q", 11) is not None
    notes.clock.advance(seconds=1)
    assert await notes.here.find("q", 11) is None
    assert await notes.there.find("q", 11) is None


async def test_what_was_noted_just_now_is_remembered_and_after_that_the_latest_note_counts(notes: Notes) -> None:
    notes.here.leave("q", 11, "first", 9)
    await notes.background.drain()
    notes.clock.advance(seconds=5)
    notes.there.leave("q", 11, "second", 8)
    await notes.background.drain()
    second = notes.note("second", 8)

    notes.clock.advance(seconds=4)
    assert (await notes.here.find("q", 11) or second).after == "first"
    notes.clock.advance(seconds=1)
    assert await notes.here.find("q", 11) == second


async def test_expired_notes_are_removed_and_others_stay(notes: Notes) -> None:
    for number in range(130):
        notes.here.leave("q", number, "old", 9)
    notes.clock.advance(minutes=5)
    notes.here.leave("q", 500, "new", 9)
    await notes.background.drain()

    assert await notes.there.remove_expired(notes.clock.advance(minutes=6)) == 130
    assert await notes.there.remove_expired(notes.clock.now()) == 0
    assert await notes.there.find("q", 500) is not None


async def test_memory_is_bounded(notes: Notes) -> None:
    for number in range(2_100):
        notes.here.leave("q", number, "key", 9)
    await notes.background.drain()

    assert len(notes.here._remembered) == 2_000


async def test_a_note_that_cannot_be_stored_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    background, clock = Background(), StandingClock()
    rows = FaultyRows(FakeRows(), lambda _: fail_before)
    bookmarks = Bookmarks(DirectoryTable(rows), clock, background)

    with caplog.at_level(logging.WARNING):
        bookmarks.leave("q", 11, "key", 9)
        await background.drain()

    assert [record.message for record in caplog.records] == ["bookmark_not_stored"]
    assert await bookmarks.find("q", 11) == Bookmark("key", 9, clock.now() + LIFETIME)
