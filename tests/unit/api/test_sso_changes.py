"""Changing by what, and where, people sign in: it takes a person at the console, and a code for it (AMB-12)."""

import pytest

from scim.admin.provider_switches import record_sso_test
from scim.domain.sso import SsoState
from tests.admin_world import AdminWorld
from tests.certificates import FIRST, SECOND
from tests.fakes.rows import FakeRows
from tests.people import Person, enable_sso, with_code
from tests.signing_in import SamlProvider
from tests.unit.api.test_providers import SSO, recorded
from tests.unit.console.test_sso_connection import metadata

PATH = "/identity-providers/entra"
IMPORT = f"{PATH}/sso/metadata:import"
OIDC = {"protocol": "oidc", "issuer": "https://idp.example/1", "clientId": "client-1", "clientSecret": "s3cret"}
OTHERS = {"sso": SSO | {"certificates": [FIRST, SECOND]}}
METADATA = metadata(SECOND, SSO["entityId"]).replace("https://idp.example/saml", SSO["signOnUrl"])
CHANGES = {"certificates": ("PATCH", PATH, OTHERS), "metadata": ("POST", IMPORT, {"document": METADATA})}


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


@pytest.fixture
async def ana(admin):
    person = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await person.sign_in()
    return person


async def stored(admin):
    return await admin.services.providers.sso_configuration("entra"), await admin.services.providers.get("entra")


@pytest.mark.parametrize("state", list(SsoState))
@pytest.mark.parametrize("change", list(CHANGES))
async def test_a_token_or_a_session_alone_changes_no_connection(admin, ana, state, change):
    """Whoever exchanges the certificate signs in as anybody of the provider."""
    method, path, body = CHANGES[change]
    await admin.done("PATCH", PATH, {"sso": SSO})
    await SamlProvider(admin).switch(state)
    before = await stored(admin)
    by_token = await admin.call(method, path, body)
    assert (by_token.status, by_token.json["code"]) == (403, "session_required")
    for proof in ("", await ana.proof("changeSso", "okta"), await ana.proof("disableSso", "entra")):
        refused = await ana.call(method, path, body, headers={"x-step-up-proof": proof})
        assert (refused.status, refused.json["code"]) == (403, "mfa_required")
    assert await stored(admin) == before
    proof = await ana.proof("changeSso", "entra")
    assert (await ana.call(method, path, body, headers={"x-step-up-proof": proof})).status == 200
    assert await stored(admin) != before


@pytest.mark.parametrize(
    "body", [{"emailDomains": ["contoso.com", "more.example"]}, {"policies": {"trustsMfa": True}},
             {"policies": {"idpInitiated": True}}]
)  # fmt: skip
async def test_while_people_sign_in_what_lets_in_more_takes_a_code_too(admin, ana, body):
    provider = SamlProvider(admin)
    await provider.connect(SsoState.DISABLED, trusts_mfa=False)
    await provider.switch(SsoState.ENABLED)
    assert (await admin.call("PATCH", PATH, body)).json["code"] == "session_required"
    assert (await ana.call("PATCH", PATH, body)).json["code"] == "mfa_required"
    await provider.switch(SsoState.DISABLED)
    assert (await admin.call("PATCH", PATH, body)).status == 200
    less = {"emailDomains": ["contoso.com"], "policies": {"trustsMfa": False, "idpInitiated": False}}
    await provider.switch(SsoState.ENABLED)
    assert (await admin.call("PATCH", PATH, less)).status == 200


async def test_without_a_code_no_client_secret_goes_to_the_vault(admin, ana):
    await admin.done("PATCH", PATH, {"sso": SSO})
    assert (await ana.call("PATCH", PATH, {"sso": OIDC})).json["code"] == "mfa_required"
    assert not [name for name in admin.services.secrets.secrets if name.startswith("sso-client-secret")]


async def test_a_token_does_not_enable_what_somebody_has_disabled(admin, ana):
    """Else who took a provider over, and has made an access token there, could undo it."""
    await admin.done("PATCH", PATH, {"sso": SSO})
    configuration, _ = await stored(admin)
    assert await record_sso_test(admin.services, "entra", configuration, "ana@contoso.com", "request")
    assert (await admin.call("POST", f"{PATH}/sso:enable")).json["code"] == "session_required"
    assert (await ana.call("POST", f"{PATH}/sso:enable")).json["code"] == "mfa_required"
    await enable_sso(admin)
    assert ("Enabled", (), "", True) in await recorded(admin, "entra")


async def test_what_was_changed_while_people_sign_in_is_tested_before_it_is_enabled_again(admin, ana):
    """R023: nobody has seen it work."""
    await admin.done("PATCH", PATH, {"sso": SSO})
    configuration, _ = await stored(admin)
    await record_sso_test(admin.services, "entra", configuration, "ana@contoso.com", "request")
    await enable_sso(admin)
    await with_code(admin, "changeSso", "entra", "PATCH", PATH, OTHERS)
    sso = (await admin.done("GET", PATH))["sso"]
    assert (sso["state"], sso["testedBy"], "testedAt" in sso) == ("enabled", "", False)
    for _ in range(2):  # the second time it is disabled already
        proof = {"x-step-up-proof": await ana.proof("disableSso", "entra")}
        reply = await ana.call("POST", f"{PATH}/sso:disable", {}, headers=proof)
        assert (reply.status, reply.json["sso"]["state"]) == (200, "disabled")
    refused = await with_code(admin, "enableSso", "entra", "POST", f"{PATH}/sso:enable")
    assert (refused.status, refused.json["code"]) == (409, "sso_not_tested")
    configuration, _ = await stored(admin)
    assert await record_sso_test(admin.services, "entra", configuration, "tess@contoso.com", "request")
    sso = (await admin.done("GET", PATH))["sso"]
    assert (sso["state"], sso["testedBy"]) == ("disabled", "tess@contoso.com")
    assert (await enable_sso(admin))["sso"]["state"] == "enabled"


async def test_the_log_says_which_certificate_came_and_which_went_and_that_a_code_was_shown(admin):
    await admin.done("PATCH", PATH, {"sso": SSO})
    admin.clock.advance(seconds=1)
    await with_code(admin, "changeSso", "entra", "PATCH", PATH, {"sso": SSO | {"certificates": [SECOND]}})
    _, changed, detail, has_mfa = (await recorded(admin, "entra"))[0]
    assert (changed, has_mfa) == (("sso",), True)
    assert detail == (
        "certificate added: CN=Contoso SSO 2 (SHA-256 "
        "ca58df2a5c70b72026585e0578a1527654076e965d4742e229745cc7d112b7c2); "
        "certificate removed: CN=Contoso SSO 1 (SHA-256 "
        "30c81ce0d8ce01c9c1fdb12ff84e877aacad39ac2d888a3b31e7439c1395cf16)"
    )


async def test_the_log_says_that_a_provider_is_another_or_has_another_secret(admin):
    await admin.done("PATCH", PATH, {"sso": SSO})
    for wanted in (OIDC, OIDC | {"clientSecret": "another"}):
        admin.clock.advance(seconds=1)
        await with_code(admin, "changeSso", "entra", "PATCH", PATH, {"sso": wanted})
    (_, _, last, _), (_, _, other, _), _ = await recorded(admin, "entra")
    assert other.startswith(f"connection: {SSO['entityId']} → https://idp.example/1; certificate removed: CN=Contoso")
    assert last == "another client secret"
