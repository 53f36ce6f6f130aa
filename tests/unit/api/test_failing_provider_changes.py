"""Storage that fails, or a process that dies, at a write of a provider's change: its activities are there if it is.

A provider is in another table than the log. What the request could not record, a timer records.
"""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from scim.admin.provider_switches import record_sso_test
from scim.errors import Unavailable
from scim.storage.tables.keys import CONFIG, DIRECTORY
from tests.admin_world import AdminWorld
from tests.fakes.rows import (
    Call,
    FakeRows,
    Fault,
    FaultyRows,
    Killed,
    fail_after,
    fail_before,
    kill_after,
    kill_before,
    repeat,
)
from tests.invariants import activities, directory
from tests.people import Person, enable_sso, with_code
from tests.unit.api.test_providers import SSO
from tests.world import Reply

ENTRA = "/identity-providers/entra"
WRITES = 6
"""More than such a change makes: the change, and two for each of its activities."""


async def configured(admin: AdminWorld) -> None:
    await admin.done("PATCH", ENTRA, {"sso": SSO})


async def sign_in_tested(admin: AdminWorld) -> bool:
    """The sign-in that tests the connection, as it will record that it worked."""
    configuration = await admin.services.providers.sso_configuration("entra")
    assert configuration is not None
    return await record_sso_test(admin.services, "entra", configuration, "ana@contoso.com", "request")


async def ready(admin: AdminWorld) -> None:
    await configured(admin)
    await sign_in_tested(admin)


async def enabled(admin: AdminWorld) -> None:
    await ready(admin)
    await enable_sso(admin)


async def switched_off(admin: AdminWorld) -> None:
    await admin.done("POST", f"{ENTRA}/scim:disable", {})


async def as_it_is(_: AdminWorld) -> None:
    pass


async def enabling(admin: AdminWorld, *_: object) -> Reply:
    return await with_code(admin, "enableSso", "entra", "POST", f"{ENTRA}/sso:enable")


async def disable_sso(admin: AdminWorld, ana: Person, proof: str) -> Reply:
    ana.admin = AdminWorld(admin.world, "")
    return await ana.call("POST", f"{ENTRA}/sso:disable", {"disableScim": True}, headers={"x-step-up-proof": proof})


@dataclass(frozen=True)
class Change:
    """A change.

    Attributes:
        prepare: What must be before it.
        make: Makes it, as the administrator or as Ana, with a proof that she gave for `disableSso`.
        leaves: The statuses of its activities.
    """

    prepare: Callable[[AdminWorld], Awaitable[None]]
    make: Callable[[AdminWorld, Person, str], Awaitable[Any]]
    leaves: tuple[str, ...]


CHANGES = {
    "new": Change(as_it_is, lambda admin, *_: admin.call("POST", "/identity-providers", {"name": "New"}), ("Created",)),
    "edit": Change(
        as_it_is, lambda admin, *_: admin.call("PATCH", ENTRA, {"emailDomains": ["new.com"]}), ("SSO Updated",)
    ),
    "test": Change(configured, lambda admin, *_: sign_in_tested(admin), ("SSO Updated",)),
    "enable SSO": Change(ready, enabling, ("Enabled",)),
    "disable SSO": Change(enabled, disable_sso, ("Disabled", "SCIM Disabled")),
    "enable SCIM": Change(
        switched_off, lambda admin, *_: admin.call("POST", f"{ENTRA}/scim:enable"), ("SCIM Enabled",)
    ),
    "disable SCIM": Change(
        as_it_is, lambda admin, *_: admin.call("POST", f"{ENTRA}/scim:disable", {}), ("SCIM Disabled",)
    ),
}


def at_write(number: int, fault: Fault) -> Callable[[Call], Fault | None]:
    """A plan with one fault, at a write of the log, or of a provider's change; they are counted from one."""
    left = [number]

    def plan(call: Call) -> Fault | None:
        if not call.write or not (call.table == DIRECTORY or (call.table == CONFIG and "~log|" in repr(call.detail))):
            return None
        left[0] -= 1
        return None if left[0] else fault

    return plan


def stored(rows: FakeRows) -> dict[str, Any]:
    return {key: columns for (_, key), columns in rows.contents(CONFIG).items() if "name" in columns}


@pytest.mark.parametrize("number", range(1, WRITES + 1))
@pytest.mark.parametrize("fault", [fail_before, fail_after, repeat, kill_before, kill_after], ids=lambda f: f.__name__)
@pytest.mark.parametrize("what", CHANGES)
async def test_a_change_of_a_provider_leaves_its_activities_whatever_fails(
    what: str, fault: Fault, number: int
) -> None:
    """R118, R120, R121: each once, if and only if it was made; whoever repeats the change finds it made, or makes it.

    A proof that was used before the change failed is over; one is not asked for again when the change was made.
    """
    rows, change = FakeRows(), CHANGES[what]
    admin = await AdminWorld.on(rows)
    ana = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await change.prepare(admin)
    await ana.sign_in()
    proof = await ana.proof("disableSso", "entra")
    old, before = {each["id"] for each in activities(await directory(rows))}, stored(rows)
    failing = AdminWorld(await admin.world.instance(FaultyRows(rows, at_write(number, fault))), admin.token)

    async def left() -> list[str]:
        return sorted(each["status"] for each in activities(await directory(rows)) if each["id"] not in old)

    reply = None
    with contextlib.suppress(Unavailable, Killed):
        reply = await change.make(failing, ana, proof)
    made = stored(rows) != before
    assert made or (number == 1 and fault in {fail_before, kill_before})
    if isinstance(reply, Reply):
        assert reply.status < 300 if made and fault is not fail_after else reply.status in {200, 201, 503}

    await admin.world.app.chores["DrainActivities"]()
    assert await left() == (sorted(change.leaves) if made else [])
    assert await admin.services.providers.unrecorded() == []

    if not made:
        ana.admin = AdminWorld(admin.world, "")
        proof = await ana.proof("disableSso", "entra")
    again = await change.make(admin, ana, proof)
    if what == "new" and made:
        assert again.json["code"] == "name_taken"
    else:
        assert again is True or again.status < 300, again
    assert await left() == sorted(change.leaves)


async def test_a_change_that_was_made_can_be_repeated_with_the_version_that_was_read_before_it() -> None:
    """The reply may have been lost: nothing is changed twice, so no version matters. What is new needs the present."""
    admin = await AdminWorld.on(FakeRows())
    ana = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await enabled(admin)
    await ana.sign_in()
    headers = {"if-match": (await admin.call("GET", ENTRA)).headers["ETag"]}
    proof = {"x-step-up-proof": await ana.proof("disableSso", "entra")}
    for _ in range(2):
        assert (await ana.call("POST", f"{ENTRA}/sso:disable", {}, headers=headers | proof)).status == 200
    reply = await ana.call("POST", f"{ENTRA}/sso:disable", {"disableScim": True}, headers=headers | proof)
    assert reply.status == 412
    assert (await admin.call("POST", f"{ENTRA}/scim:enable", headers=headers)).status == 200
    assert (await admin.call("POST", f"{ENTRA}/scim:disable", {}, headers=headers)).status == 412
