"""Settings of a provider and its deletion, without a browser."""

import pytest

from scim.console.organization_choices import MOST_OFFERED
from scim.domain.authority import Permission
from scim.domain.organizations import Organization
from tests.people import technician
from tests.unit.api.test_provider_switches import enabled, without_native_administrators
from tests.unit.console.test_providers import ENTRA, PROVIDERS, version_in
from tests.visitor import Visitor
from tests.world import group

SETTINGS, DELETE = f"{ENTRA}/settings", f"{ENTRA}/delete"


async def stored(admin):
    return await admin.done("GET", "/identity-providers/entra")


async def test_the_settings_show_what_holds_now(visitor):
    """AMB-5, AMB-22."""
    page = await visitor.get(SETTINGS)
    for name, value in (("organization", "reject"), ("adoption", "automatic"), ("unknownAttributes", "ignore")):
        assert f'id="radio-{name}-{value}" type="radio" name="{name}" value="{value}" checked' in page.html
    assert page.html.count(" checked") == 3


async def test_the_settings_are_saved(visitor, admin):
    version = version_in(await visitor.get(SETTINGS))
    wanted = {
        "organization": "defaultUnknown",
        "defaultOrganization": "12",
        "adoption": "ask",
        "unknownAttributes": "reject",
    }
    reply = await visitor.send(SETTINGS, version=version, **wanted)
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{SETTINGS}", "provider-settings-saved")
    provider = await stored(admin)
    others = {"trustsMfa": True, "idpInitiated": False}  # which another form sets
    assert provider["policies"] | {"defaultOrganization": provider["defaultOrganization"]} == wanted | others
    page = await visitor.send(SETTINGS, version=version, adoption="never")
    assert page.status == 412
    reply = await visitor.send(SETTINGS, organization="reject", defaultOrganization="")
    assert "defaultOrganization" not in await stored(admin)


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "This policy puts end users into the default organization. Choose one."), ("99", "There is no organization")],
)
async def test_a_default_organization_that_cannot_be_one_is_told_at_its_field(visitor, typed, told):
    page = await visitor.send(SETTINGS, organization="defaultMissing", defaultOrganization=typed)
    assert page.status == 400
    assert f'class="field-error" id="hint-defaultOrganization">{told}' in page.html
    assert 'name="organization" value="defaultMissing" checked' in page.html


async def test_the_default_organization_is_chosen_by_name(visitor, admin):
    await admin.world.app.organizations.create(Organization(id="77", name="Contoso <Ltd>"))
    page = await visitor.get(SETTINGS)
    assert '<option value="77">Contoso &lt;Ltd&gt; (77)</option>' in page.html


async def test_where_there_are_too_many_organizations_the_id_is_typed(visitor, admin):
    for number in range(MOST_OFFERED):
        await admin.world.app.organizations.create(Organization(id=f"o{number}", name=f"Customer {number}"))
    page = await visitor.get(SETTINGS)
    assert '<input id="field-defaultOrganization"' in page.html


async def test_who_may_only_look_reads_the_settings(admin):
    page = await Visitor(await technician(admin, Permission.VIEW_IDENTITY)).get(SETTINGS)
    assert "SCIM manages the account from then on" in page.text
    assert "The account stays Native" not in page.text


# Deletion


async def test_the_dialog_says_what_the_deletion_would_do(visitor, admin):
    """R119, R127."""
    ids = await admin.world.users(2)
    await admin.world.created("/Groups", group("Staff", ids))
    page = await visitor.get(DELETE, fragment=True)
    assert "Delete “Contoso Entra”?" in page.text
    assert "Its SCIM tokens stop working now." in page.text
    assert "2 SCIM users become Native and can be edited here." in page.text
    assert "1 group is removed." in page.text
    assert "Type the name of the provider to delete it" in page.text


async def test_another_name_is_refused_before_a_code_is_asked_for(visitor):
    """AMB-13."""
    page = await visitor.send(DELETE, name="contoso entra")
    assert (page.status, "Verify it's you" in page.text) == (400, False)
    assert 'id="hint-name">Type the name of the provider, &quot;Contoso Entra&quot;, to delete it.' in page.html
    assert (await visitor.send(DELETE, name="")).status == 400
    assert (await visitor.get(ENTRA)).status == 200


async def test_a_deletion_takes_the_name_and_a_code(visitor, admin):
    """R127, AMB-13."""
    version = version_in(await visitor.get(DELETE))
    page = await visitor.send(DELETE, name="Contoso Entra", version=version)
    assert "from your authenticator app to delete the identity provider Contoso Entra." in page.text
    assert (await visitor.get(ENTRA)).status == 200
    code = visitor.person.code()
    reply = await visitor.send(DELETE, name="Contoso Entra", version=version, verification_code=code)
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{PROVIDERS}", "provider-deleted")
    assert (await visitor.get(ENTRA)).status == 404
    assert (await admin.world.call("GET", "/Users")).status == 401


async def test_the_last_administrator_cannot_be_locked_out_by_a_deletion(visitor, admin):
    await enabled(admin)
    assert "Nobody can sign in through it any more." in (await visitor.get(DELETE)).text
    await without_native_administrators(admin)
    page = await visitor.send(DELETE, name="Contoso Entra")
    assert page.status == 409
    assert "No active system administrator could sign in natively then." in page.text
