"""Whatever comes in, the answer is a SCIM reply: no fault of ours, and every refusal a SCIM error that says why."""

import pytest

from scim.protocol.routing import Operation
from scim.schema.values import UnknownAttributes
from tests.chaos.replies import SCIM_TYPES
from tests.chaos.walk import Walk

REQUESTS = 10_000
SEEDS = range(5)


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_request_is_answered_with_a_fault_or_breaks_the_directory(seed):
    walk = await Walk.begin(seed, list(UnknownAttributes)[seed % 2])

    await walk.go(REQUESTS // len(SEEDS))

    assert await walk.violations() == []
    assert sum(walk.statuses.values()) == REQUESTS // len(SEEDS)
    wanted = {(operation, status) for operation in Operation for status in (2, 4)}
    assert wanted - walk.statuses.keys() == set()
    assert (SCIM_TYPES[400] | SCIM_TYPES[409]) - walk.scim_types.keys() == set()
