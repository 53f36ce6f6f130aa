"""The system dashboard, without a browser: what needs attention, numbers, latest activities, and who sees what."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scim.admin.attention import LOOKED_AT, AttentionKind, board
from scim.admin.context import Context, Principal
from scim.domain.authority import Permission
from scim.domain.providers import Provider
from scim.domain.sso import SamlConfiguration, Sso, SsoState
from scim.domain.users import UserType
from tests.admin_world import AdminWorld
from tests.certificates import EXPIRED, FIRST
from tests.fakes.rows import CountingRows, FakeRows
from tests.people import Person, technician
from tests.signing_in import SamlProvider
from tests.visitor import Visitor
from tests.world import group, user

PROVIDERS = "/console/administration/accounts/identity-providers"


def boss_of(admin):
    principal = Principal(
        account_id="boss",
        name="Boss",
        user_type=UserType.TECHNICIAN,
        administrator=True,
        verified_at=admin.clock.now(),
    )
    return Context(services=admin.services, principal=principal)


async def switched_off(admin):
    """The provider of the tenant has two users and a group, and is switched off."""
    ids = await admin.world.users(2)
    await admin.world.created("/Groups", group("Helpdesk", ids))
    await admin.done("POST", "/identity-providers/entra/scim:disable", {})


async def test_a_tenant_in_which_all_is_well_says_so_and_has_its_numbers(admin, visitor):
    ids = await admin.world.users(2)
    await admin.world.created("/Groups", group("Helpdesk", ids))
    page = await visitor.get("dashboard")
    assert page.status == 200
    assert "Nothing needs your attention." in page.text
    assert "1 Identity Providers 2 Users managed by SCIM 2 Native users 1 Groups" in page.text
    assert "First steps" not in page.text


async def test_the_latest_activities_name_what_was_done_to_whom_and_by_whom(admin, visitor):
    await admin.world.users(10)
    admin.clock.advance(seconds=5)
    await admin.world.created("/Users", user("li@contoso.com"))
    admin.clock.advance(seconds=5)
    await admin.done("POST", "/organizations", {"name": "Contoso"})
    page = await visitor.get("dashboard")
    assert "Latest activities All activities Organization Created Contoso" in page.text
    assert "boss@contoso.com End User Created li@contoso.com" in page.text
    assert "5 seconds ago · Contoso Entra" in page.text
    assert page.html.partition('class="timeline"')[2].count("<li>\n          <p><strong>") == 10


async def test_what_the_banners_say_is_listed_whole_and_not_repeated_above(admin, visitor):
    for id_ in ("one", "two"):
        await admin.services.providers.create(Provider(id=id_, name=id_.title()))
    page = await visitor.get("dashboard")
    assert 'SCIM provisioning of "One" is on, and it has no token.' in page.text
    assert 'SCIM provisioning of "Two" is on, and it has no token.' in page.text
    assert page.html.count('class="banner"') == 2
    assert f'href="{PROVIDERS}/one/scim" data-dialog>Generate token</a>' in page.html
    assert "more" not in page.text.partition("Needs attention")[2].partition("Numbers")[0]


async def test_a_provider_that_was_switched_off_is_told_with_its_users(admin, visitor):
    """AMB-9."""
    await switched_off(admin)
    page = await visitor.get("dashboard")
    assert (
        "SCIM provisioning of “ Contoso Entra ” is off since 23 Nov 2026 . "
        "2 users can be edited here, and keep access after leaving. Enable SCIM"
    ) in page.text


async def test_people_who_cannot_sign_in_through_their_provider_are_told(admin, visitor):
    """AMB-14."""
    await admin.world.users(2)
    before = await admin.services.providers.get("entra")
    off = Sso(state=SsoState.DISABLED, is_configured=True)
    await admin.services.providers.update(before, replace(before, sso=off))
    page = await visitor.get("dashboard")
    assert (
        'Single sign-on through "Contoso Entra" is disabled. 2 people whom it manages cannot sign in with it.'
        in page.text
    )
    assert f'href="{PROVIDERS}/entra/sso/enable" data-dialog>Enable SSO</a>' in page.html


@pytest.mark.parametrize(
    ("certificates", "now", "told"),
    [
        ([FIRST], datetime(2055, 12, 1, tzinfo=UTC), None),
        (
            [FIRST],
            datetime(2055, 12, 2, tzinfo=UTC),
            "A signing certificate of “ Contoso Entra ” expires on 1 Jan 2056",
        ),
        (
            [FIRST],
            datetime(2056, 1, 1, tzinfo=UTC),
            "The signing certificate of “ Contoso Entra ” expired on 1 Jan 2056",
        ),
        ([FIRST, EXPIRED], datetime(2026, 11, 23, tzinfo=UTC), None),
    ],
)
async def test_signing_certificates_that_expire_are_told_thirty_days_before(admin, certificates, now, told):
    """R097; one that has expired beside a good one is left from the last exchange."""
    before = await admin.services.providers.get("entra")
    sso = Sso(state=SsoState.ENABLED, is_configured=True, since=admin.clock.now())
    connection = SamlConfiguration(
        entity_id="https://idp.example/", sign_on_url="https://idp.example/saml", certificates=tuple(certificates)
    )
    await admin.services.providers.update(before, replace(before, sso=sso), connection)
    admin.clock.moment = now
    page = await (await Visitor.signed_in(admin)).get("dashboard")
    if told is None:
        assert "signing certificate" not in page.text
    else:
        assert told in page.text


async def test_certificates_count_only_while_somebody_signs_in_by_them(admin):
    provider = SamlProvider(admin)
    await provider.connect(SsoState.DISABLED)
    admin.clock.moment = datetime(2028, 1, 1, tzinfo=UTC)
    assert "signing certificate" not in (await (await Visitor.signed_in(admin)).get("dashboard")).text
    await provider.switch(SsoState.ENABLED)
    page = await Visitor(await technician(admin, Permission.VIEW_IDENTITY)).get("dashboard")
    assert "nobody can sign in through it" in page.text
    assert "Import metadata" not in page.text


async def test_accounts_that_wait_for_a_decision_are_told_while_they_wait(admin, visitor):
    """AMB-22."""
    provider = await admin.services.providers.get("entra")
    account = await admin.account("li@contoso.com")
    await admin.services.users.ask_for_adoption(provider, account.id, admin.clock.now())
    await admin.services.users.ask_for_adoption(provider, "settled-otherwise", admin.clock.now())
    page = await visitor.get("dashboard")
    assert "1 native account waits for a decision: “ Contoso Entra ” would manage it. Review" in page.text
    await admin.done("POST", f"/identity-providers/entra/adoptions/{account.id}:reject")
    assert "waits for a decision" not in (await visitor.get("dashboard")).text


async def test_a_long_queue_is_not_read_to_its_end(admin):
    provider = await admin.services.providers.get("entra")
    for number in range(LOOKED_AT + 1):
        account = await admin.account(f"p{number}@contoso.com")
        await admin.services.users.ask_for_adoption(provider, account.id, admin.clock.now())
    (waiting,) = (await board(boss_of(admin))).attention
    assert (waiting.kind, waiting.count.number, waiting.count.is_more) == (AttentionKind.ADOPTIONS, LOOKED_AT, True)
    chief = await Visitor.signed_in(admin)
    assert f"At least {LOOKED_AT} native accounts wait for a decision" in (await chief.get("dashboard")).text


async def test_a_new_tenant_is_led_through_its_first_steps(admin, visitor):
    await admin.services.providers.create(Provider(id="one", name="One", scim_enabled=False))
    entra = await admin.services.providers.get("entra")
    await admin.services.providers.update(entra, replace(entra, name="Aaa"))
    page = await visitor.get("dashboard")
    steps = page.text.partition("First steps")[2].partition("Numbers")[0]
    assert steps == (
        " Add an identity provider (done) Add the organizations of your end users (done) "
        "Enable SCIM provisioning and generate a token (done) Paste address and token into your identity provider "
        "The first users arrive within its next cycle. "
        "Begin : Paste address and token into your identity provider "
    )
    await admin.world.users(1)
    assert "First steps" not in (await visitor.get("dashboard")).text


async def test_the_dashboard_costs_four_reads_and_three_for_each_provider():
    rows = CountingRows(FakeRows())
    admin = await AdminWorld.on(rows)
    for number in range(4):
        await admin.services.providers.create(Provider(id=f"p{number}", name=f"P{number}"))
    rows.reset()
    await board(boss_of(admin))
    assert rows.calls.total() == 4 + 5 * 3


async def test_a_technician_who_sees_identity_finds_no_buttons_that_change_anything(admin):
    await switched_off(admin)
    viewer = Visitor(await technician(admin, Permission.VIEW_IDENTITY))
    page = await viewer.get("dashboard")
    assert "System dashboard" in page.text
    assert "Contoso Entra ” is off since" in page.text
    assert "Enable SCIM" not in page.text
    assert "Add provider" not in page.text
    assert "First steps" not in page.text
    assert "Setup guides" in page.text


@pytest.mark.parametrize(
    ("permission", "seen", "unseen"),
    [
        (Permission.VIEW_ACCOUNTS, "All users", "Organizations"),
        (Permission.VIEW_ORGANIZATIONS, "Organizations", "All users"),
    ],
)
async def test_other_technicians_are_welcomed_with_what_they_may_see(admin, permission, seen, unseen):
    await switched_off(admin)
    page = await Visitor(await technician(admin, permission)).get("dashboard")
    assert (page.status, "Welcome," in page.text) == (200, True)
    content = page.html.partition("<h1>")[2]
    assert seen in content
    assert unseen not in content
    assert "Contoso Entra" not in page.text


async def test_end_users_are_welcomed_with_their_account(admin):
    person = await Person(admin, await admin.account("eva@contoso.com", technician=False)).equip()
    await person.sign_in()
    page = await Visitor(person).get("dashboard")
    assert page.status == 200
    assert "Welcome, eva@contoso.com Your account Type End user Organization 12 Account Security" in page.text
    assert "Quick links" not in page.text
