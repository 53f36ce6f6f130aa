"""From an account to the person that acts."""

from datetime import datetime
from typing import Literal

from scim.admin.context import Principal
from scim.admin.services import Services
from scim.domain.authority import Permission
from scim.domain.users import User


def display_name(user: User) -> str:
    """What a person is called: displayName, else given and family name, else the userName."""
    document = user.document()
    name = document.get("name", {})
    parts = " ".join(part for part in (name.get("givenName", ""), name.get("familyName", "")) if part)
    shown: str = document.get("displayName") or name.get("formatted") or parts or user.user_name
    return shown


async def principal_of(
    services: Services,
    user: User,
    *,
    via: Literal["session", "accessToken"],
    credential: str,
    verified_at: datetime,
) -> Principal:
    """The person behind an account, with what its roles grant."""
    return Principal(
        account_id=user.id,
        name=display_name(user),
        user_type=user.standing.user_type,
        administrator=user.administrator,
        permissions=await _permissions(services, user),
        organization=user.standing.organization,
        via=via,
        credential=credential,
        verified_at=verified_at,
    )


async def _permissions(_services: Services, _user: User) -> frozenset[Permission]:
    return frozenset()
