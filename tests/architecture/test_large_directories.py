"""What each screen of the administration costs when there are 100,000 accounts: storage calls, and rows that are read.

The bounds are those of docs/behaviour.md, "What each screen costs". Rows are put in place without a request for each;
in this storage one call looks at a thousand rows at most, as the service may do.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from scim.domain.resources import document_text
from scim.domain.users import Standing, User, UserType
from scim.schema.urns import CORE_USER, NINJAONE_USER
from scim.storage.tables import entities, keys
from scim.storage.tables.keys import DIRECTORY, PARTITION
from scim.storage.tables.rows import Row
from tests.admin_world import AdminWorld
from tests.fakes.rows import CountingRows, FakeRows
from tests.world import OKTA

ACCOUNTS = 100_000
OWNERS = ("native", "entra", "okta")
RARE = 49_998
"""An inactive account in the middle of entra's, in an organization of its own, with a name of its own."""


@dataclass(frozen=True)
class Scene:
    """The tenant; `counting` counts the calls to its storage."""

    admin: AdminWorld
    counting: CountingRows


@pytest.fixture(scope="module")
def scene() -> Scene:
    return asyncio.run(build())


async def build() -> Scene:
    rows = FakeRows()
    counting = CountingRows(rows)
    admin = await AdminWorld.on(counting)
    await admin.world.provided(OKTA)
    partition = rows._partitions[DIRECTORY, PARTITION]
    for number in range(ACCOUNTS):
        user = account(number)
        partition.put(Row(keys.user(user.provider, user.id), entities.user_columns(user), rows._next_etag()))
        for key, columns in entities.user_index_rows(user).items():
            partition.put(Row(key, columns, rows._next_etag()))
    await admin.done("GET", "/users", limit=1)  # everything is put in order, and the token's use is noted
    await admin.world.app.background.drain()
    return Scene(admin, counting)


def account(number: int) -> User:
    """One of the hundred thousand: of three owners, every twentieth a technician."""
    name, is_rare = f"person{number:06}@x.y", number == RARE
    kind = UserType.TECHNICIAN if number % 20 == 0 else UserType.END_USER
    organization = None if kind is UserType.TECHNICIAN else "13" if is_rare else "12"
    document = {
        "schemas": [CORE_USER, NINJAONE_USER],
        "userName": name,
        "name": {"familyName": "Rarebit" if is_rare else f"Family{number % 500}"},
        NINJAONE_USER: {"userType": kind.value, **({"organizationId": organization} if organization else {})},
    }
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return User(
        id=str(UUID(int=0x7 << 76 | number)),
        provider=OWNERS[number % 3] if not is_rare else "entra",
        text=document_text(document),
        created=now,
        modified=now,
        standing=Standing(user_type=kind, organization=organization, active=not is_rare, contact=name),
    )


CALLS, ROWS = 7, 8
"""Of every request: the token; the providers, and its owner among native accounts and those of each provider; and the
providers twice more, for the list and its use case."""
SCREENS: dict[str, tuple[str, dict[str, object], int, int]] = {
    # screen: path, query, storage calls beside `CALLS`, rows read beside `ROWS`
    "first page": ("/users", {}, 3, 150),  # a page of each owner
    "one provider's": ("/users", {"provider": "okta"}, 1, 50),
    # Each twentieth: 50, 200 and 800 rows of each owner, until there are enough.
    "technicians": ("/users", {"type": "technician"}, 3 * 3, 3 * 1050),
    # By an index: a look at it for each owner, and each account that it names.
    "administrators": ("/users", {"type": "administrator"}, 3 + 1, 2),
    "a small organization": ("/users", {"organization": "13"}, 1 + 1, 2),
    # The index names too many, so they are walked through; with the technicians among them, 50 rows are not enough.
    "a large organization": ("/users", {"organization": "12"}, 1 + 6, 100 + 750),
    # Nobody, or a single one: 20 calls for each owner, and the next page goes on.
    "global end users, of whom there are none": ("/users", {"organization": "All"}, 3 * 20, 3 * 18_050),
    "inactive ones, of whom there is one": ("/users", {"state": "inactive"}, 3 * 20, 3 * 18_050),
    "deleted ones": ("/users", {"state": "deleted"}, 3, 0),
    # By userName, by address and by word, for each owner; and each account that an address or a word names.
    "search for a userName": ("/users", {"search": "person049998"}, 9, 1),
    "search for a rare name": ("/users", {"search": "rare"}, 9 + 1, 2),
    "search for a common name": ("/users", {"search": "family"}, 9 + 300, 600),
    "search for an address": ("/users", {"search": "nobody@x.y"}, 9, 0),
    # Among native accounts and those of each provider; profile, credentials, sessions.
    "a page": ("/users/{id}", {}, 2 + 3, 1),
}


@pytest.mark.parametrize("screen", SCREENS)
async def test_a_screen_makes_these_calls(scene: Scene, screen: str) -> None:
    """R129: no screen but the export reads the whole directory."""
    path, query, calls, read = SCREENS[screen]
    scene.counting.reset()

    reply = await scene.admin.call("GET", path.format(id=account(RARE).id), **query)

    assert reply.status == 200
    counted = sum(scene.counting.calls.values()) - CALLS, scene.counting.rows_read - ROWS
    assert counted == (calls, read), screen


async def test_what_is_rare_is_found_by_going_on(scene: Scene) -> None:
    """A page that has looked at 20 calls' worth of each owner's accounts ends; the next one starts where it stopped."""
    scene.counting.reset()
    pages, found, cursor = 0, [], ""
    while cursor is not None:
        page = await scene.admin.done("GET", "/users", state="inactive", cursor=cursor)
        found += page["items"]
        pages, cursor = pages + 1, page.get("next")

    assert [item["id"] for item in found] == [account(RARE).id]
    assert pages == 2
    assert sum(scene.counting.calls.values()) == 2 * CALLS + 60 + 54


async def test_the_export_looks_at_everybody_once(scene: Scene) -> None:
    """The one that does: two calls for each thousand; one more account than it holds, and it is refused."""
    scene.counting.reset()

    reply = await scene.admin.call("GET", "/users:export", managedBy="scim")

    assert reply.json.count(b"\r\n") == 66_667 + 1
    assert sum(scene.counting.calls.values()) == 6 + 2 * 2 * 34  # a page of a thousand at a time, of two providers
    refused = await scene.admin.call("GET", "/users:export")
    assert (refused.status, refused.json["code"]) == (409, "too_many_rows")  # the administrator is the one too many
