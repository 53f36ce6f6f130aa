"""The way back in that docs/operations.md describes, when nobody can administer any more."""

import re
from pathlib import Path

import pytest

from scim.admin.set_up import SECRET_NAME
from scim.storage.tables import keys
from scim.storage.tables.rows import ANY_ETAG, Delete
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import violations
from tests.people import PASSWORD, Person
from tests.world import World

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


@pytest.fixture
async def locked_out():
    """A tenant whose only administrator has lost everything, and a new set-up secret in the vault."""
    admin = AdminWorld(await World.on(FakeRows()), "")
    await Person(admin, await admin.account("lost@contoso.com", administrator=True)).equip()
    await admin.services.secrets.set(SECRET_NAME, "a secret that is long enough")
    return admin


async def set_up(admin, email):
    offer = await admin.call("POST", "/set-up:begin", {"secret": "a secret that is long enough", "email": email})
    if offer.status != 200:
        return offer
    new = Person(admin, None)
    new.secret = offer.json["secret"]
    names = {"givenName": "Ana", "familyName": "Ruiz"}
    proof = {"password": PASSWORD, "enrolment": offer.json["enrolment"], "code": new.code()}
    body = {"secret": "a secret that is long enough", "email": email, **names, **proof}
    return await admin.call("POST", "/set-up", body)


async def test_without_the_note_a_new_administrator_is_set_up_beside_the_lost_one(locked_out):
    assert (await set_up(locked_out, "ana@contoso.com")).json["code"] == "already_set_up"

    table, partition, row = re.search(
        r"--table-name (\S+) --partition-key '(\S+)' --row-key '(\S+)' --if-match '\*'", OPERATIONS
    ).groups()
    await locked_out.world.rows.batch(table, partition, [Delete(row, ANY_ETAG)])
    made = await set_up(locked_out, "ana@contoso.com")

    assert made.status == 201
    assert made.json["administrator"]
    assert (table, partition, row) == (keys.DIRECTORY, keys.PARTITION, keys.ADMINISTRATORS)


async def test_the_directory_is_sound_afterwards(locked_out):
    rows = locked_out.world.rows
    await rows.batch(keys.DIRECTORY, keys.PARTITION, [Delete(keys.ADMINISTRATORS, ANY_ETAG)])
    await set_up(locked_out, "ana@contoso.com")
    assert await violations(rows) == []
