"""The timers do, on the application as it is wired, what their names say."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from ops.backup.folder import FolderStore
from ops.backup.reading import finished
from scim.triggers.timers import SCHEDULES
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows


async def test_every_timer_runs_on_the_application_when_there_is_nothing_to_do():
    admin = await AdminWorld.on(FakeRows())
    assert admin.world.app.chores.keys() == SCHEDULES.keys()
    for work in admin.world.app.chores.values():
        await work()


async def test_an_organization_is_deleted_by_its_timer():
    admin = await AdminWorld.on(FakeRows())
    await admin.done("DELETE", "/organizations/13")
    admin.clock.advance(minutes=2)
    await admin.world.app.chores["FinishOrganizations"]()
    assert (await admin.call("GET", "/organizations/13")).status == 404


async def test_a_deleted_role_is_cleared_by_its_timer():
    admin = await AdminWorld.on(FakeRows())
    role = (await admin.done("POST", "/roles", {"name": "L1", "type": "technician"}))["id"]
    await admin.done("DELETE", f"/roles/{role}")
    admin.clock.advance(minutes=10)
    await admin.world.app.chores["ClearRoles"]()
    assert await admin.services.roles.deleted() == []


async def test_the_timer_of_backups_makes_one_a_day(tmp_path):
    admin = await AdminWorld.on(FakeRows())
    store = FolderStore(tmp_path)
    app = replace(admin.world.app, backup_store=store)
    for _ in range(3):
        await app.chores["BackUp"]()
        admin.clock.advance(minutes=10)

    assert await finished(store) == ["20261123T120000Z"]


ADMINISTRATION = {
    "pydantic",
    "argon2",
    "pyotp",
    "scim.administration",
    "scim.maintenance.clear_roles",
    "scim.sso",
    "lxml",
}
BACKUPS = {"azure.storage", "azure.storage.blob", "scim.storage.backup.export"}
TEMPLATING = {"jinja2", "babel", "markdown_it", "segno", "scim.console"}
TELEMETRY = {"opentelemetry", "azure.monitor", "scim.observability"}


def test_the_app_starts_without_what_only_administration_needs():
    """Provisioning does not wait for pydantic, nor for the use cases and timers of administrators."""
    assert (ADMINISTRATION | BACKUPS | TEMPLATING | TELEMETRY) & modules_after("import function_app") == set()


def test_provisioning_never_imports_templating_or_backups():
    program = """
import asyncio
from tests.fakes.rows import FakeRows
from tests.world import World, group, user

async def provision():
    world = await World.on(FakeRows())
    account = await world.created("/Users", user("ana@contoso.com"))
    await world.created("/Groups", group("Helpdesk", [account]))
    assert (await world.call("GET", "/Users")).status == 200

asyncio.run(provision())
"""
    assert (BACKUPS | TEMPLATING | TELEMETRY) & modules_after(program) == set()


def modules_after(program):
    """What a Python process has imported when it has run a program."""
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    return set(result.stdout.split())
