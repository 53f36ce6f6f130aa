"""Banners: what needs attention, most urgent first."""

from datetime import timedelta

import pytest

from scim.domain.authority import Permission
from scim.domain.providers import Provider
from scim.domain.tokens import TokenUse
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
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
        (each["kind"], each["providerId"], each["daysLeft"]) for each in (await boss.done("GET", "/banners"))["items"]
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


async def test_what_was_revoked_or_is_off_needs_no_banner(admin):
    off = Provider(id="off", name="Off", scim_enabled=False)
    await admin.services.providers.create(off)
    ana = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await ana.sign_in()
    token = await generated(admin)
    expires = await expiry(admin, token)
    path = f"/identity-providers/fabrikam/scim/tokens/{token['id']}:revoke"
    proof = await ana.proof("revokeToken", token["id"])
    assert (await ana.call("POST", path, headers={"x-step-up-proof": proof})).status == 200
    assert {each[1] for each in await banners_at(admin, expires)} == {"entra"}


async def test_who_may_not_see_providers_is_told_nothing(admin):
    await generated(admin)
    admin.clock.advance(days=200)
    tess = await technician(admin, Permission.VIEW_ACCOUNTS)
    assert (await tess.call("GET", "/banners")).json == {"items": []}
    tina = await technician(admin, Permission.VIEW_IDENTITY)
    assert len((await tina.call("GET", "/banners")).json["items"]) == 2
