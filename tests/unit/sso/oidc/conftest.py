"""A provider, and the relying party that is proven on it."""

from collections.abc import AsyncIterator

import pytest

from scim.sso.fetching import Fetcher
from tests.unit.sso.oidc.double import Double
from tests.unit.sso.oidc.party import Party
from tests.world import StandingClock


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def double(clock) -> AsyncIterator[Double]:
    async with Double(now=int(clock.now().timestamp())) as started:
        yield started


@pytest.fixture
def party(double, clock) -> Party:
    return Party(double, clock, Fetcher(allows_loopback=True))
