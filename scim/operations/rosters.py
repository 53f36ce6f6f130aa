"""Who may be put into a group."""

from collections.abc import Iterable

from scim.domain.groups import Member
from scim.errors import InvalidValue
from scim.operations.context import Call
from scim.schema.values import UnknownAttributes

_NAMED = 20


async def admitted(call: Call, ids: Iterable[str]) -> tuple[dict[str, Member], tuple[str, ...]]:
    """Those of the ids that are users or groups of the provider, and names for those that are not.

    Raises:
        InvalidValue: Some are not, and the provider's policy refuses what is unknown.
    """
    wanted = list(dict.fromkeys(ids))
    known = await call.services.groups.existing_members(call.provider.id, wanted)
    unknown = [id_ for id_ in wanted if id_ not in known]
    if unknown and call.provider.policies.unknown_attributes is UnknownAttributes.REJECT:
        raise InvalidValue(f"No user or group here has the member id {unknown[0][:64]}.")
    names = tuple(f"member {id_[:64]}" for id_ in unknown[:_NAMED])
    if len(unknown) > _NAMED:
        names += (f"and {len(unknown) - _NAMED} more members",)
    return known, names
