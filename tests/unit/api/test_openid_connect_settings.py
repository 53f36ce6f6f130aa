"""The configuration of single sign-on by OpenID Connect: over the API, with its secret in the vault."""

import pytest

from scim.admin.provider_switches import record_sso_test
from scim.admin.sso_configurations import client_secret
from scim.domain.sso import SsoState, client_secret_name
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person, enable_sso, with_code
from tests.unit.api.test_providers import SSO, recorded

PATH = "/identity-providers/entra"
OIDC = {"protocol": "oidc", "issuer": "https://login.microsoftonline.com/1/v2.0", "clientId": "9c1e"}
SECRET = "s3cret-~value"
TOLD = OIDC | {"nameClaims": ["preferred_username", "upn", "email"]}


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


async def configure(admin, **changes):
    return await changed(admin, OIDC | changes)


async def changed(admin, sso):
    return await with_code(admin, "changeSso", "entra", "PATCH", PATH, {"sso": sso})


async def kept(admin, provider_id="entra"):
    """The secret of the stored configuration."""
    configuration = await admin.services.providers.sso_configuration(provider_id)
    return await client_secret(admin.services, provider_id, configuration)


async def test_the_secret_goes_to_the_vault_and_is_never_told(admin, caplog):
    """Nor is it in the log, the activities or the rows."""
    caplog.set_level("DEBUG")
    reply = await configure(admin, clientSecret=SECRET)
    assert (reply.status, reply.json["sso"]["configuration"]) == (200, TOLD)
    assert await kept(admin) == SECRET
    told = [reply.json, await admin.done("GET", PATH), await recorded(admin, "entra"), caplog.text]
    stored = vars(admin.world.rows)
    assert "9c1e" in str(stored)
    assert not any(SECRET in str(each) for each in (*told, stored))


async def test_a_provider_is_added_with_its_connection(admin):
    made = await admin.done("POST", "/identity-providers", {"name": "Okta", "sso": OIDC | {"clientSecret": SECRET}})
    assert made["sso"]["configuration"] == TOLD
    assert await kept(admin, made["id"]) == SECRET


async def test_what_is_read_can_be_sent_back(admin):
    """Without the secret, which stays; nothing is to be tested again."""
    await configure(admin, clientSecret=SECRET)
    await passed(admin)
    read = (await admin.done("GET", PATH))["sso"]["configuration"]
    reply = await admin.call("PATCH", PATH, {"sso": read})
    assert reply.json["sso"]["state"] == SsoState.READY
    assert await kept(admin) == SECRET


@pytest.mark.parametrize("changes", [{"issuer": "https://evil.example"}, {"clientId": "other"}])
async def test_a_secret_does_not_follow_to_another_place(admin, changes):
    """Whoever may edit the connection could else have the secret sent to a server of their own."""
    await configure(admin, clientSecret=SECRET)
    refused = await configure(admin, **changes)
    assert (refused.status, refused.json["code"]) == (400, "client_secret_required")
    assert refused.json["detail"] == "Give the client secret that belongs to this issuer and client ID."
    assert (await admin.done("GET", PATH))["sso"]["configuration"] == TOLD
    assert (await configure(admin, **changes, clientSecret="another")).status == 200
    assert await kept(admin) == "another"


async def test_there_is_no_connection_without_a_secret(admin):
    assert (await configure(admin)).json["code"] == "client_secret_required"
    await admin.done("PATCH", PATH, {"sso": SSO})
    assert (await configure(admin)).json["code"] == "client_secret_required"


async def test_another_secret_is_to_be_tested_while_sso_is_off(admin):
    await configure(admin, clientSecret=SECRET)
    await passed(admin)
    assert (await configure(admin, clientSecret="another")).json["sso"]["state"] == SsoState.NOT_TESTED


async def test_while_people_sign_in_only_the_secret_can_be_exchanged(admin):
    """AMB-30."""
    await configure(admin, clientSecret=SECRET)
    await passed(admin)
    await enable_sso(admin)
    for change in ({"clientId": "x"}, {"issuer": "https://x.example"}, {"nameClaims": ["email"]}):
        refused = await configure(admin, **change, clientSecret="another")
        assert (refused.status, refused.json["code"]) == (409, "sso_enabled")
        assert "issuer, client ID or name claims" in refused.json["detail"]
    assert (await changed(admin, SSO)).json["code"] == "sso_enabled"
    assert await kept(admin) == SECRET
    assert (await configure(admin, clientSecret="another")).json["sso"]["state"] == SsoState.ENABLED
    assert await kept(admin) == "another"


async def test_a_provider_that_signs_people_in_by_saml_now_has_no_secret(admin):
    await configure(admin, clientSecret=SECRET)
    await changed(admin, SSO)
    assert await admin.services.secrets.get(client_secret_name("entra")) is None


async def test_a_secret_of_a_provider_that_was_not_made_is_switched_off(admin):
    body = {"name": "Contoso Entra", "sso": OIDC | {"clientSecret": SECRET}}
    refused = await admin.call("POST", "/identity-providers", body)
    assert (refused.status, refused.json["code"]) == (409, "name_taken")
    (name,) = [name for name in admin.services.secrets.secrets if name.startswith("sso-client-secret-")]
    assert await admin.services.secrets.get(name) is None


async def test_the_secret_goes_with_its_provider(admin):
    """R119, R127."""
    await configure(admin, clientSecret=SECRET)
    ana = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await ana.sign_in()
    proof = await ana.proof("deleteProvider", "entra")
    await ana.call("DELETE", PATH, name="Contoso Entra", headers={"x-step-up-proof": proof})
    assert (await admin.call("GET", PATH)).status == 404
    assert client_secret_name("entra") not in admin.services.secrets.secrets


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"protocol": "ws-federation"}, "sso", "Give one of saml2, oidc"),
        ({"protocol": ["oidc"]}, "sso", "Give one of saml2, oidc"),
        ({"issuer": "http://idp.example"}, "sso.issuer", "Give the issuer: an address that begins with https://"),
        ({"issuer": "https://idp.example?a"}, "sso.issuer", "Give the issuer: an address that begins with https://"),
        ({"clientId": ""}, "sso.clientId", "This is required"),
        ({"clientSecret": "a\nb"}, "sso.clientSecret", "Leave out line breaks"),
        ({"nameClaims": []}, "sso.nameClaims", "Give at least 1 value"),
        ({"nameClaims": ["nickname"]}, "sso.nameClaims.0", "Give one of preferred_username, upn, email, sub"),
        ({"entityId": "x"}, "sso.entityId", "There is no such field"),
    ],
)
async def test_what_does_not_fit_is_told_at_its_field(admin, changes, field, message):
    refused = await configure(admin, **{"clientSecret": SECRET} | changes)
    assert refused.status == 400
    error, *_ = refused.json["errors"]
    assert (error["field"], error["message"].startswith(message)) == (field, True)
    assert SECRET not in str(refused.json)


async def passed(admin):
    """A test of the stored configuration, as the sign-in itself records it."""
    tested = await admin.services.providers.sso_configuration("entra")
    assert await record_sso_test(admin.services, "entra", tested, "ana@contoso.com", "request")
