"""A tenant with something of everything, backups of it, and what must be the same after restoring one.

tenant = await Tenant.on(FakeRows())
name = await backed_up(tenant.admin.world.rows, store, tenant.admin.clock)
rows, report = await restored(store, name)
assert contents(rows) == contents(tenant.admin.world.rows)
"""

from dataclasses import dataclass, replace
from typing import Any, Self

from ops.backup.configuration import LEFT_OUT
from ops.backup.directory import COUNTED, PASSING
from ops.backup.report import Report
from ops.backup.restore import restore
from scim.domain.ports import Clock
from scim.schema.urns import NINJAONE_USER
from scim.storage.backup.export import PART_BYTES, Export
from scim.storage.backup.manifest import NAMES
from scim.storage.backup.progress import Progress
from scim.storage.backup.store import BackupStore
from scim.storage.tables.keys import CONFIG, DIRECTORY
from scim.storage.tables.rows import TableStorage
from tests.activities import Log
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person
from tests.world import OKTA, World, group, patch, user


@dataclass(frozen=True, slots=True)
class Tenant:
    """See the module.

    Attributes:
        admin: As the first administrator, who has a personal access token.
        boss: The same person, who can sign in, and has.
        okta: The second provider's side.
        people: Users of the first provider.
        group: A group of them; another group is in it.
        deleted: A user who was deleted.
        role: A role that the first of the people has natively and by the group.
    """

    admin: AdminWorld
    boss: Person
    okta: World
    people: list[str]
    group: str
    deleted: str
    role: str

    @property
    def world(self) -> World:
        return self.admin.world

    @classmethod
    async def on(cls, rows: TableStorage) -> Self:
        """A new one; an hour passes in the end, and the timers run."""
        admin = await AdminWorld.on(rows)
        world = admin.world
        okta = await world.provided(OKTA)
        account = await world.app.users.find_by_name("boss@contoso.com", {"native"})
        assert account is not None
        technician = {"userType": "technician"}
        people = [
            await world.created("/Users", _person(number) | ({} if number else {NINJAONE_USER: technician}))
            for number in range(6)
        ]
        await okta.created("/Users", user("o'hara/#EXT#@fabrikam.com", "13", externalId="a|b"))
        nested = await world.created("/Groups", group("Night shift", people[3:5]))
        helpdesk = await world.created("/Groups", group("Helpdesk", [*people[:3], nested], externalId="g-1"))
        deleted = await world.created("/Users", user("leaver@contoso.com"))
        await world.call("PATCH", f"/Groups/{nested}", patch(("add", "members", [{"value": deleted}])))
        await world.call("DELETE", f"/Users/{deleted}")
        await world.call("PATCH", f"/Users/{people[5]}", patch(("replace", "userName", "renamed@contoso.com")))
        role = (await admin.done("POST", "/roles", {"name": "Helpdesk L1", "type": "technician"}))["id"]
        await admin.done("POST", f"/users/{people[0]}/roles/{role}")
        mapping = {"technicianRoles": [role]}
        await admin.done("PUT", f"/identity-providers/entra/groups/{helpdesk}/mapping", mapping)
        await admin.done("POST", "/organizations", {"name": "Short-lived", "id": "77"})
        await admin.done("DELETE", "/organizations/77")
        admin.clock.advance(hours=1)
        for chore in ("FinishOrganizations", "SweepJobs", "DrainActivities", "FoldCounters"):
            await world.app.chores[chore]()
        boss = await Person(admin, account).equip()
        assert (await boss.sign_in()).status == 201
        return cls(admin, boss, okta, people, helpdesk, deleted, role)


def _person(number: int) -> dict[str, Any]:
    address = {"value": f"person{number}@contoso.com", "type": "work", "primary": True}
    name = {"givenName": f"Zoë {number}", "familyName": "O'Hara-日本"}
    return user(f"person{number}@contoso.com", name=name, emails=[address], externalId=f"x{number % 2}")


async def backed_up(rows: TableStorage, store: BackupStore, clock: Clock, *, part_bytes: int = PART_BYTES) -> str:
    """Make a backup in one go; returns its name."""
    started = clock.now()
    export = Export(f"{started:{NAMES}}", rows, store, clock, part_bytes=part_bytes)
    await export.run(await export.note(Progress(started=started)), lambda: False)
    return export.name


async def restored(store: BackupStore, name: str) -> tuple[FakeRows, Report]:
    """Restore it into new tables in memory."""
    rows = FakeRows()
    return rows, await restore(rows, store, name)


def contents(rows: FakeRows) -> dict[tuple[str, str, str], object]:
    """All rows that restoring keeps as they are, by table, partition and key, without a call."""
    tables = {table for table, _ in rows._partitions}
    return {
        (table, *place): columns
        for table in tables
        for place, columns in rows.contents(table).items()
        if not _is_made_anew(table, *place)
    }


def _is_made_anew(table: str, partition: str, row_key: str) -> bool:
    if table == CONFIG:
        return partition.partition("|")[0] in LEFT_OUT
    return table == DIRECTORY and row_key.partition("|")[0] in COUNTED | PASSING


async def everything(tenant: Tenant, world: World) -> dict[str, Any]:
    """What clients and administrators see of the tenant on an instance, versions aside."""
    okta = World(world.app, world.rows, OKTA, tenant.okta.token)
    shown = {}
    for name, side in (("entra", world), ("okta", okta)):
        for path in ("/Users", "/Groups"):
            listed = (await side.call("GET", path, sortBy="id", count=100)).json
            for each in listed["Resources"]:
                each["meta"].pop("version")
            shown[f"{name}{path}"] = listed
    services = world.app.administration.services
    return shown | {
        "activities": await Log(world).ids(limit=100),
        "organizations": sorted((each.id, each.name) for each in await world.app.organizations.all()),
        "roles": [each.name for each in await services.roles.all()],
        "profile": replace(await services.profiles.get(tenant.people[0]), version=""),
        "tombstone": (await services.accounts.tombstone(tenant.deleted)).user.user_name,
        "tokens": [replace(each, version="") for each in await world.app.tokens.of("entra")],
    }
