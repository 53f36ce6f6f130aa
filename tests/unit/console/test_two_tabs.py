"""Several sign-ins that are begun in one browser, each in a tab of its own: none takes the place of another."""

import pytest

from scim.domain.sso import SsoState
from scim.web.cookies import SSO_NAME
from tests.people import Person
from tests.signing_in import Browser, OidcProvider
from tests.unit.sso.oidc.double import Double
from tests.world import OKTA

LONG = "/console/administration/users?search=" + "x" * 463
"""As long as an address to return to may be."""


pytestmark = pytest.mark.usefixtures("ana")


async def tabs(browser, *wanted):
    """Begin a sign-in in a tab for each; returns where each tab is."""
    places = []
    for each in wanted:
        await browser.leave(next=each)
        places.append(browser.went_to)
    return places


async def come_back(browser, provider, place, **changes):
    browser.went_to = place
    return await browser.come_back(provider, **changes)


async def test_each_tab_comes_back_to_where_it_wanted_to_go(provider, browser):
    one, other = await tabs(browser, "/console/help", "/console/account")
    first = await come_back(browser, provider, one)
    second = await come_back(browser, provider, other)
    assert (first.status, second.status) == (200, 200)
    assert 'content="0; url=/console/help"' in first.html
    assert 'content="0; url=/console/account"' in second.html


async def test_so_it_is_by_openid_connect_and_at_two_providers(admin, provider, browser):
    await admin.world.provided(OKTA)
    async with Double(now=int(admin.clock.now().timestamp())) as double:
        okta = OidcProvider(admin, double, "okta")
        await okta.connect(SsoState.ENABLED)
        await browser.leave("okta")
        first = browser.went_to
        await browser.leave("okta")
        await browser.leave()
        assert (await browser.come_back(provider)).status == 200
        page = await come_back(browser, okta, first)
        assert "no account matches" in page.text  # which is said of an answer that is right


async def test_a_code_is_asked_for_in_one_tab_while_another_is_still_away(admin, provider, browser):
    await provider.connect(SsoState.ENABLED, trusts_mfa=False)
    ana = await admin.services.users.find_by_name("ana@contoso.com", {"entra"})
    person = await Person(admin, ana).equip()
    one, other = await tabs(browser, "/console/help", "/console/account")
    assert "sso/entra/code" in (await come_back(browser, provider, one)).html
    assert "sso/entra/code" in (await come_back(browser, provider, other)).html
    assert 'content="0; url=/console/account"' in (await browser.send("sso/entra/code", code=person.code())).html


async def test_a_browser_keeps_four_at_most_and_as_many_as_a_cookie_holds(admin, provider, browser):
    """The oldest goes; addresses to return to that are as long as they may be leave room for fewer."""
    first, second, *_ = await tabs(browser, *["/console/help"] * 5)
    gone = await come_back(browser, provider, first)
    assert (gone.status, "belongs to another sign-in" in gone.text) == (403, True)
    assert (await come_back(browser, provider, second)).status == 200
    browser = Browser(admin)
    *_, last = await tabs(browser, *[LONG] * 5)
    assert len(f"{SSO_NAME}={browser.cookies[SSO_NAME]}") < 4096
    assert f'content="0; url={LONG}"' in (await come_back(browser, provider, last)).html


async def test_each_has_its_own_ten_minutes(admin, provider, browser):
    (one,) = await tabs(browser, "/console/help")
    admin.clock.advance(minutes=9)
    (other,) = await tabs(browser, "/console/help")
    admin.clock.advance(minutes=1)
    assert (await come_back(browser, provider, one)).status == 403
    assert (await come_back(browser, provider, other)).status == 200
