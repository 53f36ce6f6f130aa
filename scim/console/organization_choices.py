"""Organizations as forms offer them, and as tables name them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from scim.admin import organizations
from scim.console.visits import Visit
from scim.domain.authority import Action
from scim.domain.users import ALL_ORGANIZATIONS

MOST_OFFERED = 200
"""Organizations that a list is chosen from; where there are more, the ID is typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationChoices:
    """What a person may see of organizations.

    Attributes:
        options: IDs and names, by name; None when there are too many, or the person may not see them.
        names: By ID: those of `options`, and those that were asked for.
    """

    options: Sequence[tuple[str, str]] | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, organization_id: str | None) -> str:
        """What it is called; its ID when that is not known, "" for none."""
        return self.names.get(organization_id or "", organization_id or "")


async def organization_choices(visit: Visit, ids: Collection[str | None] = ()) -> OrganizationChoices:
    """Those that people can be put into. One storage call, and one for each of `ids` that is not among them.

    Args:
        visit: Who asks.
        ids: Further ones whose names are wanted.
    """
    if not visit.may(Action.VIEW_ORGANIZATIONS):
        return OrganizationChoices()
    found = await organizations.choices(visit.context, MOST_OFFERED)
    known = {each.id: each.name for each in found or ()}
    others = {each for each in ids if each and each != ALL_ORGANIZATIONS and each not in known}
    names = known | dict(await organizations.names(visit.context, others))
    return OrganizationChoices(options=None if found is None else tuple(known.items()), names=names)
