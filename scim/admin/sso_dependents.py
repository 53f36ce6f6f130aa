"""Who could not sign in any more without a provider's single sign-on: the people behind the number of the preview."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from scim.admin.context import Context
from scim.admin.lists import Count, cursor_of, position_of
from scim.admin.provider_switches import COUNTED
from scim.admin.providers import get
from scim.domain.authority import Action
from scim.domain.providers import Provider
from scim.domain.users import User

_LISTED = "ssoDependents"


@dataclass(frozen=True, slots=True, kw_only=True)
class DependentPage:
    """A page of these people.

    Attributes:
        provider: Whose single sign-on it is.
        count: How many there are in all.
        people: Those of this page, by id.
        next: The cursor of the next page; None on the last one.
    """

    provider: Provider
    count: Count
    people: Sequence[User]
    next: str | None


async def page(context: Context, provider_id: str, cursor: str, limit: int) -> DependentPage:
    """A page of the people whom disabling single sign-on would lock out.

    Storage calls: those of `sso_impact`, and one for each person on the page.

    Raises:
        Missing: There is no such provider.
        Invalid: The cursor is none of this list.
    """
    context.require(Action.MANAGE_PROVIDERS)
    services = context.services
    provider = await get(context, provider_id)
    listed = f"{_LISTED}:{provider.id}"
    after = position_of(listed, cursor)
    found = await services.census.ways_in(provider.id, COUNTED)
    left = [id_ for id_ in found.dependent if id_ > after]
    users = await asyncio.gather(*(services.users.get(provider.id, id_) for id_ in left[:limit]))
    return DependentPage(
        provider=provider,
        count=Count(len(found.dependent), found.is_more),
        people=[user for user in users if user is not None],
        next=cursor_of(listed, left[limit - 1] if len(left) > limit else None),
    )
