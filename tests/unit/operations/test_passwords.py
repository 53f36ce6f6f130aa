"""A password that an identity provider sends along is read past."""

from tests.fakes.rows import FakeRows
from tests.world import World, patch, user

SECRET = "Tr0ub4dor&3"


async def test_no_row_holds_a_password():
    rows = FakeRows()
    world = await World.on(rows)

    id_ = await world.created("/Users", user("anna", password=SECRET))
    await world.call("PUT", f"/Users/{id_}", user("anna", password=SECRET, title="Boss"))
    await world.call("PATCH", f"/Users/{id_}", patch(("replace", "password", SECRET)))
    await world.call("PATCH", f"/Users/{id_}", patch(("add", None, {"password": SECRET, "title": "Chief"})))

    assert (await world.call("GET", f"/Users/{id_}")).json["title"] == "Chief"
    assert SECRET not in str(rows.contents("directory"))
    assert SECRET not in str(rows.contents("config"))
