"""Who may be put into a group."""

from collections.abc import Iterable
from dataclasses import dataclass

from scim.domain.groups import Member, MembershipChange
from scim.errors import InvalidValue
from scim.operations.context import Call
from scim.schema.values import UnknownAttributes

_NAMED = 20


async def admitted(call: Call, ids: Iterable[str]) -> tuple[dict[str, Member], tuple[str, ...]]:
    """Those of the ids that are users or other groups of the provider, and names for those that are not.

    Raises:
        InvalidValue: Some are not, and the provider's policy refuses what is unknown.
    """
    wanted = list(dict.fromkeys(ids))
    known = await call.services.groups.existing_members(call.provider.id, wanted)
    known.pop(call.route.id, None)  # a group is no member of itself
    unknown = [id_ for id_ in wanted if id_ not in known]
    if call.provider.policies.unknown_attributes is UnknownAttributes.REJECT:
        for id_ in unknown:
            if id_ != call.route.id:
                raise InvalidValue(f"No user or group here has the member id {id_[:64]}.")
    names = tuple(f"member {id_[:64]}" for id_ in unknown[:_NAMED])
    if len(unknown) > _NAMED:
        names += (f"and {len(unknown) - _NAMED} more members",)
    return known, names


@dataclass(frozen=True, slots=True)
class Replacement:
    """What makes some ids the members of a group.

    Attributes:
        members: The members then, in the order of the ids.
        change: Whom to add and to remove.
        ignored: Names for the ids of nobody.
    """

    members: list[Member]
    change: MembershipChange
    ignored: tuple[str, ...]


async def replacement(call: Call, group_id: str, ids: Iterable[str]) -> Replacement:
    """Compare the ids with the members that the group has. Only those that are none are looked up.

    Raises:
        InvalidValue: As `admitted`.
    """
    present = {member.id: member for member in await call.services.groups.members(group_id)}
    wanted = dict.fromkeys(ids)
    known, ignored = await admitted(call, (id_ for id_ in wanted if id_ not in present))
    members = [member for id_ in wanted if (member := present.get(id_) or known.get(id_))]
    change = MembershipChange(add=tuple(known.values()), remove=tuple(id_ for id_ in present if id_ not in wanted))
    return Replacement(members, change, ignored)
