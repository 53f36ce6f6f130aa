"""Searches, cursors and bulk requests against the app as it runs: what the host makes of their URLs."""

from uuid import uuid4

import pytest

from tests.world import group, user


@pytest.fixture
async def send(send):
    """Sends requests of a provider that has three users and two groups, to two processes in turn."""
    operations = [
        *({"method": "POST", "path": "/Users", "bulkId": n, "data": user(f"{n}.{uuid4().hex}", "21")} for n in "abc"),
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": group("G", ["bulkId:a", "bulkId:h"])},
        {"method": "POST", "path": "/Groups", "bulkId": "h", "data": group("H", ["bulkId:g"])},
    ]
    reply = await send("POST", "/Bulk", {"Operations": operations})
    assert [each["status"] for each in reply.json()["Operations"]] == ["201"] * 5
    return send


async def test_an_empty_cursor_reaches_the_app(send):
    for query in ("?cursor=&count=2", "?count=2&cursor", "?CURSOR=&count=2"):
        first = (await send("GET", f"/Users{query}")).json()
        last = (await send("GET", f"/Users?count=2&cursor={first['nextCursor']}")).json()

        assert (first["totalResults"], first["itemsPerPage"], "startIndex" in first) == (3, 2, False)
        assert (last["totalResults"], last["itemsPerPage"], "nextCursor" in last) == (3, 1, False)


async def test_the_root_is_searched_with_and_without_a_slash(send):
    for path in ("", "/", "?count=5", "/?cursor="):
        found = (await send("GET", path)).json()
        assert [each["meta"]["resourceType"] for each in found["Resources"]] == ["User"] * 3 + ["Group"] * 2


async def test_searches_by_post(send):
    users = await send("POST", "/Users/.search", {"filter": "active eq true", "count": 2})
    groups = await send("POST", "/Groups/.search", {"attributes": ["displayName"], "sortBy": "displayName"})
    everything = await send("POST", "/.search", {"filter": 'meta.resourceType eq "Group"'})

    assert (users.json()["totalResults"], users.json()["itemsPerPage"]) == (3, 2)
    assert [each["displayName"] for each in groups.json()["Resources"]] == ["G", "H"]
    assert everything.json()["totalResults"] == 2


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/Users/.search", 405, "POST"),
        ("GET", "/.search", 405, "POST"),
        ("GET", "/Bulk", 405, "POST"),
        ("POST", "", 405, "GET"),
        ("GET", "/Me", 501, None),
        ("PATCH", "/Me", 501, None),
        ("GET", "/Users/.search/more", 404, None),
    ],
)
async def test_what_these_endpoints_do_not_take_is_a_scim_error(send, method, path, status, allow):
    reply = await send(method, path)

    assert (reply.status_code, reply.headers.get("Allow")) == (status, allow)
    assert reply.headers["Content-Type"] == "application/scim+json"
    assert reply.json()["status"] == str(status)
