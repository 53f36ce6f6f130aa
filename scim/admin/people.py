"""From an account to the person that acts."""

from datetime import datetime
from typing import Literal

from scim.admin.context import Principal
from scim.admin.effective_roles import granted_permissions
from scim.admin.services import Services
from scim.domain.users import User, display_name


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
        permissions=await granted_permissions(services, user),
        organization=user.standing.organization,
        via=via,
        credential=credential,
        verified_at=verified_at,
    )
