"""Addresses with ids in them, whatever stands in the place of the id."""

import re

import pytest

from scim.api.routes import ENDPOINTS
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows

WITH_IDS = [endpoint for endpoint in ENDPOINTS if endpoint.parameters]


@pytest.mark.parametrize("id_", ["a#b", "a?b", "a\\b", "\x00", "a\x7f", "\x9f", "\ud800", "x" * 201])
async def test_what_can_be_no_id_is_404_before_anything_is_looked_up(id_):
    admin = await AdminWorld.on(FakeRows())
    for endpoint in WITH_IDS:
        path = re.sub(r"\{\w+\}", lambda _: id_, endpoint.path)
        status, _, problem = await admin.call(endpoint.method, path)
        assert (status, problem["code"]) == (404, "not_found"), endpoint.name


def test_every_endpoint_with_an_id_says_that_there_may_be_nothing():
    assert [endpoint.name for endpoint in WITH_IDS if 404 not in endpoint.refusals] == []
