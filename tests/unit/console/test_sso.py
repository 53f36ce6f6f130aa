"""Single sign-on of a provider, without a browser: enabling, disabling, and whom that concerns."""

from dataclasses import replace

import pytest

from scim.domain.people import AuthenticationType
from tests.people import Person
from tests.unit.api.test_provider_switches import configure, enabled, passed, without_native_administrators
from tests.unit.api.test_providers import recorded
from tests.unit.console.test_providers import ENTRA, version_in

ENABLE, DISABLE, PEOPLE = (f"{ENTRA}/sso/{name}" for name in ("enable", "disable", "people"))
NOBODY_LEFT = "No active system administrator could sign in natively then. Give an administrator native sign-in first."


async def state(admin):
    return (await admin.done("GET", "/identity-providers/entra"))["sso"]["state"]


async def test_sso_is_enabled_after_a_test(visitor, admin):
    """R121, R128, AMB-30."""
    page = await visitor.get(ENABLE)
    assert "SSO must be tested before it can be enabled" in page.text
    assert "<button class=" not in page.html.partition("dialog-footer")[2]
    page = await visitor.send(ENABLE)
    assert (page.status, "Test the connection before enabling SSO." in page.text) == (409, True)
    await configure(admin)
    await passed(admin)
    page = await visitor.get(ENABLE)
    assert "people with Native sign in here as before" in page.text
    page = await visitor.send(ENABLE, version=version_in(page))
    assert "from your authenticator app to enable SSO for Contoso Entra." in page.text
    assert await state(admin) == "ready"
    reply = await visitor.send(ENABLE, **page.kept, verification_code=visitor.person.code())
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{ENTRA}", "sso-enabled")
    assert await state(admin) == "enabled"
    assert "SSO is enabled already." in (await visitor.get(ENABLE)).text


async def set_to(admin, account_id, how):
    profile = await admin.services.profiles.get(account_id)
    await admin.services.profiles.save(replace(profile, authentication_type=how))


async def test_the_card_counts_accounts_by_authentication_type(visitor, admin):
    """AMB-30: those of the provider, and native ones in its domains that an administrator has set to SSO."""
    ids = await admin.world.users(4)
    assert "Native ·" not in (await visitor.get(ENTRA)).text
    await configure(admin)
    assert "Authentication type 0 Native · 4 SSO" in (await visitor.get(ENTRA)).text
    await set_to(admin, ids[0], AuthenticationType.NATIVE)
    for address in ("li@contoso.com", "eve@elsewhere.com"):
        await set_to(admin, (await admin.account(address)).id, AuthenticationType.SSO)
    assert "Authentication type 1 Native · 4 SSO" in (await visitor.get(ENTRA)).text


async def test_what_enabling_changes_is_told_before(visitor, admin):
    """AMB-30: who signs in there from then on, who loses the way in that there is today, and who stays Native."""
    await configure(admin)
    await passed(admin)
    assert (
        "No active user of this provider signs in there yet. Nobody of this provider stays Native."
        in (await visitor.get(ENABLE)).text
    )
    ids = await admin.world.users(4)
    await set_to(admin, ids[0], AuthenticationType.NATIVE)
    ana = await make_administrator(admin, ids[1])
    await Person(admin, ana).equip()
    await set_to(admin, (await admin.account("li@contoso.com")).id, AuthenticationType.SSO)
    page = await visitor.get(ENABLE)
    assert "3 people of this provider sign in there from then on. See the list" in page.text
    assert "1 of them can sign in here with a password today, and cannot any more then." in page.text
    assert "Sessions that they have here go on until they end by themselves" in page.text
    assert f"1 system administrator is among them: {ana.user_name}" in page.text
    assert "1 native account in its e-mail domains was set to SSO, and signs in there, too." in page.text
    native = await admin.services.users.get("entra", ids[0])
    assert f"1 person of this provider stays Native: {native.user_name}" in page.text
    assert 'href="/console/administration/accounts/users?provider=entra"' in page.html


async def test_the_dialog_says_what_disabling_would_do(visitor, admin):
    """R014, R095, AMB-14."""
    await enabled(admin)
    await admin.world.users(3)
    page = await visitor.get(DISABLE, fragment=True)
    assert "Disable SSO for “Contoso Entra”?" in page.text
    assert "3 people sign in only through this provider and have no password here." in page.text
    assert "SCIM provisioning stays on, so people who leave are still made inactive." in page.text
    assert "Also disable SCIM provisioning" in page.text
    assert f'href="/console/{PEOPLE}"' in page.html
    assert page.html.index("Cancel") < page.html.index('class="button danger"')


async def test_administrators_among_them_are_named(visitor, admin):
    await enabled(admin)
    (ana,) = await admin.world.users(1)
    name = (await make_administrator(admin, ana)).user_name
    page = await visitor.get(DISABLE)
    assert "1 person signs in only through this provider" in page.text
    assert f"1 system administrator is among them: {name}" in page.text
    assert "System administrator" in (await visitor.get(PEOPLE)).text


async def test_disabling_takes_a_code(visitor, admin):
    """R014, R015, R096: without one nothing happens, and a wrong one does nothing either."""
    await enabled(admin)
    version = version_in(await visitor.get(DISABLE))
    page = await visitor.send(DISABLE, version=version)
    assert "Verify it's you" in page.text
    assert "from your authenticator app to disable SSO for Contoso Entra." in page.text
    page = await visitor.send(DISABLE, version=version, verification_code="000000", purpose="disable SSO")
    assert "Verify it's you" in page.text
    assert await state(admin) == "enabled"
    reply = await visitor.send(DISABLE, version=version, verification_code=visitor.person.code())
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{ENTRA}", "sso-disabled")
    assert await state(admin) == "disabled"
    assert (await admin.done("GET", "/identity-providers/entra"))["scim"]["enabled"]
    assert "Disabled" in {status for status, *_ in await recorded(admin, "entra")}
    assert "Nobody can sign in through this provider." in (await visitor.get(ENTRA)).text


async def test_provisioning_is_disabled_together_if_wanted(visitor, admin):
    """AMB-14: the choice survives *Verify it's you*."""
    await enabled(admin)
    page = await visitor.send(DISABLE, disableScim="on")
    assert '<input type="hidden" name="disableScim" value="on">' in page.html
    reply = await visitor.send(DISABLE, disableScim="on", verification_code=visitor.person.code())
    assert reply.notice == "sso-and-scim-disabled"
    assert not (await admin.done("GET", "/identity-providers/entra"))["scim"]["enabled"]


async def test_the_last_administrator_cannot_be_locked_out(visitor, admin):
    """R120: told before a code is asked for, and there is no button."""
    await enabled(admin)
    await without_native_administrators(admin)
    page = await visitor.get(DISABLE)
    assert NOBODY_LEFT in page.text
    assert 'class="button danger"' not in page.html
    page = await visitor.send(DISABLE)
    assert (page.status, NOBODY_LEFT in page.text) == (409, True)
    page = await visitor.send(DISABLE, verification_code=visitor.person.code())
    assert (page.status, NOBODY_LEFT in page.text) == (409, True)
    assert await state(admin) == "enabled"


async def test_enabling_needs_somebody_who_can_sign_in_natively(visitor, admin):
    await configure(admin)
    await passed(admin)
    await without_native_administrators(admin)
    page = await visitor.get(ENABLE)
    assert "Enabling needs at least one active system administrator with native sign-in." in page.text
    assert "<button class=" not in page.html.partition("dialog-footer")[2]
    page = await visitor.send(ENABLE)
    assert page.status == 409
    assert "Enabling needs at least one active system administrator with native sign-in." in page.text


async def test_what_changed_meanwhile_is_told_before_a_code_is_asked_for(visitor, admin):
    await enabled(admin)
    page = await visitor.send(DISABLE, version='W/"1"')
    assert (page.status, "Verify it's you" in page.text) == (412, False)
    assert "Load the present state" in page.text


async def test_what_is_not_enabled_cannot_be_disabled(visitor):
    page = await visitor.get(DISABLE)
    assert "SSO is not enabled for this provider." in page.text
    assert 'class="button danger"' not in page.html
    assert (await visitor.send(DISABLE)).status == 409


async def test_the_list_names_everybody_page_by_page(visitor, admin):
    """Whoever is inactive, or can sign in here, is not in it."""
    await enabled(admin)
    ids = await admin.world.users(5)
    first = await visitor.get(PEOPLE, limit="2")
    assert "5 active people of this provider have no native sign-in." in first.text
    second = await visitor.get(next_of(first), limit="2")
    third = await visitor.get(next_of(second), limit="2")
    assert next_of(third) == ""
    for page, shown in ((first, ids[:2]), (second, ids[2:4]), (third, ids[4:])):
        assert [id_ for id_ in ids if f"/users/{id_}" in page.html] == shown


async def test_the_list_of_nobody(visitor, admin):
    await enabled(admin)
    page = await visitor.get(PEOPLE)
    assert "Everybody can sign in here." in page.text


@pytest.mark.parametrize("cursor", ["x", "c3NvRGVwZW5kZW50czpva3RhIDE"])
async def test_a_cursor_of_another_list_is_refused(visitor, cursor):
    assert (await visitor.get(PEOPLE, cursor=cursor)).status == 400


async def make_administrator(admin, account_id):
    """Of a user whom the provider manages: that person signs in through it alone."""
    user = await admin.services.users.get("entra", account_id)
    change = admin.world.activity(account_id)
    return await admin.world.app.users.update(user, replace(user, administrator=True), change)


def next_of(page):
    return page.html.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
