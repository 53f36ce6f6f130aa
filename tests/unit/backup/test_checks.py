"""What `check` tells of a damaged directory: every damage, and the rest as if it were not there."""

import asyncio

import pytest

from scim.storage.tables.keys import DIRECTORY, PARTITION
from scim.storage.tables.rows import Delete, Insert, Upsert
from tests.backups import Tenant
from tests.fakes.rows import FakeRows
from tests.invariants import directory, violations

DAMAGES = {
    "a user whose document is none": ("u|native|x", {"doc0": "{", "created": 1, "modified": 1}, "unreadable"),
    "a user without an id": ("u|x", {}, "unreadable"),
    "a deleted user without a document": ("t|native|x", {}, "unreadable"),
    "a group without a document": ("g|native|x", {}, "unreadable"),
    "a profile without roles": ("p|x", {"v": 1}, "unreadable"),
    "a membership of too many": ("m|a|b|c|d", {"type": "User"}, "unreadable"),
    "a total of nobody": ("c|u|x", {"n": 1}, "unreadable"),
    "a total that is no number": ("c|u|native|x", {"n": "1"}, "unreadable"),
    "an organization without a state": ("o|junk", {}, "unreadable"),
    "a name of no organization": ("l|junk", {}, "unreadable"),
    "a role without a name": ("ro|junk", {}, "unreadable"),
    "work on nothing": ("j|junk", {}, "unreadable"),
    "work without a time": ("j|junk|junk", {"kind": "forgetMember"}, "unreadable"),
    "an activity of no time": ("a|junk|junk", {"facts": "{}", "status": "success"}, "unreadable"),
    "a row of an unknown kind": ("ZZZ|junk", {}, "of an unknown kind"),
}


@pytest.fixture(scope="module")
def tenant():
    return asyncio.run(Tenant.on(FakeRows()))


@pytest.mark.parametrize(("row_key", "columns", "told"), DAMAGES.values(), ids=DAMAGES)
async def test_a_row_that_cannot_be_read_is_told_and_everything_else_is_checked(tenant, row_key, columns, told):
    rows = tenant.world.rows.copy()
    await rows.batch(DIRECTORY, PARTITION, [Upsert(row_key, columns)])
    index = next(key for key in await directory(rows) if key.startswith("s|"))
    await rows.batch(DIRECTORY, PARTITION, [Delete(index)])

    first, *others = await violations(rows)

    assert first.startswith(f"{told}: {row_key}")
    assert others == [f"missing: {index}"]


async def test_a_row_of_another_partition_is_told(tenant):
    rows = tenant.world.rows.copy()
    await rows.insert(DIRECTORY, "elsewhere", Insert("u|native|x", {}))

    assert await violations(rows) == ["in an unknown partition: elsewhere u|native|x"]
