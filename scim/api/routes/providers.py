"""`/identity-providers`."""

from typing import Any

from scim.admin import provider_deletion, provider_switches, providers
from scim.admin.providers import ListedProvider, ProviderPage
from scim.admin.step_up import CriticalAction
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.contracts.base import Parameters
from scim.contracts.providers import (
    Confirmation,
    DeletionImpact,
    DisableScim,
    DisableSso,
    NewProvider,
    Policies,
    ProviderDetails,
    ProviderEdit,
    ProviderFilter,
    Providers,
    ProviderSummary,
    ScimDetails,
    SsoDetails,
    SsoImpact,
    provider_change,
    sso_settings,
)
from scim.domain.providers import Provider

TAG = "Identity providers"


async def list_all(call: Call[NoBody, ProviderFilter]) -> Reply:
    """See `ENDPOINTS`."""
    query = call.query
    found = await providers.list_all(call.context, search=query.search, sso=query.sso, scim=query.scim)
    url = call.services.scim_base_url
    return Reply(value=Providers(items=tuple(_summary(each, url) for each in found)))


async def create(call: Call[NewProvider, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    provider = await providers.create(call.context, provider_change(call.body))
    reply = await page_reply(call, provider)
    return Reply(value=reply.value, version=reply.version, location=f"/identity-providers/{provider.id}")


async def read(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return _reply(call, await providers.details(call.context, call.path["providerId"]))


async def edit(call: Call[ProviderEdit, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    wanted = provider_change(call.body)
    provider = await providers.update(call.context, call.path["providerId"], wanted, call.if_match, call.proof)
    return await page_reply(call, provider)


async def deletion_impact(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    impact = await provider_deletion.deletion_impact(call.context, call.path["providerId"])
    return Reply(value=DeletionImpact.of(impact))


async def delete(call: Call[NoBody, Confirmation]) -> Reply:
    """See `ENDPOINTS`."""
    await provider_deletion.delete(call.context, call.path["providerId"], call.query.name, call.if_match, call.proof)
    return Reply()


async def sso_impact(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    impact = await provider_switches.sso_impact(call.context, call.path["providerId"])
    return Reply(value=SsoImpact.of(impact))


async def enable_sso(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return await page_reply(
        call, await provider_switches.enable_sso(call.context, call.path["providerId"], call.if_match, call.proof)
    )


async def disable_sso(call: Call[DisableSso, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    provider = await provider_switches.disable_sso(
        call.context,
        call.path["providerId"],
        call.if_match,
        call.proof,
        disable_scim=call.body.disable_scim,
    )
    return await page_reply(call, provider)


async def enable_scim(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    return await page_reply(
        call, await provider_switches.enable_scim(call.context, call.path["providerId"], call.if_match)
    )


async def disable_scim(call: Call[DisableScim, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    provider = await provider_switches.disable_scim(
        call.context, call.path["providerId"], call.body.users, call.if_match
    )
    return await page_reply(call, provider)


async def page_reply(call: Call[Any, Any], provider: Provider) -> Reply:
    """The page of a provider that was just written."""
    return _reply(call, await providers.page_of(call.context, provider))


def _reply(call: Call[Any, Any], page: ProviderPage) -> Reply:
    provider, configuration = page.provider, page.configuration
    parts = _parts(page, call.services.scim_base_url)
    details = ProviderDetails.of(
        provider,
        **parts
        | {
            "sso": parts["sso"].model_copy(
                update={"configuration": sso_settings(configuration) if configuration else None}
            ),
            "scim": parts["scim"].model_copy(update={"users": page.users, "groups": page.groups}),
            "policies": Policies.of(provider.policies),
        },
    )
    return Reply(value=details, version=provider.version)


def _summary(listed: ListedProvider, url: str) -> ProviderSummary:
    return ProviderSummary.of(listed.provider, **_parts(listed, url))


def _parts(listed: ListedProvider, url: str) -> dict[str, Any]:
    """What is not in the contracts as it is in the domain."""
    provider, provisioning = listed.provider, listed.provisioning
    return {
        "email_domains": sorted(provider.email_domains),
        "sso": SsoDetails.of(provider.sso),
        "scim": ScimDetails.of(
            provisioning,
            enabled=provider.scim_enabled,
            since=provider.scim_since,
            by=provider.scim_by,
            becoming_native=provider.leaving_since is not None,
            url=url,
        ),
    }


CLASHES = (404, 409, 412)
"""With what changes of a provider are refused."""

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/identity-providers",
        name="listProviders",
        tag=TAG,
        summary="The identity providers, by name, with their badges (R025)",
        description="Two storage calls, and one for each provider.",
        run=list_all,
        query=ProviderFilter,
        reply=Providers,
    ),
    Endpoint(
        method="POST",
        path="/identity-providers",
        name="createProvider",
        tag=TAG,
        summary="Add an identity provider; SSO and SCIM are off (R118, R126)",
        run=create,
        body=NewProvider,
        reply=ProviderDetails,
        status=201,
        refusals=(409,),
    ),
    Endpoint(
        method="GET",
        path="/identity-providers/{providerId}",
        name="readProvider",
        tag=TAG,
        summary="An identity provider (R026)",
        run=read,
        reply=ProviderDetails,
        refusals=(404,),
    ),
    Endpoint(
        method="PATCH",
        path="/identity-providers/{providerId}",
        name="updateProvider",
        tag=TAG,
        summary="Change an identity provider, its policies, or the configuration of its SSO (R097)",
        description="SCIM requests follow the policies within 30 seconds. Users who are there already are judged by "
        "them at the next change. Another configuration than the present one takes a session and a proof of identity "
        "in `X-Step-Up-Proof`, for `changeSso` and the provider's id; while SSO is enabled, so do more e-mail domains "
        "and looser rules of sign-in (`trustsMfa`, `idpInitiated`).",
        run=edit,
        body=ProviderEdit,
        reply=ProviderDetails,
        refusals=CLASHES,
        proof=CriticalAction.CHANGE_SSO,
    ),
    Endpoint(
        method="GET",
        path="/identity-providers/{providerId}/deletion/impact",
        name="previewProviderDeletion",
        tag=TAG,
        summary="What the deletion would do",
        run=deletion_impact,
        reply=DeletionImpact,
        refusals=(404,),
    ),
    Endpoint(
        method="DELETE",
        path="/identity-providers/{providerId}",
        name="deleteProvider",
        tag=TAG,
        summary="Delete an identity provider (R119, R127)",
        description="Its tokens stop working at once (on other instances within 30 seconds), its users count as "
        "Native from now on, its groups and the roles that came from them go.",
        run=delete,
        query=Confirmation,
        status=204,
        refusals=CLASHES,
        proof=CriticalAction.DELETE_PROVIDER,
    ),
    Endpoint(
        method="GET",
        path="/identity-providers/{providerId}/sso/impact",
        name="previewSsoDisabling",
        tag=TAG,
        summary="What disabling SSO would do",
        run=sso_impact,
        reply=SsoImpact,
        refusals=(404,),
    ),
    Endpoint(
        method="POST",
        path="/identity-providers/{providerId}/sso:enable",
        name="enableSso",
        tag=TAG,
        summary="Enable SSO, once its connection was tested (R121, R128)",
        description="It takes a session: access tokens are refused. What is enabled already takes no proof.",
        run=enable_sso,
        reply=ProviderDetails,
        refusals=CLASHES,
        proof=CriticalAction.ENABLE_SSO,
    ),
    Endpoint(
        method="POST",
        path="/identity-providers/{providerId}/sso:disable",
        name="disableSso",
        tag=TAG,
        summary="Disable SSO of this provider (R095, R096, R120)",
        description="What is disabled already is left as it is, whatever version was read, and takes no proof.",
        run=disable_sso,
        body=DisableSso,
        reply=ProviderDetails,
        refusals=CLASHES,
        proof=CriticalAction.DISABLE_SSO,
    ),
    Endpoint(
        method="POST",
        path="/identity-providers/{providerId}/scim:enable",
        name="enableScim",
        tag=TAG,
        summary="Enable SCIM provisioning (R028); a token that is alive works again",
        run=enable_scim,
        reply=ProviderDetails,
        refusals=CLASHES,
    ),
    Endpoint(
        method="POST",
        path="/identity-providers/{providerId}/scim:disable",
        name="disableScim",
        tag=TAG,
        summary="Disable SCIM provisioning (R099)",
        description="Its requests get 403, on other instances within 30 seconds; the token is kept. Users who are to "
        "become Native move within minutes, and keep the roles that their groups gave them.",
        run=disable_scim,
        body=DisableScim,
        reply=ProviderDetails,
        refusals=CLASHES,
    ),
)
