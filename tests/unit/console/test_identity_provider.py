"""Signing in at an identity provider, without a browser: the whole way, and every refusal."""

import re
import zlib
from base64 import b64decode
from dataclasses import replace

import pyotp
import pytest

from scim.domain.authority import Permission
from scim.domain.people import AuthenticationType
from scim.domain.sso import SsoState
from tests.invariants import activities, directory
from tests.people import PASSWORD, Person, technician
from tests.saml_identity_provider import signer
from tests.signing_in import SIGN_ON_URL, Browser, OidcProvider, SamlProvider
from tests.unit.console.test_sso import make_administrator
from tests.unit.sso.oidc.double import Double
from tests.visitor import Visitor
from tests.world import OKTA, patch, user

NOT_BEGUN = "This sign-in was not begun in this browser, or more than ten minutes ago. Start it at the sign-in page."


async def set_type(admin, account_id, how):
    profile = await admin.services.profiles.get(account_id)
    await admin.services.profiles.save(replace(profile, authentication_type=how))


async def is_signed_in(browser):
    return (await browser.get("account")).status == 200


async def refusal(page):
    assert page.status == 403
    assert "__Host-rollcall=" not in page.headers.get("Set-Cookie", "")
    return page.text


async def signed_in_notes(admin):
    found = activities(await directory(admin.world.rows))
    return [(each["actor"]["name"], each["detail"]) for each in found if each["status"] == "Signed In"]


# The way


@pytest.mark.usefixtures("ana")
async def test_somebody_of_the_provider_signs_in(admin, provider, browser):
    """AMB-20, AMB-30."""
    left = await browser.leave(next="/console/help")
    assert (left.status, left.location.startswith(f"{SIGN_ON_URL}?SAMLRequest=")) == (303, True)
    name, _, rest = left.headers["Set-Cookie"].partition("=")
    assert (name, rest.partition(";")[2]) == (
        "__Host-rollcall-sso",
        " Max-Age=600; Path=/; Secure; HttpOnly; SameSite=None",
    )
    page = await browser.come_back(provider)
    assert (page.status, page.headers["Set-Cookie"].endswith("SameSite=Strict")) == (200, True)
    assert '<meta http-equiv="refresh" content="0; url=/console/help">' in page.html
    assert await is_signed_in(browser)
    assert await signed_in_notes(admin) == [("ana@contoso.com", "by single sign-on at Contoso Entra")]


@pytest.mark.usefixtures("ana")
async def test_somebody_signs_in_by_openid_connect(admin, browser):
    async with Double(now=int(admin.clock.now().timestamp()), claims={"preferred_username": "ana@contoso.com"}) as it:
        provider = OidcProvider(admin, it)
        await provider.connect(SsoState.ENABLED)
        browser.follow(await browser.send("sign-in", email="ana@contoso.com"))
        assert browser.asked["login_hint"] == "ana@contoso.com"
        assert NOT_BEGUN in await refusal(await Browser(admin).get("sso/entra/callback?code=1&state=2"))
        assert (await browser.come_back(provider)).status == 200
        assert await is_signed_in(browser)
        await refusal(await browser.come_back(provider))  # a code is exchanged once


async def test_the_e_mail_address_counts_where_no_user_name_fits(admin, provider, browser):
    """AMB-20."""
    emails = [{"value": "ana@contoso.com", "type": "work", "primary": True}]
    await admin.world.created("/Users", user("ana.ruiz@contoso.onmicrosoft.com", emails=emails))
    await browser.leave()
    await browser.come_back(provider, name="ANA@contoso.com")
    assert await is_signed_in(browser)


async def test_a_native_account_of_the_providers_domain_signs_in_when_its_type_says_so(admin, provider, browser):
    """AMB-30: by default native accounts sign in natively."""
    tess = await admin.account("tess@contoso.com")
    await browser.leave()
    told = await refusal(await browser.come_back(provider, name="tess@contoso.com"))
    assert "Your account signs in here with a password and a code, not at Contoso Entra." in told
    await set_type(admin, tess.id, AuthenticationType.SSO)
    await browser.leave()
    await browser.come_back(provider, name="tess@contoso.com")
    assert await is_signed_in(browser)


async def test_who_is_signed_in_goes_on_at_once(visitor):
    assert (await visitor.get("sso/entra", next="/console/help")).location == "/console/help"


# Who is refused


async def test_nobody_is_let_in_whom_nobody_knows_and_no_account_is_made(admin, provider, browser):
    await browser.leave()
    told = await refusal(await browser.come_back(provider, name="eve@contoso.com"))
    assert "The sign-in worked, but no account matches eve@contoso.com. Check the Name ID" in told
    assert not await is_signed_in(browser)
    assert await admin.services.users.find_by_name("eve@contoso.com", {"native", "entra"}) is None


@pytest.mark.parametrize("name", ["li@fabrikam.com", "li@elsewhere.com"])
async def test_a_provider_speaks_for_nobody_of_another_one_or_of_another_domain(admin, provider, browser, name):
    """Takeover: Entra says that somebody of Okta, or a native administrator of another domain, has signed in."""
    other = await admin.account(name, administrator=True)
    await set_type(admin, other.id, AuthenticationType.SSO)
    await browser.leave()
    assert f"no account matches {name}" in await refusal(await browser.come_back(provider, name=name))


async def test_a_name_that_is_too_long_for_anybody_is_nobodys(provider, browser):
    await browser.leave()
    assert "no account matches" in await refusal(
        await browser.come_back(provider, name="\ufdfa" * 700 + "@contoso.com")
    )


async def test_an_e_mail_address_that_several_have_lets_nobody_in(admin, provider, browser):
    emails = [{"value": "desk@contoso.com", "type": "work", "primary": True}]
    for name in ("ana", "ben"):
        await admin.world.created("/Users", user(f"{name}@contoso.com", emails=emails))
    await browser.leave()
    told = await refusal(await browser.come_back(provider, name="desk@contoso.com"))
    assert "Several accounts have the e-mail address desk@contoso.com." in told


async def test_who_is_inactive_is_told_who_manages_the_account(admin, provider, browser):
    await admin.world.created("/Users", user("ana@contoso.com", active=False))
    await browser.leave()
    told = await refusal(await browser.come_back(provider))
    assert "Your account is inactive. It is managed by Contoso Entra; ask your administrator." in told


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("state", [SsoState.NOT_TESTED, SsoState.READY, SsoState.DISABLED])
async def test_without_single_sign_on_nobody_signs_in_there(admin, provider, browser, state):
    """AMB-30, R120: neither begins, nor comes back what was begun."""
    await browser.leave()
    await provider.switch(state)
    told = "Single sign-on for Contoso Entra is disabled. Ask your administrator."
    assert told in await refusal(await browser.come_back(provider))
    assert told in await refusal(await Browser(admin).get("sso/entra"))


async def test_a_provider_that_is_gone_signs_nobody_in(browser):
    assert "There is no such identity provider any more." in await refusal(await browser.get("sso/gone"))
    assert (await browser.get("sso/gone/metadata")).status == 404


# What is refused of the answer


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"signs_assertion": None}, "The assertion is not signed."),
        ({"signs_assertion": signer("evil")}, "The answer is not signed with the configured certificate."),
        ({"audience": "https://rollcall.example/console/sso/okta/metadata"}, "meant for another application"),
        ({"in_response_to": "_other", "response_in_response_to": "_other"}, "The answer belongs to another sign-in"),
        ({"in_response_to": None, "response_in_response_to": None}, "which is not switched on"),
    ],
)
async def test_what_the_engine_refuses_is_told_in_its_sentence(provider, browser, caplog, changes, told):
    caplog.set_level("INFO")
    await browser.leave()
    assert told in await refusal(await browser.come_back(provider, **changes))
    assert "sso_sign_in_refused provider=entra code=" in caplog.text
    assert "ana@contoso.com" not in caplog.text
    assert not await is_signed_in(browser)


@pytest.mark.parametrize(
    ("claims", "parameters", "told"),
    [
        ({"nonce": "other"}, {}, "belongs to another sign-in"),
        ({"aud": "another-client"}, {}, "client"),
        ({"iss": "https://evil.example"}, {}, "issuer"),
        ({}, {"state": "other"}, "The answer belongs to another sign-in (state)."),
        (
            {},
            {"error": "access_denied", "code": ""},
            "The identity provider refused access, or the sign-in was cancelled.",
        ),
        ({"preferred_username": "eve@contoso.com"}, {}, "no account matches eve@contoso.com"),
    ],
)
async def test_what_is_refused_of_openid_connect_is_told(admin, browser, claims, parameters, told):
    async with Double(now=int(admin.clock.now().timestamp()), claims=claims) as double:
        provider = OidcProvider(admin, double)
        await provider.connect(SsoState.ENABLED)
        await browser.leave()
        assert told in await refusal(await browser.come_back(provider, **parameters))
    assert not await is_signed_in(browser)


async def test_a_client_secret_that_the_vault_has_lost_is_asked_for(admin, browser):
    async with Double(now=int(admin.clock.now().timestamp())) as double:
        provider = OidcProvider(admin, double)
        await provider.connect(SsoState.ENABLED)
        await browser.leave()
        await admin.services.secrets.delete("sso-client-secret-entra")
        told = "The client secret of Contoso Entra is not in the vault any more. Enter it again."
        assert told in await refusal(await browser.come_back(provider))


async def test_an_issuer_that_cannot_be_asked_lets_nobody_leave(admin, browser):
    async with Double(now=int(admin.clock.now().timestamp())) as double:
        await OidcProvider(admin, double).connect(SsoState.ENABLED)
    for page in (await browser.leave(), await browser.send("sign-in", email="ana@contoso.com")):
        assert page.status == 403
        assert "Set-Cookie" not in page.headers
    assert 'type="password"' in page.html  # who has a password can still use it


@pytest.mark.usefixtures("ana")
async def test_an_answer_is_good_in_the_browser_that_asked_for_it_alone(admin, provider, browser):
    """Login forgery: nobody is signed in as somebody else by a form that another site sends."""
    await browser.leave()
    other = Browser(admin)
    other.went_to = browser.went_to
    assert NOT_BEGUN in await refusal(await other.come_back(provider))
    await other.leave()
    answer = provider.answer(browser.asked["RelayState"])
    assert "belongs to another sign-in" in await refusal(await other.post(provider, answer))


@pytest.mark.usefixtures("ana")
async def test_a_request_and_its_answer_are_good_once(provider, browser):
    await browser.leave()
    assert (await browser.come_back(provider)).status == 200
    assert NOT_BEGUN in await refusal(await browser.come_back(provider))


@pytest.mark.usefixtures("ana")
async def test_a_form_that_another_site_sends_in_between_ends_no_sign_in(provider, browser):
    await browser.leave()
    await refusal(await browser.come_back(provider, signs_assertion=signer("evil")))
    assert (await browser.come_back(provider)).status == 200


@pytest.mark.usefixtures("ana")
async def test_a_picture_on_another_site_pushes_no_sign_in_out(provider, browser):
    await browser.leave()
    kept = dict(browser.cookies)
    browser.headers["sec-fetch-dest"] = "image"
    for _ in range(4):
        assert (await browser.get("sso/entra")).location == "/console/sign-in"
    assert browser.cookies == kept
    browser.headers["sec-fetch-dest"] = "document"
    await browser.come_back(provider)
    assert await is_signed_in(browser)


async def test_an_answer_of_saml_is_taken_from_a_form_alone(provider, browser):
    """Addresses are in histories and logs."""
    await provider.connect(SsoState.ENABLED, idp_initiated=True)
    page = await browser.get("sso/entra/callback", SAMLResponse=provider.answer(None).posted())
    assert page.status == 403
    assert not await is_signed_in(browser)


async def test_a_request_is_good_for_ten_minutes(admin, provider, browser):
    await browser.leave()
    admin.clock.advance(minutes=10)
    assert NOT_BEGUN in await refusal(await browser.come_back(provider))


@pytest.mark.usefixtures("ana")
async def test_a_request_is_good_for_its_provider_alone(admin, provider, browser):
    await admin.world.provided(OKTA)
    okta = SamlProvider(admin, "okta")
    await okta.connect(SsoState.ENABLED)
    await browser.leave()
    assert NOT_BEGUN in await refusal(await browser.come_back(okta))
    assert "belongs to another sign-in" in await refusal(
        await browser.come_back(provider, in_response_to="_x", response_in_response_to="_x")
    )


@pytest.mark.usefixtures("ana")
async def test_a_sign_in_may_begin_at_the_provider_where_that_is_switched_on(admin, provider, browser):
    await provider.connect(SsoState.ENABLED, idp_initiated=True)
    answer = provider.answer(None)
    assert (await browser.post(provider, answer)).status == 200
    assert await is_signed_in(browser)
    replayed = await refusal(await Browser(admin).post(provider, answer))
    assert "This answer was used already. Start the sign-in again." in replayed
    await browser.leave()
    stale = Browser(admin)
    await stale.leave()
    assert (await stale.post(provider, provider.answer(None, assertion_id="_second"))).status == 200


@pytest.mark.usefixtures("ana")
async def test_a_tile_that_is_not_switched_on_says_so(admin, provider):
    page = await refusal(await Browser(admin).post(provider, provider.answer(None), relay_state=""))
    assert "The sign-in was started at the identity provider, which is not switched on." in page


@pytest.mark.usefixtures("provider")
async def test_an_opened_reply_url_leads_to_the_sign_in_page(browser):
    assert (await browser.get("sso/entra/acs")).location == "/console/sign-in"
    assert (await browser.ask("HEAD", "sso/entra/callback")).headers["Location"] == "/console/sign-in"
    assert (await browser.ask("HEAD", "sso/entra")).headers["Location"] == "/console/sign-in"


async def test_our_metadata_is_where_the_identifier_leads(browser):
    page = await browser.get("sso/entra/metadata")
    assert page.status == 200
    assert 'entityID="https://rollcall.example/console/sso/entra/metadata"' in page.html
    assert 'Location="https://rollcall.example/console/sso/entra/acs"' in page.html


# The second factor


async def arrive(provider, browser, **changes):
    await provider.connect(SsoState.ENABLED, trusts_mfa=False)
    await browser.leave(next="/console/help")
    return await browser.come_back(provider, **changes)


async def test_where_the_providers_mfa_is_not_relied_upon_a_code_is_asked_for(admin, provider, browser, ana):
    person = await Person(admin, await admin.services.accounts.get(ana)).equip()
    page = await arrive(provider, browser)
    assert 'content="0; url=/console/sso/entra/code"' in page.html
    assert not await is_signed_in(browser)
    assert "Enter your code" in (await browser.get("sso/entra/code")).text
    wrong = await browser.send("sso/entra/code", code="000000")
    assert (wrong.status, "That code is not right." in wrong.text) == (403, True)
    page = await browser.send("sso/entra/code", code=person.code())
    assert 'content="0; url=/console/help"' in page.html
    assert await is_signed_in(browser)


@pytest.mark.usefixtures("ana")
async def test_who_has_no_app_sets_one_up_on_the_way(admin, provider, browser):
    """R131."""
    await arrive(provider, browser)
    page = await browser.get("sso/entra/code")
    secret = page.app_key
    wrong = await browser.send("sso/entra/code", **page.kept, code="000000")
    assert wrong.app_key == secret
    code = pyotp.TOTP(secret).at(int(admin.clock.now().timestamp()))
    assert (await browser.send("sso/entra/code", **wrong.kept, code=code)).status == 200
    assert await is_signed_in(browser)


async def test_a_code_begins_one_session_for_one_sign_in_there(admin, provider, browser, ana):
    """ADR 21: a request and its answer are good once."""
    person = await Person(admin, await admin.services.accounts.get(ana)).equip()
    await arrive(provider, browser)
    kept = dict(browser.cookies)
    await browser.send("sso/entra/code", code=person.code())
    browser.cookies = kept
    again = await browser.send("sso/entra/code", code=person.code())
    assert (again.status, "This took too long." in again.text) == (403, True)
    assert not await is_signed_in(browser)


async def test_who_has_become_native_meanwhile_is_asked_for_no_code(admin, provider, browser, ana):
    person = await Person(admin, await admin.services.accounts.get(ana)).equip()
    await arrive(provider, browser)
    await set_type(admin, ana, AuthenticationType.NATIVE)
    page = await browser.send("sso/entra/code", code=person.code())
    assert "Your account signs in here with a password and a code" in await refusal(page)
    assert not await is_signed_in(browser)


async def test_an_administrator_sets_up_no_first_app_on_the_way(admin, provider, browser, ana):
    """Whoever took the provider over would have an app for critical changes."""
    await make_administrator(admin, ana)
    await arrive(provider, browser)
    page = await browser.get("sso/entra/code")
    assert (page.status, "with an invitation link. Ask another system administrator" in page.text) == (403, True)
    assert "app-key" not in page.html


@pytest.mark.usefixtures("ana")
async def test_a_second_factor_that_the_provider_speaks_of_is_one(provider, browser):
    context = "http://schemas.microsoft.com/claims/multipleauthn"
    page = await arrive(provider, browser, context=context)
    assert 'content="0; url=/console/help"' in page.html


@pytest.mark.usefixtures("ana")
async def test_the_code_is_asked_for_ten_minutes_and_in_that_browser(admin, provider, browser):
    over = "This took too long. Start again at the sign-in page."
    await arrive(provider, browser)
    assert over in await refusal(await Browser(admin).get("sso/entra/code"))
    admin.clock.advance(minutes=10)
    assert over in await refusal(await browser.get("sso/entra/code"))
    assert over in (await browser.send("sso/entra/code", code="000000")).text


# Native sign-in


async def enter(browser, person):
    return await browser.send("sign-in", email=person.user.user_name, password=PASSWORD, code=person.code())


@pytest.mark.usefixtures("ana")
async def test_the_first_step_leads_by_the_domain_alone(provider, browser):
    """Strangers do not learn who has an account."""
    known = await browser.send("sign-in?next=/console/help", email="ana@contoso.com")
    nobody = await browser.send("sign-in?next=/console/help", email="eve@contoso.com")
    assert (known.status, known.headers.keys()) == (nobody.status, nobody.headers.keys())
    pages = [re.sub('SAMLRequest=[^"]+', "", page.html) for page in (known, nobody)]
    assert pages[0].replace("ana@", "eve@") == pages[1]
    browser.follow(nobody)
    assert browser.went_to.startswith(f"{SIGN_ON_URL}?SAMLRequest=")
    assert 'content="0; url=/console/help"' in (await browser.come_back(provider)).html


async def test_a_password_is_asked_for_where_no_domain_leads_elsewhere_or_on_request(provider, browser):
    assert 'type="password"' in (await browser.send("sign-in", email="ana@fabrikam.com")).html
    assert "Sign in with a password instead" in (await browser.get("sign-in")).text
    assert 'type="password"' in (await browser.send("sign-in", email="ana@contoso.com", way="password")).html
    await provider.switch(SsoState.DISABLED)
    assert "Sign in with a password instead" not in (await browser.get("sign-in")).text
    assert 'type="password"' in (await browser.send("sign-in", email="ana@contoso.com")).html


@pytest.mark.usefixtures("provider")
async def test_a_dialog_that_asks_to_sign_in_again_opens_another_tab(browser):
    step = await browser.send("sign-in", fragment=True, email="ana@contoso.com")
    assert 'target="_blank"' in step.html
    assert "data-again" in step.html
    assert 'href="/console/sso/entra"' in step.html
    assert "refresh" not in step.html
    assert "Set-Cookie" not in step.headers


async def test_who_signs_in_at_the_provider_does_not_sign_in_here(admin, provider, browser, ana):
    person = await Person(admin, await admin.services.accounts.get(ana)).equip()
    page = await enter(browser, person)
    assert page.status == 403
    assert "Your organization requires single sign-on." in page.text
    assert "go on to Contoso Entra" in page.text
    await provider.switch(SsoState.DISABLED)
    assert (await enter(browser, person)).status == 303


@pytest.mark.usefixtures("provider")
async def test_with_a_wrong_password_nobody_learns_how_somebody_signs_in(admin, browser, ana):
    person = await Person(admin, await admin.services.accounts.get(ana)).equip()
    page = await browser.send("sign-in", email=person.user.user_name, password="wrong", code="123456")
    assert "The e-mail, password or code is not right." in page.text


@pytest.mark.usefixtures("provider")
async def test_native_accounts_go_on_signing_in_here(admin, browser):
    """R023, AMB-30."""
    tess = await Person(admin, await admin.account("tess@contoso.com")).equip()
    assert (await enter(browser, tess)).status == 303
    await set_type(admin, tess.user.id, AuthenticationType.SSO)
    assert (await enter(Browser(admin), tess)).status == 403


async def test_an_invitation_signs_nobody_in_who_signs_in_at_the_provider(admin, provider, ana, last):
    """Its password is for when single sign-on is off."""
    boss, admins = last.person, admin.world.app.users
    found = await admin.services.accounts.get(ana)
    await admins.update(found, replace(found, administrator=True), admin.world.activity(ana))
    headers = {"x-step-up-proof": await boss.proof("changeAdministrator", ana)}
    url = (await boss.call("POST", f"/users/{ana}:invite", headers=headers)).json["url"]
    invitation = {"invitation": url.partition("#")[2]}
    stranger = type(admin)(admin.world, "")
    app = (await stranger.done("POST", "/invitation:begin", invitation))["enrolment"]
    code = pyotp.TOTP(app["secret"]).at(int(admin.clock.now().timestamp()))
    body = invitation | {"password": PASSWORD, "enrolment": app["enrolment"], "code": code}
    reply = await stranger.call("POST", "/invitation:accept", body)
    assert reply.status < 300
    assert "Set-Cookie" not in reply.headers
    await provider.switch(SsoState.DISABLED)
    person = Person(admin, found)
    person.secret = app["secret"]
    assert (await person.sign_in()).status == 201


# Sessions


@pytest.fixture
async def signed_in(provider, browser, ana):  # noqa: ARG001 - who signs in
    await browser.leave()
    await browser.come_back(provider)
    return browser


@pytest.mark.parametrize("change", ["disable", "delete"])
async def test_a_session_lasts_no_longer_than_the_providers_single_sign_on(admin, provider, signed_in, change):
    """R014, R096: also on instances that have not heard of it, and when it is enabled again meanwhile."""
    assert await is_signed_in(signed_in)
    admin.clock.advance(seconds=1)
    if change == "disable":
        await provider.switch(SsoState.DISABLED)
        admin.clock.advance(seconds=1)
        await provider.switch(SsoState.ENABLED)
    else:
        boss = await Person(admin, await admin.account("chief@contoso.com", administrator=True)).equip()
        await boss.sign_in()
        proof = await boss.proof("deleteProvider", "entra")
        reply = await boss.call(
            "DELETE", "/identity-providers/entra", headers={"x-step-up-proof": proof}, name="Contoso Entra"
        )
        assert reply.status == 204, reply
    assert not await is_signed_in(signed_in)


async def test_an_account_that_scim_deactivates_loses_its_session_on_every_instance(admin, signed_in, ana):
    """R018: with the next request there, so well within thirty seconds; for good, also when it is active again."""
    other = Browser(type(admin)(await admin.world.instance(), ""))
    other.cookies = signed_in.cookies
    assert await is_signed_in(other)
    await admin.world.call("PATCH", f"/Users/{ana}", patch(("replace", "active", False)))
    assert not await is_signed_in(other)
    assert not await is_signed_in(signed_in)
    admin.clock.advance(seconds=1)
    await admin.world.call("PATCH", f"/Users/{ana}", patch(("replace", "active", True)))
    assert not await is_signed_in(other)


# Authentication types


async def test_accounts_say_how_they_sign_in(admin, ana):
    """AMB-30."""
    tess = await admin.account("tess@contoso.com")
    types = [(await admin.done("GET", f"/users/{id_}"))["security"]["authenticationType"] for id_ in (ana, tess.id)]
    assert types == ["sso", "native"]


async def test_the_last_administrator_who_signs_in_natively_stays_so(admin, last):
    """AMB-11."""
    boss, guard = last.person, admin.services.administrator_guard
    profile = await admin.services.profiles.get(boss.user.id)

    async def able():
        return True

    async def change(how):
        proof = await boss.proof("changeAdministrator", boss.user.id)
        path, headers = f"/users/{boss.user.id}", {"x-step-up-proof": proof}
        return await boss.call("PATCH", path, {"authenticationType": how}, headers=headers)

    reply = await change("sso")
    assert (reply.status, reply.json["code"]) == (409, "last_administrator")
    assert await admin.services.profiles.get(boss.user.id) == profile
    second = await Person(admin, await admin.account("second@contoso.com", administrator=True)).equip()
    await guard.enrolled(second.user, able)
    assert (await change("sso")).status == 200
    assert await guard.is_last(second.user)
    assert (await boss.call("GET", "/me")).status == 401  # signs in anew, the other way
    await boss.sign_in()
    assert (await change("native")).status == 200
    assert not await guard.is_last(second.user)


async def test_who_signs_in_at_a_provider_sees_so_among_the_own_settings(signed_in):
    page = (await signed_in.get("account/security")).text
    assert "You sign in at Contoso Entra." in page
    assert "Change password" not in page
    assert "Its codes are asked for before critical changes." in page
    assert "No authenticator app is set up." in page
    assert "Set up an authenticator app" in page


async def test_who_signs_in_at_a_provider_is_not_offered_to_change_a_password_that_is_not_asked_for(
    admin, signed_in, ana
):
    user = await admin.services.users.get("entra", ana)
    await Person(admin, user).equip()
    page = (await signed_in.get("account/security")).text
    assert "The password that you have here is not asked for as long as that is so." in page
    assert "Change password" not in page
    assert "Set up a new app" in page
    page = await signed_in.get("account/security/password")
    assert (page.status, "You sign in at Contoso Entra, and change your password there." in page.text) == (409, True)


# Testing the connection


TEST = "administration/accounts/identity-providers/entra/sso/test"
PROVIDER_LINK = f'href="/console/{TEST.removesuffix("/sso/test")}"'


@pytest.fixture
async def tester(admin):
    """A browser in which an administrator has signed in, and a provider whose connection was not tested yet."""
    chief = await Visitor.signed_in(admin)
    tester = Browser(admin)
    tester.person, tester.cookies = chief.person, dict([chief.person.cookie.split("=", 1)])
    provider = SamlProvider(admin)
    await provider.connect()
    return tester, provider


async def begin(tester):
    page = await tester.send(TEST)
    assert page.status == 200, page.text
    return tester.follow(page)


async def state(admin):
    return (await admin.services.providers.get("entra")).sso.state


@pytest.mark.usefixtures("ana")
async def test_a_connection_is_tested_before_it_is_enabled(admin, tester):
    """R023: nobody is signed in by it, and a passed one lets single sign-on be enabled."""
    browser, provider = tester
    await begin(browser)
    message = zlib.decompress(b64decode(browser.asked["SAMLRequest"]), wbits=-15).decode()
    assert 'ForceAuthn="true"' in message
    page = await browser.come_back(provider)
    assert page.status == 200
    assert "Set-Cookie" not in page.headers
    assert "Signed in as ana@contoso.com: that is the account of ana@contoso.com." in page.text
    assert "department Helpdesk <b>" in page.text
    assert "Helpdesk &lt;b&gt;" in page.html
    assert "SSO can be enabled now, on the page of the provider." in page.text
    assert PROVIDER_LINK in page.html
    assert await state(admin) is SsoState.READY
    assert (await admin.services.providers.get("entra")).sso.tested_by == "ana@contoso.com"
    again = await browser.come_back(provider)
    assert again.status == 403


async def test_a_test_that_leads_to_no_account_says_what_is_wrong(admin, tester):
    browser, provider = tester
    await begin(browser)
    page = await browser.come_back(provider, name="eve@contoso.com")
    assert "The sign-in worked, but no account matches eve@contoso.com." in page.text
    assert "Helpdesk" in page.text
    assert await state(admin) is SsoState.NOT_TESTED


async def test_a_test_that_fails_says_what_is_wrong_and_where_it_is_mended(admin, tester):
    browser, provider = tester
    await begin(browser)
    page = await browser.come_back(provider, signs_assertion=None)
    assert page.status == 403
    assert "The connection does not work yet" in page.text
    assert "Have it signed (Entra: SAML Certificates" in page.text
    assert PROVIDER_LINK in page.html
    assert await state(admin) is SsoState.NOT_TESTED


async def test_a_native_account_passes_a_test_and_is_told_what_that_means(admin, tester):
    browser, provider = tester
    await begin(browser)
    page = await browser.come_back(provider, name="chief@contoso.com")
    assert "Its authentication type is Native" in page.text
    assert await state(admin) is SsoState.READY


async def test_a_test_is_over_with_its_testers_authority(admin, tester):
    browser, provider = tester
    await begin(browser)
    chief = await admin.services.accounts.get(browser.person.user.id)
    await admin.world.app.users.update(chief, replace(chief, administrator=False), admin.world.activity(chief.id))
    assert "This test is over." in (await browser.come_back(provider, name="chief@contoso.com")).text
    assert await state(admin) is SsoState.NOT_TESTED


async def test_without_a_connection_there_is_nothing_to_test(visitor):
    page = await visitor.send(TEST)
    assert (page.status, "There is no connection to test yet. Set up SSO first." in page.text) == (409, True)


async def test_only_administrators_test(admin):
    helper = Visitor(await technician(admin, Permission.VIEW_IDENTITY))
    assert (await helper.get(TEST)).status == 403
    assert (await helper.send(TEST)).status == 403
