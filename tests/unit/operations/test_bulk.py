"""Bulk requests: what is not on the wire."""

import pytest

from scim.operations import bulk
from tests.fakes.rows import FakeRows, FaultyRows, fail_before, on_writes
from tests.invariants import violations
from tests.world import World, group, patch, user


def request(*operations, **more):
    return {"Operations": list(operations), **more}


def post(name, bulk_id, **attributes):
    return {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": user(name, **attributes)}


@pytest.fixture
async def world() -> World:
    return await World.on(FakeRows())


async def test_what_there_is_no_time_for_is_to_be_sent_again(world, monkeypatch):
    monkeypatch.setattr(bulk, "LAST_START_SECONDS", 0.0)

    _, _, reply = await world.call("POST", "/Bulk", request(post("anna", "a"), post("bob", "b")))

    assert [each["status"] for each in reply["Operations"]] == ["503", "503"]
    assert (await world.call("GET", "/Users")).json["totalResults"] == 0


async def test_an_operation_that_takes_too_long_is_given_up_and_the_reply_is_sent(world, monkeypatch):
    monkeypatch.setattr(bulk, "LAST_END_SECONDS", 0.0)

    status, _, reply = await world.call("POST", "/Bulk", request(post("anna", "a")))

    assert (status, reply["Operations"][0]["status"]) == (200, "503")


async def test_storage_that_fails_under_one_operation_fails_that_one_alone():
    rows = FakeRows()
    faulty = await (await World.on(rows)).instance(FaultyRows(rows, on_writes({3: fail_before})))
    await faulty.warm_up()  # the first write notes that the token was used

    _, _, reply = await faulty.call("POST", "/Bulk", request(*(post(f"u{n}", f"b{n}") for n in range(3))))

    assert [each["status"] for each in reply["Operations"]] == ["201", "503", "201"]
    assert await violations(rows) == []


async def test_a_fault_under_one_operation_is_told_by_its_reference_alone(world, monkeypatch, caplog):
    async def broken(_call):
        raise RuntimeError("row u|entra|7c41")

    key = next(key for key in bulk.CHANGES if key[1] == "User")
    monkeypatch.setattr(bulk, "CHANGES", {**bulk.CHANGES, key: broken})

    _, _, reply = await world.call("POST", "/Bulk", request(post("anna", "a")))

    assert reply["Operations"][0]["status"] == "500"
    assert "7c41" not in str(reply)
    assert "request_failed" in caplog.text


async def test_a_circle_through_many_is_resolved(world):
    ring = [
        {"method": "POST", "path": "/Groups", "bulkId": f"g{n}", "data": group(f"G{n}", [f"bulkId:g{(n + 1) % 5}"])}
        for n in range(5)
    ]

    _, _, reply = await world.call("POST", "/Bulk", request(*ring))

    assert [each["status"] for each in reply["Operations"]] == ["201"] * 5
    for number, result in enumerate(reply["Operations"]):
        _, headers, found = await world.call("GET", f"/Groups/{result['location'].rpartition('/')[2]}")
        following = reply["Operations"][(number + 1) % 5]["location"]
        assert [member["$ref"] for member in found["members"]] == [following]
        assert headers["ETag"] == result["version"]
    assert await violations(world.rows) == []


async def test_a_circle_through_what_cannot_be_left_out_is_a_conflict(world):
    circle = [
        post("anna", "a", displayName="x") | {"path": "/Users/bulkId:b"},
        post("bob", "b") | {"path": "/Users/bulkId:a"},
    ]

    _, _, reply = await world.call("POST", "/Bulk", request(*circle))

    assert [each["status"] for each in reply["Operations"]] == ["409", "409"]
    assert (await world.call("GET", "/Users")).json["totalResults"] == 0


async def test_a_path_may_be_a_whole_url_and_have_a_query(world):
    id_ = await world.created("/Users", user("anna"))
    full = f"{world.app.services.base_url}/Users/{id_}?attributes=userName"
    change = {"method": "PATCH", "path": full, "data": patch(("add", "title", "x"))}

    _, _, reply = await world.call("POST", "/Bulk", request(change))

    assert reply["Operations"][0]["status"] == "200"
    assert reply["Operations"][0]["location"].endswith(f"/Users/{id_}")


async def test_order_is_that_of_the_request_where_nothing_refers_to_later_ones(world):
    id_ = await world.created("/Users", user("anna"))
    steps = [
        {"method": "PATCH", "path": f"/Users/{id_}", "data": patch(("add", "title", title))}
        for title in ("one", "two", "three")
    ]

    await world.call("POST", "/Bulk", request(*steps))

    assert (await world.call("GET", f"/Users/{id_}")).json["title"] == "three"


async def test_nothing_is_created_that_refers_to_what_will_never_be_there(world):
    half = {"value": "bulkId:h", "$ref": "bulkId:nobody"}
    circle = [
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": "G", "members": [half]}},
        {"method": "POST", "path": "/Groups", "bulkId": "h", "data": group("H", ["bulkId:g"])},
    ]

    _, _, reply = await world.call("POST", "/Bulk", request(*circle))

    assert [each["status"] for each in reply["Operations"]] == ["400", "409"]
    assert (await world.call("GET", "/Groups")).json["totalResults"] == 0


def ring(first, second):
    return [
        {"method": "POST", "path": "/Groups", "bulkId": "a", "data": first},
        {"method": "POST", "path": "/Groups", "bulkId": "b", "data": second},
    ]


async def test_a_resource_in_a_circle_that_cannot_be_completed_is_not_kept(world):
    await world.created("/Groups", group("taken"))
    circle = ring(group("A", ["bulkId:b"]), group("taken", ["bulkId:a"]))

    _, _, reply = await world.call("POST", "/Bulk", request(*circle))

    assert [(each["status"], "location" in each) for each in reply["Operations"]] == [("409", False), ("409", False)]
    assert (await world.call("GET", "/Groups", filter='displayName eq "A"')).json["totalResults"] == 0
    assert await violations(world.rows) == []


async def test_a_circle_that_is_not_reached_in_time_leaves_nothing(world, monkeypatch):
    circle = ring(group("A", ["bulkId:b"]), group("B", ["bulkId:a"]))
    circle.insert(0, post("anna", "u"))
    sent = bulk._Run._send
    seen = []

    async def late(run, operation, last_start=None):
        seen.append(operation.method)
        if len(seen) == 3:
            monkeypatch.setattr(bulk, "LAST_START_SECONDS", -1.0)
        return await sent(run, operation, last_start)

    monkeypatch.setattr(bulk._Run, "_send", late)
    _, _, reply = await world.call("POST", "/Bulk", request(*circle))

    assert [each["status"] for each in reply["Operations"]] == ["201", "503", "503"]
    assert (await world.call("GET", "/Groups")).json["totalResults"] == 0


async def test_a_circle_is_complete_before_anything_else_is_done_with_it(world):
    steps = [
        *ring(group("A", ["bulkId:b"]), group("B", ["bulkId:a"])),
        {"method": "PATCH", "path": "/Groups/bulkId:a", "data": patch(("remove", "members", None))},
        {"method": "DELETE", "path": "/Groups/bulkId:b"},
    ]

    _, _, reply = await world.call("POST", "/Bulk", request(*steps))

    assert [each["status"] for each in reply["Operations"]] == ["201", "201", "204", "204"]
    _, _, left = await world.call("GET", "/Groups")
    assert [(each["displayName"], each["members"]) for each in left["Resources"]] == [("A", [])]


async def test_what_refers_to_something_that_was_not_done_is_to_be_sent_again_as_well(world, monkeypatch):
    monkeypatch.setattr(bulk, "LAST_START_SECONDS", -1.0)
    steps = [post("anna", "a"), {"method": "POST", "path": "/Groups", "bulkId": "g", "data": group("G", ["bulkId:a"])}]

    _, _, reply = await world.call("POST", "/Bulk", request(*steps))

    assert [each["status"] for each in reply["Operations"]] == ["503", "503"]


async def test_a_reference_in_the_path_of_a_patch_removes_that_member(world):
    removal = patch(("remove", 'members[value eq "bulkId:a"]', None))
    steps = [
        post("anna", "a"),
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": group("G", ["bulkId:a"])},
        {"method": "PATCH", "path": "/Groups/bulkId:g?attributes=members", "data": removal},
    ]

    _, _, reply = await world.call("POST", "/Bulk", request(*steps))

    assert [each["status"] for each in reply["Operations"]] == ["201", "201", "200"]
    assert (await world.call("GET", "/Groups")).json["Resources"][0]["members"] == []


async def test_a_chain_of_large_operations_that_all_fail_is_refused_one_by_one(world):
    """It is done in a second; with another look at all data after each, it would take a minute and a half."""
    chain = [
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": f"g{n}",
            "data": group(f"G{n}", [f"bulkId:g{n + 1}", *"abc" * 50]),
        }
        for n in range(999)
    ]
    chain.append({"method": "POST", "path": "/Groups", "bulkId": "g999", "data": group("")})

    _, _, reply = await world.call("POST", "/Bulk", request(*chain))

    assert [each["status"] for each in reply["Operations"]] == ["409"] * 999 + ["400"]
