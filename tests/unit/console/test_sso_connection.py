"""Setting up the connection of single sign-on: metadata, OpenID Connect, and the rules of sign-in."""

from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from scim.admin.sso_configurations import client_secret
from scim.domain.sso import OidcConfiguration, SamlConfiguration, SsoState
from tests.certificates import EXPIRED, FIRST, SECOND
from tests.people import technician
from tests.signing_in import SamlProvider
from tests.unit.api.test_provider_switches import configure, enabled
from tests.unit.console.test_providers import ENTRA, version_in
from tests.visitor import Visitor

IMPORT, OPENID, RULES = (f"{ENTRA}/sso/{name}" for name in ("import", "openid-connect", "rules"))
OIDC = {"sso.issuer": "https://idp.example/1", "sso.clientId": "client-1", "sso.clientSecret": "s3cret"}


def metadata(certificate=FIRST, entity_id="https://idp.example/metadata"):
    key = "".join(certificate.splitlines()[1:-1])
    return f"""<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">
      <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
        <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
          <X509Certificate>{key}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
        <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
          Location="https://idp.example/saml"/>
      </IDPSSODescriptor></EntityDescriptor>"""


async def stored(admin):
    return await admin.services.providers.sso_configuration("entra")


async def test_metadata_that_is_pasted_becomes_the_connection(visitor, admin):
    """R097: what the page shows then is what the certificate says."""
    page = await visitor.get(IMPORT)
    assert 'data-read-into="field-document"' in page.html
    reply = await visitor.send(IMPORT, document=metadata(), version=version_in(page))
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{ENTRA}", "provider-changed")
    found = await stored(admin)
    assert isinstance(found, SamlConfiguration)
    assert (found.entity_id, found.sign_on_url) == ("https://idp.example/metadata", "https://idp.example/saml")
    assert found.certificates == (FIRST,)
    assert found.metadata == metadata()
    shown = (await visitor.get(ENTRA)).text
    assert "CN=Contoso SSO 1" in shown
    assert "expires" in shown


async def test_metadata_is_fetched_from_where_it_is_published(visitor, admin):
    async def published(_):
        return web.Response(text=metadata(SECOND), content_type="application/xml")

    app = web.Application()
    app.router.add_get("/metadata", published)
    async with TestServer(app) as server:
        reply = await visitor.send(IMPORT, url=f"http://127.0.0.1:{server.port}/metadata")
        assert reply.status == 303
        missing = await visitor.send(IMPORT, url=f"http://127.0.0.1:{server.port}/elsewhere")
    assert (await stored(admin)).certificates == (SECOND,)
    assert missing.status == 400
    assert 'id="hint-url"' in missing.html


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Give the address of the metadata, or the metadata itself."),
        ({"document": "garbage"}, "This is not SAML metadata: it is not XML."),
        ({"document": "<html></html>"}, "This is a web page, not SAML metadata."),
        ({"document": metadata(EXPIRED)}, "The signing certificate expired on"),
        ({"url": "https://10.0.0.1/metadata"}, "10.0.0.1"),
    ],
)
async def test_what_is_no_metadata_is_told_at_its_field(visitor, admin, fields, told):
    page = await visitor.send(IMPORT, **fields)
    assert page.status == 400
    assert told in page.text
    assert await stored(admin) is None


async def test_a_connection_in_use_takes_new_certificates_by_its_metadata_and_nothing_else(visitor, admin):
    await configure(admin, entityId="https://idp.example/metadata", signOnUrl="https://idp.example/saml")
    await SamlProvider(admin).switch(SsoState.ENABLED)
    page = await visitor.send(IMPORT, document=metadata(SECOND))
    assert "authenticator app to change how people sign in through Contoso Entra." in page.text
    assert (await stored(admin)).certificates != (SECOND,)
    reply = await visitor.send(IMPORT, **page.kept, verification_code=visitor.person.code())
    assert (reply.status, reply.notice) == (303, "provider-changed")
    assert (await stored(admin)).certificates == (SECOND,)
    page = await visitor.send(IMPORT, document=metadata(entity_id="https://other.example/"))
    assert (page.status, "Disable SSO before you change its entity ID" in page.text) == (409, True)


async def test_metadata_that_somebody_overtook_is_not_imported(visitor, admin):
    version = version_in(await visitor.get(IMPORT))
    await configure(admin)
    assert (await visitor.send(IMPORT, document=metadata(), version=version)).status == 412


async def test_openid_connect_is_set_up_and_its_secret_never_shown(visitor, admin):
    page = await visitor.get(OPENID)
    assert page.value("copy-redirect-uri") == "https://rollcall.example/console/sso/entra/callback"
    reply = await visitor.send(OPENID, **OIDC, version=version_in(page))
    assert (reply.status, reply.notice) == (303, "provider-changed")
    found = await stored(admin)
    assert isinstance(found, OidcConfiguration)
    assert (found.issuer, found.client_id) == ("https://idp.example/1", "client-1")
    again = await visitor.get(OPENID)
    assert 'value="https://idp.example/1"' in again.html
    assert "s3cret" not in again.html
    assert (await visitor.send(OPENID, **OIDC | {"sso.clientSecret": ""})).status == 303
    assert await stored(admin) == found
    assert "https://rollcall.example/console/sso/entra/callback" in (await visitor.get(ENTRA)).html


async def test_another_client_secret_takes_a_code_and_is_never_shown_meanwhile(visitor, admin):
    await visitor.send(OPENID, **OIDC)
    present = await stored(admin)
    page = await visitor.send(OPENID, **OIDC | {"sso.clientSecret": "0th3r"})
    assert "authenticator app to change how people sign in" in page.text
    assert "0th3r" not in page.html
    assert await stored(admin) == present
    reply = await visitor.send(OPENID, **page.kept, verification_code=visitor.person.code())
    assert (reply.status, reply.notice) == (303, "provider-changed")
    assert await client_secret(admin.services, "entra", await stored(admin)) == "0th3r"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("sso.issuer", "http://idp.example", "Give the issuer: an address that begins with https://"),
        ("sso.clientId", "", "This is required."),
        ("sso.clientSecret", "", "Give the client secret that belongs to this issuer and client ID."),
    ],
)
async def test_what_does_not_fit_openid_connect_is_told_at_its_field(visitor, admin, field, value, told):
    page = await visitor.send(OPENID, **OIDC | {field: value})
    assert page.status == 400
    assert told in page.text
    assert f'id="hint-{field}"' in page.html
    assert await stored(admin) is None


async def test_the_rules_of_sign_in_are_set(visitor, admin):
    page = await visitor.get(RULES)
    assert page.value("copy-link") == "https://rollcall.example/console/sso/entra"
    reply = await visitor.send(RULES, idpInitiated="on", version=version_in(page))
    assert reply.status == 303
    policies = (await admin.services.providers.get("entra")).policies
    assert (policies.trusts_mfa, policies.idp_initiated) == (False, True)
    assert "A code is asked for here" in (await visitor.get(ENTRA)).text
    await visitor.send(RULES, trustsMfa="on")
    policies = (await admin.services.providers.get("entra")).policies
    assert (policies.trusts_mfa, policies.idp_initiated) == (True, False)


async def test_that_sign_ins_begin_at_the_provider_is_offered_for_saml(visitor, admin):
    await configure(admin)
    assert 'name="idpInitiated"' in (await visitor.get(RULES)).html


async def test_the_card_has_what_the_identity_provider_is_given(visitor, admin):
    page = await visitor.get(ENTRA)
    assert page.value("copy-identifier") == "https://rollcall.example/console/sso/entra/metadata"
    assert page.value("copy-reply-url") == "https://rollcall.example/console/sso/entra/acs"
    assert "Test connection" not in page.text
    await configure(admin)
    shown = (await visitor.get(ENTRA)).text
    assert "Test connection" in shown
    assert "Use OpenID Connect instead" in shown
    await enabled(admin)
    shown = (await visitor.get(ENTRA)).text
    assert "Test connection" not in shown
    assert "instead" not in shown


@pytest.mark.parametrize(
    ("now", "badge"),
    [
        (datetime(2055, 12, 1, tzinfo=UTC), "expires 1 Jan 2056"),
        (datetime(2055, 12, 2, tzinfo=UTC), "Expires soon 1 Jan 2056"),
        (datetime(2056, 1, 1, tzinfo=UTC), "Expired 1 Jan 2056"),
    ],
)
async def test_a_certificate_is_warned_of_thirty_days_before_it_expires(admin, now, badge):
    await configure(admin)
    admin.clock.moment = now
    assert badge in (await (await Visitor.signed_in(admin)).get(ENTRA)).text


async def test_who_may_only_look_changes_nothing(admin):
    helper = Visitor(await technician(admin, "viewIdentity"))
    for path in (IMPORT, OPENID, RULES):
        assert (await helper.get(path)).status == 403
        assert (await helper.send(path, document=metadata(), **OIDC)).status == 403
    assert "Import metadata" not in (await helper.get(ENTRA)).text
