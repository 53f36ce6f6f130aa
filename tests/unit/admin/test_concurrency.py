"""Changes that collide are made again."""

import pytest

from scim.admin import concurrency
from scim.admin.concurrency import ATTEMPTS, until_settled
from scim.admin.problems import Conflicting
from scim.domain.ports import VersionConflict


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(concurrency, "_FIRST_PAUSE_SECONDS", 0)
    monkeypatch.setattr(concurrency, "_LONGEST_PAUSE_SECONDS", 0)


def losing(times):
    """An attempt before which somebody else is faster so many times."""
    made = []

    async def attempt():
        made.append(None)
        if len(made) <= times:
            raise VersionConflict
        return len(made)

    return attempt


@pytest.mark.parametrize("conflicts", [0, 1, ATTEMPTS - 1])
async def test_an_attempt_is_made_again_after_each_conflict(conflicts):
    assert await until_settled(losing(conflicts)) == conflicts + 1


async def test_after_so_many_conflicts_the_administrator_is_asked_to_try_again():
    """Not told that the page is old: no version was named."""
    with pytest.raises(Conflicting) as refused:
        await until_settled(losing(ATTEMPTS))
    assert refused.value.code == "busy"
