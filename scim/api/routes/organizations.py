"""`/organizations`: what end users belong to, and how identity providers name it."""

from scim.admin import expressions, organizations
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.base import Parameters
from scim.contracts.organizations import (
    NewOrganization,
    OrganizationChange,
    OrganizationDetails,
    OrganizationExpression,
    Organizations,
    OrganizationSearch,
    WantedExpression,
)
from scim.domain.organizations import Organization

TAG = "Organizations"


async def read_page(call: Call[NoBody, OrganizationSearch]) -> Reply:
    """See `ENDPOINTS`."""
    query = call.query
    found, following = await organizations.page(call.context, query.name, query.cursor, query.limit)
    items = tuple(OrganizationDetails.of(each, end_users=count) for each, count in found)
    return Reply(value=Organizations(items=items, next=following))


async def create(call: Call[NewOrganization, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    organization = await organizations.create(call.context, call.body.name, call.body.id)
    return _reply(organization, location=f"/organizations/{organization.id}")


async def read(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    organization, count = await organizations.details(call.context, call.path["organizationId"])
    return Reply(value=OrganizationDetails.of(organization, end_users=count), version=organization.version)


async def rename(call: Call[OrganizationChange, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    id_ = call.path["organizationId"]
    return _reply(await organizations.rename(call.context, id_, call.body.name, call.if_match))


async def delete(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return _reply(await organizations.delete(call.context, call.path["organizationId"], call.if_match))


async def write_expression(call: Call[WantedExpression, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    body = call.body
    cases = [expressions.Case(case.value, case.organization_id) for case in body.cases]
    expression = await expressions.organization_expression(
        call.context, body.target, body.attribute, cases, body.default
    )
    return Reply(value=OrganizationExpression.of(expression))


def _reply(organization: Organization, location: str | None = None) -> Reply:
    return Reply(value=OrganizationDetails.of(organization), version=organization.version, location=location)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/organizations",
        name="listOrganizations",
        tag=TAG,
        summary="Organizations by name, each with the number of its end users",
        description="Up to a thousand end users are counted of each organization.",
        run=read_page,
        query=OrganizationSearch,
        reply=Organizations,
    ),
    Endpoint(
        method="POST",
        path="/organizations",
        name="createOrganization",
        tag=TAG,
        summary="Make an organization; SCIM can put end users there at once",
        run=create,
        body=NewOrganization,
        reply=OrganizationDetails,
        status=201,
        refusals=(409,),
    ),
    Endpoint(
        method="GET",
        path="/organizations/{organizationId}",
        name="readOrganization",
        tag=TAG,
        summary="An organization",
        description="Up to twenty thousand of its end users are counted.",
        run=read,
        reply=OrganizationDetails,
        refusals=(404,),
    ),
    Endpoint(
        method="PATCH",
        path="/organizations/{organizationId}",
        name="updateOrganization",
        tag=TAG,
        summary="Give an organization another name; its ID stays",
        run=rename,
        body=OrganizationChange,
        reply=OrganizationDetails,
        refusals=(404, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/organizations/{organizationId}",
        name="deleteOrganization",
        tag=TAG,
        summary="Begin the deletion of an organization that nobody belongs to",
        description="From now on nobody can be put there. Two minutes later it is gone, unless somebody was put there "
        "at this moment: then it stays. Its ID is never given out again. Needs a recent sign-in.",
        run=delete,
        reply=OrganizationDetails,
        status=202,
        refusals=(404, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/organizations:expression",
        name="buildOrganizationExpression",
        tag=TAG,
        summary="The constant or expression that maps end users to organizations, for Entra ID or Okta",
        description="Nothing is stored.",
        run=write_expression,
        body=WantedExpression,
        reply=OrganizationExpression,
    ),
)
