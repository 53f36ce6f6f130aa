"""Administration → Settings, without a browser."""

from scim.admin.step_up import CriticalAction
from scim.console.pages.settings import ADOPTION_POLICIES, CRITICAL, ORGANIZATION_POLICIES, UNKNOWN_ATTRIBUTES
from scim.domain.providers import AdoptionPolicy, OrganizationPolicy
from scim.schema.values import UnknownAttributes
from tests.people import Person
from tests.visitor import Visitor

SETTINGS = "administration/settings"


async def test_settings_tell_the_rules_that_hold(visitor):
    """R033, AMB-17, AMB-16."""
    page = await visitor.get(SETTINGS)
    assert page.status == 200
    assert "Lifetime 6 calendar months" in page.text
    assert "Live at once 2 for each provider" in page.text
    assert "60, 30, 14, 7, 1 days before expiry" in page.text
    assert "Activities 400 days, at least" in page.text
    assert "after 30 minutes without a request, and after 12 hours" in page.text
    assert "after 5 of them, locked for 15 minutes" in page.text


async def test_settings_list_the_changes_that_take_a_code(visitor):
    """R013, R014, AMB-13."""
    text = (await visitor.get(SETTINGS)).text
    assert "Revoke a SCIM token" in text
    assert "Disable SSO" in text
    assert "Delete an identity provider" in text


def test_every_value_has_words():
    assert set(CRITICAL) == set(CriticalAction)
    assert set(ORGANIZATION_POLICIES) == set(OrganizationPolicy)
    assert set(ADOPTION_POLICIES) == set(AdoptionPolicy)
    assert set(UNKNOWN_ATTRIBUTES) == set(UnknownAttributes)


async def test_each_provider_leads_to_its_own_policies(visitor, admin):
    page = await visitor.get(SETTINGS)
    provider = await admin.services.providers.get("entra")
    assert provider.name in page.text
    assert 'href="/console/administration/accounts/identity-providers/entra/settings"' in page.html


async def test_settings_have_no_form(visitor):
    page = await visitor.get(SETTINGS)
    assert "<form" not in page.html.partition("<main")[2]
    assert (await visitor.send(SETTINGS)).status == 405


async def test_settings_are_for_system_administrators(admin):
    person = await Person(admin, await admin.account("tess@contoso.com")).equip()
    await person.sign_in()
    assert (await Visitor(person).get(SETTINGS)).status == 403
