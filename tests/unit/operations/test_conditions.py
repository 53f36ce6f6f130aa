"""Conditions of writes, versions of discovery, and what a strict provider refuses."""

import pytest

from scim.domain.providers import Policies, Provider
from scim.schema.urns import CORE_GROUP, CORE_USER
from scim.schema.values import UnknownAttributes
from tests.fakes.rows import FakeRows
from tests.world import World, add_members, group, patch, remove_members, user


@pytest.fixture
async def world():
    return await World.on(FakeRows())


@pytest.fixture
async def strict(world):
    policies = Policies(unknown_attributes=UnknownAttributes.REJECT)
    return await world.provided(Provider(id="strict", name="Strict", policies=policies))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_a_write_is_refused_at_an_excluded_version(world, method):
    """RFC 9110 §13.1.2: `*` excludes any."""
    _, headers, made = await world.call("POST", "/Users", user("anna"))
    body = {"PUT": user("anna", title="x"), "PATCH": patch(("add", "title", "x")), "DELETE": None}[method]
    for excluded in ("*", headers["ETag"]):
        reply = await world.call(method, f"/Users/{made['id']}", body, headers={"if-none-match": excluded})
        assert reply.status == 412
    reply = await world.call(method, f"/Users/{made['id']}", body, headers={"if-none-match": 'W/"other"'})
    assert reply.status in {200, 204}


async def test_a_change_of_members_is_refused_at_an_excluded_version(world):
    _, _, anna = await world.call("POST", "/Users", user("anna"))
    _, headers, made = await world.call("POST", "/Groups", group("g"))
    reply = await world.call(
        "PATCH", f"/Groups/{made['id']}", add_members(anna["id"]), headers={"if-none-match": headers["ETag"]}
    )
    assert reply.status == 412
    assert (await world.call("GET", f"/Groups/{made['id']}")).json["members"] == []


async def test_a_change_of_members_that_changes_nothing_tells_the_version(world):
    """RFC 7644 §3.14."""
    _, _, anna = await world.call("POST", "/Users", user("anna"))
    _, headers, made = await world.call("POST", "/Groups", group("g", [anna["id"]]))
    for body in (add_members(anna["id"]), remove_members(made["id"])):
        reply = await world.call("PATCH", f"/Groups/{made['id']}", body)
        assert (reply.status, reply.headers["ETag"]) == (204, headers["ETag"])


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", f"/Schemas/{CORE_USER}", "/ResourceTypes/Group"])
async def test_what_is_discovered_has_a_version(world, path):
    """RFC 7644 §3.14."""
    status, headers, found = await world.call("GET", path)
    assert (status, headers["ETag"]) == (200, found["meta"]["version"])
    reply = await world.call("GET", path, headers={"if-none-match": headers["ETag"]})
    assert (reply.status, reply.json) == (304, None)
    assert (await world.call("GET", path, headers={"if-none-match": 'W/"x"'})).status == 200


async def test_a_strict_provider_is_told_of_the_wrong_schema(strict):
    """RFC 7643 §3."""
    wrong = {**group("g"), "schemas": [CORE_USER]}
    status, _, error = await strict.call("POST", "/Groups", wrong)
    assert (status, error["scimType"]) == (400, "invalidSyntax")
    assert CORE_GROUP in error["detail"]


async def test_a_tolerant_provider_is_not(world):
    status, _, found = await world.call("POST", "/Groups", {**group("g"), "schemas": [CORE_USER]})
    assert (status, found["schemas"]) == (201, [CORE_GROUP])


async def test_a_group_is_no_member_of_itself(world, strict):
    """Entra ID sends what it finds; the activity names what was left out."""
    for each in (world, strict):
        _, _, own = await each.call("POST", "/Groups", group("g"))
        assert (await each.call("PATCH", f"/Groups/{own['id']}", add_members(own["id"]))).status == 204
        assert (await each.call("PUT", f"/Groups/{own['id']}", group("g", [own["id"]]))).status == 200
        assert (await each.call("GET", f"/Groups/{own['id']}")).json["members"] == []
