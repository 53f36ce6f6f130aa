"""Administration → Accounts → Identity Providers, without a browser: list, provider page, adding and editing."""

import html
from dataclasses import replace

import pytest

from scim.domain.authority import Permission
from tests.admin_world import AdminWorld
from tests.certificates import EXPIRED, FIRST, SECOND
from tests.fakes.rows import CountingRows, FakeRows
from tests.people import technician
from tests.unit.api.test_provider_switches import configure, enabled, passed
from tests.unit.api.test_providers import SSO
from tests.visitor import Visitor
from tests.world import OKTA

PROVIDERS = "administration/accounts/identity-providers"
ENTRA = f"{PROVIDERS}/entra"
BARE = "".join(SECOND.splitlines()[1:-1])
CONNECTION = {
    "sso.entityId": SSO["entityId"],
    "sso.signOnUrl": SSO["signOnUrl"],
    "sso.certificates": "\n\n".join(SSO["certificates"]),
}


@pytest.fixture
async def viewer(admin):
    return Visitor(await technician(admin, Permission.VIEW_IDENTITY))


# The list


async def test_the_list_shows_each_provider_with_its_badges(visitor, admin):
    """R025, R026, R097: the name is a link."""
    await admin.world.provided(replace(OKTA, scim_enabled=False))
    page = await visitor.get(PROVIDERS)
    assert page.status == 200
    assert f'<a href="/console/{ENTRA}"><bdi>Contoso Entra</bdi></a>' in page.html
    assert "Fabrikam Okta Other fabrikam.com Not tested Off" in page.text
    assert "contoso.com Not tested On · token 181 days" in page.text


async def test_the_ellipsis_offers_what_can_be_done_now(visitor, admin):
    """R094, R095: Disable SSO while it is enabled, Enable SSO once it was tested, neither before."""
    page = await visitor.get(PROVIDERS)
    assert "Enable SSO" not in page.text
    assert "Disable SSO" not in page.text
    await configure(admin)
    await passed(admin)
    assert "Open Edit Test connection Enable SSO Delete provider" in (await visitor.get(PROVIDERS)).text
    await visitor.send(f"{ENTRA}/sso/enable", verification_code=visitor.person.code())
    assert "Open Edit Disable SSO Delete provider" in (await visitor.get(PROVIDERS)).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "FABRIKAM.c"}, ["Fabrikam Okta"]),
        ({"search": "o"}, ["Contoso Entra", "Fabrikam Okta"]),
        ({"sso": "ready", "scim": ""}, ["Contoso Entra"]),
        ({"scim": "off"}, ["Fabrikam Okta"]),
        ({"scim": "on", "search": "contoso"}, ["Contoso Entra"]),
        ({"sso": "mistyped"}, ["Contoso Entra", "Fabrikam Okta"]),
        ({"sso": "disabled"}, []),
    ],
)
async def test_the_list_is_searched_and_filtered(visitor, admin, query, found):
    await admin.world.provided(replace(OKTA, scim_enabled=False))
    await configure(admin)
    await passed(admin)
    page = await visitor.get(PROVIDERS, **query)
    assert [name for name in ("Contoso Entra", "Fabrikam Okta") if f"<bdi>{name}</bdi>" in page.html] == found
    assert ("Clear filters" in page.text) is (not found)


async def test_without_providers_the_list_says_what_they_are_for(visitor, admin):
    entra = await admin.services.providers.get("entra")
    await admin.done("PATCH", "/identity-providers/entra", {"name": "Old"})
    await visitor.send(f"{ENTRA}/delete", name="Old")
    await visitor.send(f"{ENTRA}/delete", name="Old", verification_code=visitor.person.code())
    page = await visitor.get(PROVIDERS)
    assert entra.name not in page.text
    assert "No identity providers yet. Add one to let people sign in with Entra ID or Okta" in page.text
    assert "Last request" not in page.text


async def test_who_may_only_look_sees_no_buttons(viewer, admin):
    await configure(admin)
    await passed(admin)
    for path in (PROVIDERS, ENTRA, f"{ENTRA}/settings"):
        page = await viewer.get(path)
        assert page.status == 200
        main = page.html.partition('<main id="main"')[2]
        for word in ("Add provider", "Delete provider", "Enable SSO", "Enter by hand", "<form method", 'type="radio"'):
            assert word not in main, (path, word)


async def test_what_is_not_shown_is_refused_all_the_same(viewer, admin):
    await enabled(admin)
    for path in ("add", "entra/edit", "entra/sso/enable", "entra/sso/disable", "entra/sso/people", "entra/delete"):
        page = await viewer.get(f"{PROVIDERS}/{path}")
        assert (page.status, "You cannot do this" in page.text) == (403, True), path
    for path in ("add", "entra/edit", "entra/sso/disable", "entra/delete", "entra/settings"):
        page = await viewer.send(f"{PROVIDERS}/{path}", name="Contoso Entra")
        assert page.status == 403, path


async def test_who_may_see_no_providers_sees_none(admin):
    visitor = Visitor(await technician(admin, Permission.VIEW_ACCOUNTS))
    for path in (PROVIDERS, ENTRA, f"{ENTRA}/settings"):
        assert (await visitor.get(path)).status == 403


# The provider page


async def test_the_page_of_a_provider_says_how_sso_stands(visitor, admin):
    """R026, R128, AMB-30: until SSO is enabled nothing changes for anybody."""
    assert "There is no connection yet." in (await visitor.get(ENTRA)).text
    await configure(admin)
    page = await visitor.get(ENTRA)
    assert "SSO must be tested before it can be enabled" in page.text
    assert SSO["signOnUrl"] in page.text
    await passed(admin)
    page = await visitor.get(ENTRA)
    assert "The connection works. Until you enable SSO, nothing changes for anybody." in page.text
    assert "23 Nov 2026 , signed in as ana@contoso.com" in page.text
    await visitor.send(f"{ENTRA}/sso/enable", verification_code=visitor.person.code())
    page = await visitor.get(ENTRA)
    assert "Enabled since 23 Nov 2026 by chief@contoso.com" in page.text
    assert f"/console/{ENTRA}/sso/disable" in page.html


async def test_the_page_of_a_provider_leads_to_its_users_activities_and_settings(visitor):
    """R078."""
    page = await visitor.get(ENTRA)
    assert f'href="/console/{ENTRA}/settings"' in page.html
    assert (await visitor.get(f"{ENTRA}/users")).location == "/console/administration/accounts/users?provider=entra"
    reply = await visitor.get(f"{ENTRA}/activities")
    assert reply.location == "/console/dashboard/activities/all?provider=entra"


async def test_there_is_no_page_of_a_provider_that_is_not_there(visitor):
    for path in ("", "/edit", "/settings", "/delete", "/sso/disable", "/sso/people"):
        page = await visitor.get(f"{PROVIDERS}/nobody{path}")
        assert (page.status, "There is no identity provider with this id." in page.text) == (404, True), path


CALLS = 11


async def test_the_page_takes_so_many_calls():
    """Besides those of the session: the provider, its tokens and connection; the card's; the mapping's."""
    rows = CountingRows(FakeRows())
    admin = await AdminWorld.on(rows)
    visitor = await Visitor.signed_in(admin)
    rows.reset()
    await visitor.get("not-there", fragment=True)
    session = rows.calls.total()
    rows.reset()
    assert (await visitor.get(ENTRA, fragment=True)).status == 200
    assert rows.calls.total() - session == CALLS
    await configure(admin)
    rows.reset()
    assert (await visitor.get(ENTRA, fragment=True)).status == 200
    assert rows.calls.total() - session == CALLS + 3  # how many accounts sign in how


# Adding and editing


async def test_a_provider_is_added_switched_off(visitor):
    """R118, R126."""
    page = await visitor.get(f"{PROVIDERS}/add")
    assert "What email domains will authenticate using this integration?" in page.text
    reply = await visitor.send(
        f"{PROVIDERS}/add",
        name="Fabrikam Okta",
        kind="okta",
        emailDomains=["Fabrikam.com, fabrikam.de", "", "fabrikam.it"],
    )
    assert (reply.status, reply.notice) == (303, "provider-added")
    page = await visitor.get(reply.location)
    assert "Fabrikam Okta Okta SSO Not tested SCIM Off" in page.text
    assert "fabrikam.com, fabrikam.de, fabrikam.it" in page.text


async def test_a_provider_is_added_together_with_its_connection(visitor, admin):
    pems = (FIRST, SECOND)
    connection = CONNECTION | {"sso.certificates": "\n".join(pems)}
    reply = await visitor.send(f"{PROVIDERS}/add", name="Other", kind="other", emailDomains="", **connection)
    configuration = await admin.services.providers.sso_configuration(reply.location.rpartition("/")[2])
    assert (configuration.entity_id, configuration.certificates) == (SSO["entityId"], pems)


async def test_a_domain_that_is_taken_is_told_at_its_fields(visitor):
    """The form comes back with every domain that was typed, a field each."""
    page = await visitor.send(f"{PROVIDERS}/add", name="Other", kind="okta", emailDomains="other.com CONTOSO.com")
    assert page.status == 409
    assert 'id="hint-emailDomains">contoso.com is already used by Contoso Entra.' in page.html
    assert 'name="emailDomains" value="other.com"' in page.html
    assert 'name="emailDomains" value="CONTOSO.com"' in page.html


@pytest.mark.parametrize(
    ("fields", "field", "text"),
    [
        ({"name": "contoso  ENTRA"}, "name", 'There is an identity provider called "contoso  ENTRA" already.'),
        ({"emailDomains": "domain"}, "emailDomains", '"domain" is no e-mail domain. Enter it like contoso.com.'),
        ({"emailDomains": "a"}, "emailDomains", "Give at least 3 characters."),
        (CONNECTION | {"sso.signOnUrl": "http://a"}, "sso.signOnUrl", "Give an address that begins with https://"),
        (CONNECTION | {"sso.entityId": ""}, "sso.entityId", "This is required."),
        (
            CONNECTION | {"sso.certificates": "<x>"},
            "sso.certificates",
            "Give a certificate as PEM, or its base64 alone.",
        ),
        (CONNECTION | {"sso.certificates": "garbage"}, "sso.certificates", "This is not a certificate."),
        (CONNECTION | {"sso.certificates": EXPIRED}, "sso.certificates", "The signing certificate expired on"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(visitor, fields, field, text):
    page = await visitor.send(f"{PROVIDERS}/add", **{"name": "Other", "kind": "okta", "emailDomains": ""} | fields)
    assert page.status in {400, 409}
    told = html.unescape(page.html.partition(f'class="field-error" id="hint-{field}">')[2])
    assert told.startswith(text)
    assert page.html.count('class="field-error"') == 1


async def test_a_provider_is_edited(visitor, admin):
    """R097."""
    await configure(admin)
    page = await visitor.get(f"{ENTRA}/edit")
    version = version_in(page)
    assert 'value="contoso.com"' in page.html
    reply = await visitor.send(
        f"{ENTRA}/edit",
        name="Contoso",
        kind="entra",
        emailDomains=["contoso.com", "contoso.net"],
        version=version,
        **CONNECTION,
    )
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{ENTRA}", "provider-changed")
    assert "contoso.com, contoso.net" in (await visitor.get(ENTRA)).text
    page = await visitor.send(f"{ENTRA}/edit", name="Again", version=version, **CONNECTION)
    assert page.status == 412
    assert 'value="Again"' in page.html


async def test_a_form_that_is_sent_as_it_was_opened_changes_nothing(visitor, admin):
    """A connection that was tested stays tested: the form does not show its metadata, and loses nothing of it."""
    certificates = [f" {FIRST}\n", BARE]
    await configure(admin, certificates=certificates)
    await passed(admin)
    before = await admin.services.providers.sso_configuration("entra")
    shown = "\n\n".join(text.strip() for text in (FIRST, SECOND))
    fields = CONNECTION | {"sso.certificates": shown}
    reply = await visitor.send(
        f"{ENTRA}/edit", name="Contoso Entra", kind="other", emailDomains="contoso.com", **fields
    )
    assert reply.status == 303
    assert await admin.services.providers.sso_configuration("entra") == before
    assert (await admin.done("GET", "/identity-providers/entra"))["sso"]["state"] == "ready"


async def test_a_connection_that_is_in_use_takes_new_certificates_only(visitor, admin):
    """AMB-30: whoever signs in there now goes on to."""
    await enabled(admin)
    assert (await visitor.get(f"{ENTRA}/edit")).html.count('readonly="readonly"') == 2
    given = {"name": "Contoso Entra", "emailDomains": "contoso.com"}
    page = await visitor.send(f"{ENTRA}/edit", **given, **CONNECTION | {"sso.signOnUrl": "https://other.example/"})
    assert page.status == 409
    assert "Disable SSO before you change its entity ID or sign-on URL" in page.text
    wanted = given | CONNECTION | {"sso.certificates": f"{FIRST}\n\n{BARE}"}
    page = await visitor.send(f"{ENTRA}/edit", **wanted)
    assert "authenticator app to change how people sign in through Contoso Entra." in page.text
    reply = await visitor.send(f"{ENTRA}/edit", **page.kept, verification_code=visitor.person.code())
    assert reply.status == 303
    assert (await admin.services.providers.sso_configuration("entra")).certificates == (FIRST, SECOND)


async def test_a_connection_by_openid_connect_is_shown_and_survives_the_form(visitor, admin):
    """It is edited over the API; the form leaves it, and the secret is nowhere."""
    oidc = {"protocol": "oidc", "issuer": "https://idp.example/1", "clientId": "client-1"}
    await admin.done("PATCH", "/identity-providers/entra", {"sso": oidc | {"clientSecret": "s3cret"}})
    before = await admin.services.providers.sso_configuration("entra")
    page = await visitor.get(ENTRA)
    assert "https://idp.example/1" in page.text
    assert "client-1" in page.text
    form = await visitor.get(f"{ENTRA}/edit")
    assert "sso.entityId" not in form.html
    assert "s3cret" not in page.html + form.html
    given = {"name": "Contoso", "kind": "entra", "emailDomains": "contoso.com", "version": version_in(form)}
    assert (await visitor.send(f"{ENTRA}/edit", **given)).status == 303
    assert await admin.services.providers.sso_configuration("entra") == before


def version_in(page):
    return html.unescape(page.html.partition('name="version" value="')[2].partition('"')[0])
