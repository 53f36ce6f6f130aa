"""What tests of the administration of accounts share."""

from dataclasses import replace
from typing import Any

from scim.domain.authority import Permission
from scim.domain.people import NativeRole
from scim.domain.providers import Provider
from scim.domain.roles import Role
from scim.domain.users import User
from scim.schema.urns import NINJAONE_USER
from scim.storage.tables.config_table import ConfigTable
from scim.storage.tables.providers import _columns
from tests.admin_world import AdminWorld
from tests.invariants import activities, directory
from tests.world import ENTRA


def technician(user_name: str, **attributes: object) -> dict[str, Any]:
    """The body of a new technician."""
    return {"userName": user_name, NINJAONE_USER: {"userType": "technician"}, **attributes}


async def change_provider(admin: AdminWorld, provider: Provider) -> None:
    """Give a provider other switches or policies, as its page does, and let every instance know."""
    await ConfigTable(admin.world.rows, "idp").put(provider.id, _columns(provider))
    admin.clock.advance(seconds=31)


async def switch_scim(admin: AdminWorld, *, on: bool) -> None:
    """Switch SCIM of the provider of `admin.world`."""
    await change_provider(admin, replace(ENTRA, scim_enabled=on))


async def allow(admin: AdminWorld, account: User, permission: Permission) -> None:
    """Give an account a role that grants something."""
    role = Role(
        id=f"r-{permission}",
        user_type=account.standing.user_type,
        name=permission,
        permissions=frozenset({permission}),
        created_at=admin.clock.now(),
        created_by="test",
    )
    await admin.services.roles.create(role)
    profile = await admin.services.profiles.get(account.id)
    given = NativeRole(role=role.id, added_by="test", added_at=admin.clock.now())
    await admin.services.profiles.save(replace(profile, roles=(given,)))


async def last_activity(admin: AdminWorld) -> dict[str, Any]:
    """The newest record."""
    return max(activities(await directory(admin.world.rows)), key=lambda each: each["id"])
