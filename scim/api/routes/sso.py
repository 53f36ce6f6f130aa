"""`/identity-providers/{providerId}/sso`: the connection. Its switches are in `providers`."""

from scim.admin import metadata_import, providers, sso_configurations, sso_dependents, sso_testing
from scim.admin.step_up import CriticalAction
from scim.api.endpoints import Call, Endpoint, NoBody, Reply
from scim.api.routes.providers import CLASHES, TAG, page_reply
from scim.contracts.base import Paging, Parameters, Tally
from scim.contracts.providers import ProviderDetails
from scim.contracts.sso import (
    Dependent,
    Dependents,
    MetadataImport,
    SigningCertificate,
    SigningCertificates,
    SsoAddresses,
    SsoTest,
)
from scim.domain.users import display_name

_BASE = "/identity-providers/{providerId}/sso"


async def import_metadata(call: Call[MetadataImport, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    provider = await metadata_import.take_over(
        call.context, call.path["providerId"], call.if_match, call.proof, url=call.body.url, document=call.body.document
    )
    return await page_reply(call, provider)


async def read_addresses(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    provider = await providers.seen(call.context, call.path["providerId"])
    return Reply(value=SsoAddresses.of(call.services.sso.addresses(provider.id)))


async def list_certificates(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    provider = await providers.seen(call.context, call.path["providerId"])
    configuration = await providers.configuration_of(call.context, provider.id)
    found = sso_configurations.certificates_of(call.services, configuration)
    return Reply(value=SigningCertificates(items=tuple(SigningCertificate.of(each) for each in found)))


async def read_test(call: Call[NoBody, Parameters]) -> Reply:
    """See `ENDPOINTS`."""
    provider = await providers.seen(call.context, call.path["providerId"])
    url = sso_testing.address(call.services, provider.id) if provider.sso.is_configured else None
    return Reply(value=SsoTest.of(provider.sso, url=url))


async def list_dependents(call: Call[NoBody, Paging]) -> Reply:
    """See `ENDPOINTS`."""
    found = await sso_dependents.page(call.context, call.path["providerId"], call.query.cursor, call.query.limit)
    people = (Dependent.of(user, name=display_name(user), user_type=user.standing.user_type) for user in found.people)
    return Reply(value=Dependents(items=tuple(people), next=found.next, count=Tally.of(found.count)))


ENDPOINTS = (
    Endpoint(
        method="POST",
        path=f"{_BASE}/metadata:import",
        name="importSsoMetadata",
        tag=TAG,
        summary="Take over the identity provider's SAML metadata (R023, R097)",
        description="Another connection, or a change while SSO is off, has to be tested. While SSO is enabled, only "
        "certificates change: `sso_enabled` (409) refuses the rest. Metadata that cannot be used is refused (400) with "
        "what is the matter. Where there is a connection already, it takes a session and a proof of identity in "
        "`X-Step-Up-Proof`, for `changeSso` and the provider's id.",
        run=import_metadata,
        body=MetadataImport,
        reply=ProviderDetails,
        refusals=CLASHES,
        proof=CriticalAction.CHANGE_SSO,
    ),
    Endpoint(
        method="GET",
        path=f"{_BASE}/addresses",
        name="readSsoAddresses",
        tag=TAG,
        summary="What the identity provider is given (R023)",
        run=read_addresses,
        reply=SsoAddresses,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path=f"{_BASE}/certificates",
        name="listSsoCertificates",
        tag=TAG,
        summary="The signing certificates of the identity provider, with their expiry",
        run=list_certificates,
        reply=SigningCertificates,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path=f"{_BASE}/test",
        name="readSsoTest",
        tag=TAG,
        summary="Whether the connection was tested, and where it is (R023)",
        description="A test is a sign-in of a person in a browser. That it has passed, nobody can claim: there is no "
        "endpoint for it.",
        run=read_test,
        reply=SsoTest,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path=f"{_BASE}/dependents",
        name="listSsoDependents",
        tag=TAG,
        summary="Who could not sign in without SSO (R094)",
        description="The people behind the number of the preview.",
        run=list_dependents,
        query=Paging,
        reply=Dependents,
        refusals=(404,),
    ),
)
