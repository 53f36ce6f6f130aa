"""Reading, deciding and writing anew when somebody else was faster."""

import asyncio
import gc

import pytest

from scim.domain.ports import VersionConflict
from scim.errors import NotFound, Unavailable
from scim.operations import retrying
from scim.operations.retrying import ATTEMPTS, until_settled


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(retrying, "_FIRST_PAUSE_SECONDS", 0)
    monkeypatch.setattr(retrying, "_LONGEST_PAUSE_SECONDS", 0)


class Attempt:
    """Loses to somebody else so many times before it succeeds."""

    def __init__(self, conflicts: int) -> None:
        self.conflicts = conflicts
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self.made <= self.conflicts:
            raise VersionConflict
        return "done"


@pytest.mark.parametrize("conflicts", [0, 1, ATTEMPTS - 1])
async def test_an_attempt_is_made_again_after_each_conflict(conflicts):
    attempt = Attempt(conflicts)

    assert await until_settled("a", attempt) == "done"
    assert attempt.made == conflicts + 1


async def test_after_so_many_conflicts_the_client_is_asked_to_come_again():
    attempt = Attempt(ATTEMPTS)

    with pytest.raises(Unavailable, match="Send the request again"):
        await until_settled("a", attempt)
    assert attempt.made == ATTEMPTS


async def test_a_refusal_ends_it_at_once():
    made = 0

    async def refused():
        nonlocal made
        made += 1
        raise NotFound("There is no user with this id.")

    with pytest.raises(NotFound):
        await until_settled("a", refused)
    assert made == 1


async def test_changes_of_one_resource_queue_and_changes_of_different_ones_do_not():
    running: list[str] = []
    together: set[frozenset[str]] = set()

    def change(name: str):
        async def attempt():
            running.append(name)
            for _ in range(3):
                together.add(frozenset(running))
                await asyncio.sleep(0)
            running.remove(name)

        return attempt

    await asyncio.gather(
        until_settled("a", change("a1")), until_settled("a", change("a2")), until_settled("b", change("b1"))
    )

    assert frozenset({"a1", "a2"}) not in {frozenset(each & {"a1", "a2"}) for each in together}
    assert {"a1", "b1"} in together


async def test_nothing_is_kept_of_a_resource_that_nobody_changes():
    await until_settled("a", Attempt(1))
    gc.collect()

    assert "a" not in retrying._locks


async def test_a_change_that_fails_does_not_block_the_next():
    with pytest.raises(Unavailable):
        await until_settled("a", Attempt(ATTEMPTS))

    assert await until_settled("a", Attempt(0)) == "done"
