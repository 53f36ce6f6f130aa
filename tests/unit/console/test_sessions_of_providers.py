"""What a session that began at a provider is enough for: it proves what the provider says, and no more (AMB-12)."""

from dataclasses import replace

import pyotp
import pytest

from scim.admin import enrolment
from scim.admin.codes import SECRET
from scim.domain.people import AuthenticationType
from scim.domain.sso import SsoState
from scim.web.cookies import ticket_in
from tests.people import Person
from tests.signing_in import Browser, SamlProvider
from tests.unit.console.test_sso import make_administrator, set_to
from tests.world import user as user_of


@pytest.fixture
async def ana(admin):
    """Provisioned by Contoso Entra; the id."""
    return await admin.world.created("/Users", user_of("ana@contoso.com"))


@pytest.fixture
async def signed_in(admin, ana):  # noqa: ARG001 - who signs in
    provider, browser = SamlProvider(admin), Browser(admin)
    await provider.connect(SsoState.ENABLED)
    await browser.leave()
    await browser.come_back(provider)
    return browser


def at_the_api(browser, user):
    """The same person, who uses the API with the browser's session."""
    ticket = ticket_in("; ".join(f"{name}={value}" for name, value in browser.cookies.items()))
    person = Person(browser.admin, user)
    person.cookie, person.csrf = f"__Host-rollcall={ticket}", ticket.csrf_token
    return person


async def is_on(browser):
    return (await browser.get("account")).status == 200


async def test_an_administrator_sets_up_no_first_app_in_such_a_session(admin, signed_in, ana):
    """Critical changes take a code: a provider alone must not come by one."""
    await make_administrator(admin, ana)
    page = await signed_in.get("account/security")
    assert "ask another system administrator for it" in page.text
    assert "Set up an authenticator app" not in page.text
    page = await signed_in.get("account/security/app")
    assert (page.status, "with an invitation link. Ask another system administrator" in page.text) == (403, True)
    await refused_app(admin, signed_in, ana, "invitation_required")


async def test_a_first_app_is_set_up_soon_after_the_sign_in(admin, signed_in, ana):
    """Later on a session that was left open would be enough for it."""
    assert (await signed_in.get("account/security/app")).app_key
    for _ in range(3):
        admin.clock.advance(minutes=25)
        await signed_in.get("account")
    page = await signed_in.get("account/security/app")
    assert (page.status, "Sign out, sign in again, and set up the authenticator app then." in page.text) == (403, True)
    await refused_app(admin, signed_in, ana, "sign_in_again")


async def refused_app(admin, browser, account_id, code):
    """Also with an offer that was made before."""
    user = await admin.services.accounts.get(account_id)
    offer = await enrolment.offer(admin.services, account_id, user.user_name)
    shown = pyotp.TOTP(offer.secret).at(int(admin.clock.now().timestamp()))
    refused = await at_the_api(browser, user).call("PUT", "/me/mfa", {"enrolment": offer.enrolment, "code": shown})
    assert (refused.status, refused.json["code"]) == (403, code)
    assert not (await admin.services.credentials.get(account_id)).totp_secret


async def test_an_access_token_takes_a_code_in_such_a_session(admin, signed_in, ana):
    """It outlives single sign-on."""
    user = await make_administrator(admin, ana)
    person = at_the_api(signed_in, user)
    refused = await person.call("POST", "/me/access-tokens", {"label": "kept"})
    assert (refused.status, refused.json["code"]) == (403, "mfa_required")
    signed_in.person = person
    page = await signed_in.send("account/security/tokens/add", label="kept", days="7")
    assert "You need an authenticator app before you can do this." in page.text
    secret = await admin.services.sealer.seal(f"{SECRET}|{ana}", person.secret)
    credentials = await admin.services.credentials.get(ana)
    await admin.services.credentials.save(replace(credentials, totp_secret=secret))
    page = await signed_in.send("account/security/tokens/add", label="kept", days="7")
    assert "from your authenticator app to make an access token." in page.text
    page = await signed_in.send("account/security/tokens/add", **page.kept, verification_code=person.code())
    assert "rcp_" in page.html


async def test_who_has_no_app_signs_in_again_for_what_takes_a_recent_sign_in(admin, signed_in, ana):
    await make_administrator(admin, ana)
    for _ in range(3):
        admin.clock.advance(minutes=25)
        await signed_in.get("account")
    signed_in.person = at_the_api(signed_in, await admin.services.accounts.get(ana))
    page = await signed_in.send("administration/accounts/identity-providers/add", name="New")
    assert "You signed in a while ago. Sign out, sign in again, and do this then." in page.text
    assert 'name="verification_code"' not in page.html


async def test_a_session_ends_when_its_account_has_become_native_with_its_provider(admin, signed_in, ana):
    """As users do whose provisioning is switched off for good."""
    assert await is_on(signed_in)
    await set_to(admin, ana, AuthenticationType.NATIVE)
    assert not await is_on(signed_in)
