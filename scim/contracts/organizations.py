"""Organizations, and the expressions that map end users to them."""

from typing import Annotated

from pydantic import Field

from scim.admin.expressions import Target
from scim.contracts.base import Contract, Moment, Name, OrganizationId, PageOf, Paging, Tally
from scim.domain.organizations import OrganizationState

MAX_CASES = 500


class NewOrganization(Contract):
    """A new organization."""

    name: Name
    id: OrganizationId | None = None
    """What SCIM clients are to send: letters, digits, ".", "_" and "-". The next number when left out."""


class OrganizationChange(Contract):
    """What can be changed of an organization."""

    name: Name


class OrganizationDetails(Contract):
    """An organization."""

    id: str
    """SCIM takes it as it is (`organizationId`)."""
    name: str
    state: OrganizationState
    deleting_since: Moment | None = None
    end_users: Tally | None = None
    """How many belong there; absent in replies to changes."""


class Organizations(PageOf[OrganizationDetails]):
    """Organizations, by name."""


class OrganizationSearch(Paging):
    """Which organizations."""

    name: Annotated[str, Field(max_length=150)] = ""
    """What their names start with, in any letter case."""


class ExpressionCase(Contract):
    """People whose attribute has this value belong to this organization."""

    value: Annotated[str, Field(min_length=1, max_length=256)]
    organization_id: OrganizationId


class WantedExpression(Contract):
    """How end users are to be mapped."""

    target: Target
    attribute: Annotated[str, Field(max_length=256)] = "department"
    """The attribute that tells where people belong; not looked at without cases."""
    cases: Annotated[tuple[ExpressionCase, ...], Field(max_length=MAX_CASES)] = ()
    default: OrganizationId
    """The organization of everybody else. Without cases, "All" makes global end users of them."""


class OrganizationExpression(Contract):
    """What is pasted into the identity provider."""

    mapping_type: str
    text: str
    target_attribute: str
