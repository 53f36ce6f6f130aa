"""The first administrator, invitations, and resets."""

import asyncio

import pytest

from scim.admin.set_up import SECRET_NAME
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import activities, directory
from tests.people import PASSWORD, Person
from tests.world import World, user

SECRET = "a secret that is long enough"


@pytest.fixture
async def fresh():
    """A tenant without an administrator."""
    admin = AdminWorld(await World.on(FakeRows()), "")
    await admin.services.secrets.set(SECRET_NAME, SECRET)
    return admin


async def begun(admin, email="ana@contoso.com", secret=SECRET):
    """What the second step takes, and the person."""
    offer = (await admin.call("POST", "/set-up:begin", {"secret": secret, "email": email})).json
    ana = Person(admin, None)
    ana.secret = offer["secret"]
    return ana, {
        "secret": secret,
        "email": email,
        "givenName": "Ana",
        "familyName": "Ruiz",
        "password": PASSWORD,
        "enrolment": offer["enrolment"],
        "code": ana.code(),
    }


async def test_the_secret_makes_the_first_administrator_who_is_signed_in(fresh):
    ana, body = await begun(fresh)
    reply = await fresh.call("POST", "/set-up", body)
    assert reply.status == 201
    assert reply.json["administrator"]
    ana.take(reply)
    assert (await ana.call("GET", "/session")).json["name"] == "Ana Ruiz"


async def test_the_secret_works_once(fresh):
    _, body = await begun(fresh)
    assert (await fresh.call("POST", "/set-up", body)).status == 201
    for path, again in (("/set-up", body), ("/set-up:begin", {"secret": SECRET, "email": "ben@contoso.com"})):
        reply = await fresh.call("POST", path, again)
        assert (reply.status, reply.json["code"]) == (409, "already_set_up")
    assert await fresh.services.secrets.get(SECRET_NAME) is None


async def test_of_two_who_use_the_secret_at_once_one_becomes_administrator(fresh):
    bodies = [(await begun(fresh, f"{name}@contoso.com"))[1] for name in ("ana", "ben")]
    replies = await asyncio.gather(*(fresh.call("POST", "/set-up", body) for body in bodies))
    assert min(reply.status for reply in replies) == 201
    assert sum(reply.status == 201 for reply in replies) == 1


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x"])
async def test_another_secret_opens_nothing(fresh, secret):
    reply = await fresh.call("POST", "/set-up:begin", {"secret": secret or " ", "email": "ana@contoso.com"})
    assert (reply.status, reply.json["code"]) == (403, "wrong_secret")


@pytest.mark.parametrize("stored", [None, "", "short"])
async def test_a_missing_or_short_secret_in_the_vault_matches_nothing(stored):
    admin = AdminWorld(await World.on(FakeRows()), "")
    if stored is not None:
        await admin.services.secrets.set(SECRET_NAME, stored)
    reply = await admin.call("POST", "/set-up:begin", {"secret": stored or " ", "email": "ana@contoso.com"})
    assert reply.status == 403


async def test_a_secret_that_came_from_a_file_is_the_secret_without_the_end_of_its_line(fresh):
    """`az keyvault secret set --file` puts the file into the vault as it is."""
    await fresh.services.secrets.set(SECRET_NAME, SECRET + "\n")
    await begun(fresh)


async def test_a_secret_of_blanks_matches_nothing(fresh):
    await fresh.services.secrets.set(SECRET_NAME, " " * 20)
    reply = await fresh.call("POST", "/set-up:begin", {"secret": " " * 20, "email": "ana@contoso.com"})
    assert (reply.status, reply.json["code"]) == (403, "wrong_secret")


async def test_a_bad_password_or_code_uses_nothing_up(fresh):
    _, body = await begun(fresh)
    assert (await fresh.call("POST", "/set-up", body | {"password": "ana@contoso.com1"})).status == 400
    assert (await fresh.call("POST", "/set-up", body | {"code": "000000"})).status == 403
    assert (await fresh.call("POST", "/set-up", body)).status == 201


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


async def invitation_of(admin, account_id):
    url = (await admin.done("POST", f"/users/{account_id}:invite"))["url"]
    assert url.startswith("https://rollcall.example/console/invitation#")
    return url.partition("#")[2]


async def test_an_invitation_lets_a_native_account_choose_its_password(admin):
    ben = Person(admin, await admin.account("ben@contoso.com"))
    invitation = await invitation_of(admin, ben.user.id)
    opened = (await ben.call("POST", "/invitation:begin", {"invitation": invitation})).json
    assert opened["userName"] == "ben@contoso.com"
    ben.secret = opened["enrolment"]["secret"]
    body = {
        "invitation": invitation,
        "password": PASSWORD,
        "enrolment": opened["enrolment"]["enrolment"],
        "code": ben.code(),
    }
    reply = await ben.call("POST", "/invitation:accept", body)
    assert reply.status == 200
    ben.take(reply)
    assert (await ben.call("GET", "/session")).status == 200
    again = await ben.call("POST", "/invitation:accept", body)
    assert (again.status, again.json["code"]) == (403, "invitation_over")
    assert (await ben.sign_in()).status == 201


async def test_an_invitation_lives_a_day(admin):
    ben = await admin.account("ben@contoso.com")
    invitation = await invitation_of(admin, ben.id)
    admin.clock.advance(hours=24)
    reply = await admin.call("POST", "/invitation:begin", {"invitation": invitation})
    assert (reply.status, reply.json["code"]) == (403, "invitation_over")


async def test_a_link_alone_does_not_stand_for_the_second_factor(admin):
    ben = await Person(admin, await admin.account("ben@contoso.com")).equip()
    invitation = await invitation_of(admin, ben.user.id)
    ben.password = "a river of small blue lanterns"
    reply = await ben.call("POST", "/invitation:accept", {"invitation": invitation, "password": ben.password})
    assert reply.status == 200
    assert "Set-Cookie" not in reply.headers
    assert (await ben.sign_in()).status == 201


async def test_who_is_managed_by_scim_gets_no_invitation(admin):
    """R010, R011: neither for a password nor for an authenticator app."""
    user_id = await admin.world.created("/Users", user("eve@contoso.com"))
    reply = await admin.call("POST", f"/users/{user_id}:invite")
    assert (reply.status, reply.json["code"]) == (409, "managed_by_scim")


@pytest.fixture
async def ana(admin):
    person = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await person.sign_in()
    return person


async def test_a_reset_takes_the_app_and_ends_sessions(admin, ana):
    """AMB-10, R131."""
    ben = await Person(admin, await admin.account("ben@contoso.com")).equip()
    await ben.sign_in()
    path = f"/users/{ben.user.id}:resetMfa"
    assert (await ana.call("POST", path)).json["code"] == "mfa_required"
    proof = {"x-step-up-proof": await ana.proof("resetMfa", ben.user.id)}
    assert (await ana.call("POST", path, headers=proof)).status == 204
    assert (await ben.call("GET", "/session")).status == 401
    assert (await ben.sign_in()).json["code"] == "mfa_enrolment_required"


async def test_the_last_administrator_who_can_sign_in_keeps_the_app(admin, ana):
    """AMB-11, R131."""
    boss = next(key for key, active in (await guard(admin)).items() if key != ana.user.id and active)
    for account, status in ((boss, 204), (ana.user.id, 409)):
        proof = {"x-step-up-proof": await ana.proof("resetMfa", account)}
        reply = await ana.call("POST", f"/users/{account}:resetMfa", headers=proof)
        assert reply.status == status, reply
    assert reply.json["code"] == "last_administrator"
    assert (await ana.call("GET", "/session")).status == 200


async def guard(admin):
    states, _ = await admin.services.administrator_guard._states()
    return states


async def test_a_technician_may_do_none_of_it(admin):
    tess = await Person(admin, await admin.account("tess@contoso.com")).equip()
    await tess.sign_in()
    for path in (
        f"/users/{tess.user.id}:invite",
        f"/users/{tess.user.id}:resetMfa",
        f"/users/{tess.user.id}:endSessions",
    ):
        reply = await tess.call("POST", path)
        assert (reply.status, reply.json["code"]) == (403, "denied")


async def test_an_organization_sees_what_becomes_of_the_sign_in_of_its_own(admin, ana):
    """AMB-28."""
    eve = Person(admin, await admin.account("eve@contoso.com", technician=False, organization="12"))
    invitation = (await admin.done("POST", f"/users/{eve.user.id}:invite"))["url"].partition("#")[2]
    offer = (await admin.call("POST", "/invitation:begin", {"invitation": invitation})).json["enrolment"]
    eve.secret = offer["secret"]
    body = {"invitation": invitation, "password": PASSWORD, "enrolment": offer["enrolment"], "code": eve.code()}
    assert (await eve.call("POST", "/invitation:accept", body)).status < 300
    assert (await eve.sign_in()).status == 201
    await admin.done("POST", f"/users/{eve.user.id}:endSessions")
    proof = {"x-step-up-proof": await ana.proof("resetMfa", eve.user.id)}
    assert (await ana.call("POST", f"/users/{eve.user.id}:resetMfa", headers=proof)).status == 204
    while (await eve.sign_in(password="a wrong one, again and again")).status != 429:
        pass

    everything = [each for each in activities(await directory(admin.world.rows)) if each["subject_id"] == eve.user.id]
    found = [each for each in everything if each["actor"]["kind"] == "account"]
    assert {each["status"] for each in found} >= {
        "Account Updated",
        "Password Changed",
        "MFA Enrolled",
        "Signed In",
        "MFA Reset",
        "Sign-in Locked",
    }
    assert [each for each in found if each.get("organizations") != ["12"]] == []
