"""Banners: what needs attention, most urgent first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from scim.admin.banners import banners
from scim.admin.context import Context, Principal
from scim.domain.authority import Permission
from scim.domain.providers import Provider
from scim.domain.sso import Sso, SsoState
from scim.domain.tokens import TokenUse
from scim.domain.users import UserType
from scim.errors import Unavailable
from tests.admin_world import AdminWorld
from tests.fakes.rows import CountingRows, FakeRows
from tests.people import Person, technician

PROVIDER = Provider(id="fabrikam", name="Fabrikam Okta")


@pytest.fixture
async def admin():
    admin = await AdminWorld.on(FakeRows())
    await admin.services.providers.create(PROVIDER)
    return admin


async def generated(admin, provider_id=PROVIDER.id):
    return await admin.done("POST", f"/identity-providers/{provider_id}/scim/tokens", {})


async def banners_at(admin, moment):
    """What an administrator is told then: kind, provider, days left."""
    admin.clock.moment = moment
    boss = await admin.as_(await admin.account(f"{moment.timestamp()}@contoso.com", administrator=True))
    return [
        (each["kind"], each["providerId"], each.get("daysLeft"))
        for each in (await boss.done("GET", "/banners"))["items"]
    ]


async def expiry(admin, token):
    return (await admin.services.tokens.get(token["id"])).expires_at


async def test_there_is_a_banner_from_sixty_days_before_the_expiry_on(admin):
    """R033, R034."""
    admin.clock.advance(days=1)
    expires = await expiry(admin, await generated(admin))
    entra = expires - timedelta(days=1)
    moments = [
        (entra - timedelta(days=60, seconds=1), []),
        (expires - timedelta(days=60, seconds=1), [("tokenExpiring", "entra", 60)]),
        (
            expires - timedelta(days=14),
            [("tokenExpiring", "entra", 13), ("tokenExpiring", "fabrikam", 14)],
        ),
        (entra, [("tokenExpired", "entra", 0), ("tokenExpiring", "fabrikam", 1)]),
        (expires, [("tokenExpired", "entra", 0), ("tokenExpired", "fabrikam", 0)]),
    ]
    for moment, told in moments:
        assert await banners_at(admin, moment) == told, moment


async def test_a_banner_says_what_to_do(admin):
    token = await generated(admin)
    admin.clock.moment = await expiry(admin, token) - timedelta(days=41)
    boss = await admin.as_(await admin.account("carl@contoso.com", administrator=True))
    found = (await boss.done("GET", "/banners"))["items"]
    (banner,) = [each for each in found if each["providerId"] == PROVIDER.id]
    assert banner["detail"] == (
        f'The SCIM token ••••{token["lastFour"]} of "Fabrikam Okta" expires on 23 May 2027 (41 days). Rotate it.'
    )
    assert banner["tokenId"] == token["id"]


async def test_during_a_rotation_the_token_that_the_provider_uses_counts(admin):
    old = await generated(admin)
    moment = await expiry(admin, old) - timedelta(days=5)
    admin.clock.moment = moment
    boss = await admin.as_(await admin.account("carl@contoso.com", administrator=True))
    new = await boss.done("POST", "/identity-providers/fabrikam/scim/tokens:rotate", {})
    assert ("tokenExpiring", "fabrikam", 5) in await banners_at(admin, moment)

    await admin.services.tokens.record_use(new["id"], TokenUse(moment))
    moment += timedelta(minutes=1)
    assert [each for each in await banners_at(admin, moment) if each[1] == "fabrikam"] == []


async def test_without_a_live_token_that_is_told_until_there_is_one(admin):
    """R034."""
    moment = admin.clock.moment
    assert await banners_at(admin, moment) == [("noToken", "fabrikam", None)]
    ana = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await ana.sign_in()
    token = await generated(admin)
    assert await banners_at(admin, moment + timedelta(minutes=1)) == []
    path = f"/identity-providers/fabrikam/scim/tokens/{token['id']}:revoke"
    proof = await ana.proof("revokeToken", token["id"])
    assert (await ana.call("POST", path, headers={"x-step-up-proof": proof})).status == 200
    assert await banners_at(admin, moment + timedelta(minutes=2)) == [("noToken", "fabrikam", None)]


async def test_a_token_that_could_not_be_generated_counts_for_none(admin):
    vault = admin.world.app.vault
    working, vault.set_enabled = vault.set_enabled, not_answering
    assert (await admin.call("POST", "/identity-providers/fabrikam/scim/tokens", {})).status == 503
    vault.set_enabled = working
    assert await banners_at(admin, admin.clock.moment) == [("noToken", "fabrikam", None)]


async def not_answering(*_arguments, **_options):
    raise Unavailable


async def test_a_provider_that_does_not_provision_needs_no_token(admin):
    await admin.services.providers.create(Provider(id="off", name="Off", scim_enabled=False))
    assert {each[1] for each in await banners_at(admin, admin.clock.moment)} == {"fabrikam"}


async def test_people_who_cannot_sign_in_any_more_are_told_last(admin):
    """R034, AMB-14."""
    for id_ in ("okta", "nobody"):
        off = Sso(state=SsoState.DISABLED, is_configured=True)
        await admin.services.providers.create(Provider(id=id_, name=id_.title(), scim_enabled=False, sso=off))
    okta = await admin.services.providers.get("okta")
    await admin.services.users.create(*await owned_by(admin, okta))
    assert [each[:2] for each in await banners_at(admin, admin.clock.moment)] == [
        ("noToken", "fabrikam"),
        ("ssoDisabled", "okta"),
    ]
    (banner,) = [each for each in (await admin.done("GET", "/banners"))["items"] if each["kind"] == "ssoDisabled"]
    assert banner == {
        "kind": "ssoDisabled",
        "detail": 'Single sign-on through "Okta" is disabled. 1 person whom it manages cannot sign in with it.',
        "providerId": "okta",
    }


async def owned_by(admin, provider):
    """A user whom a provider manages, and the record of it."""
    native = await admin.account(f"{provider.id}@contoso.com")
    made = replace(native, id=admin.services.identifiers.new(), provider=provider.id, version="")
    text = native.text.replace(native.user_name, f"li@{provider.id}.com")
    return replace(made, text=text), admin.world.activity(made.id, provider.id)


async def test_banners_cost_two_reads_however_many_providers_there_are():
    """Every page asks for them."""
    rows = CountingRows(FakeRows())
    admin = await AdminWorld.on(rows)
    for number in range(10):
        await admin.services.providers.create(Provider(id=f"p{number}", name=f"P{number}"))
        await generated(admin, f"p{number}")
    boss = Principal(
        account_id="boss",
        name="Boss",
        user_type=UserType.TECHNICIAN,
        administrator=True,
        verified_at=admin.clock.now(),
    )
    rows.reset()
    assert await banners(Context(services=admin.services, principal=boss)) == []
    assert rows.calls.total() == 2


async def test_who_may_not_see_providers_is_told_nothing(admin):
    await generated(admin)
    admin.clock.advance(days=200)
    tess = await technician(admin, Permission.VIEW_ACCOUNTS)
    assert (await tess.call("GET", "/banners")).json == {"items": []}
    tina = await technician(admin, Permission.VIEW_IDENTITY)
    assert len((await tina.call("GET", "/banners")).json["items"]) == 2
