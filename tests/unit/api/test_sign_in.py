"""Signing in and out, through the API."""

from dataclasses import replace

import pyotp
import pytest

from scim.admin.sessions import IDLE, LONGEST
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person
from tests.world import patch

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


@pytest.fixture
async def ana(admin):
    return await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()


async def test_password_and_code_open_a_session(ana):
    reply = await ana.sign_in()
    assert reply.status == 201
    assert reply.headers["Set-Cookie"].startswith("__Host-rollcall=")
    assert reply.headers["Set-Cookie"].endswith("Path=/; Secure; HttpOnly; SameSite=Strict")
    who = (await ana.call("GET", "/session")).json
    assert (who["accountId"], who["administrator"], who["csrfToken"]) == (ana.user.id, True, ana.csrf)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "wrong"}, "wrong_credentials"),
        ({"email": "nobody@contoso.com"}, "wrong_credentials"),
        ({"code": "000000"}, "wrong_credentials"),
        ({"code": None}, "code_required"),
    ],
)
async def test_less_than_everything_opens_nothing(ana, changes, code):
    reply = await ana.sign_in(**changes)
    assert (reply.status, reply.json["code"]) == (401, code)
    assert "Set-Cookie" not in reply.headers


async def test_what_is_wrong_is_not_told(ana):
    details = {
        (await ana.sign_in(**changes)).json["detail"]
        for changes in ({"password": "wrong"}, {"email": "nobody@contoso.com"}, {"code": "000000"})
    }
    assert len(details) == 1


async def test_a_code_is_good_for_one_sign_in(ana):
    """R015: a used code is refused."""
    code = ana.code()
    assert (await ana.sign_in(code=code)).status == 201
    reply = await ana.sign_in(code=code)
    assert (reply.status, reply.json["code"]) == (401, "used_code")


async def test_a_code_out_of_its_time_is_refused(ana):
    """R015: at most one step early or late."""
    code = ana.code()
    ana.admin.clock.advance(seconds=60)
    assert (await ana.sign_in(code=code)).status == 401


@pytest.mark.parametrize("name", ["ana@contoso.com", "nobody@contoso.com"])
async def test_five_failures_lock_the_name_for_a_quarter_of_an_hour_whoever_it_is(ana, name):
    for _ in range(5):
        assert (await ana.sign_in(email=name, password="wrong")).status == 401
    reply = await ana.sign_in(email=name)
    assert (reply.status, reply.json["code"]) == (429, "locked_out")
    assert 0 < int(reply.headers["Retry-After"]) <= 900
    ana.admin.clock.advance(minutes=15)
    assert (await ana.sign_in(email=name)).status == (201 if name == ana.user.user_name else 401)


async def test_a_sign_in_forgets_earlier_failures(ana):
    for _ in range(3):
        for _ in range(4):
            await ana.sign_in(password="wrong")
        assert (await ana.sign_in()).status == 201


async def test_without_an_app_one_is_set_up_on_the_way(admin):
    """R131."""
    ben = await Person(admin, await admin.account("ben@contoso.com")).equip()
    credentials = await admin.services.credentials.get(ben.user.id)
    await admin.services.credentials.save(replace(credentials, totp_secret=""))
    reply = await ben.sign_in()
    assert (reply.status, reply.json["code"]) == (403, "mfa_enrolment_required")
    assert reply.json["uri"].startswith("otpauth://totp/Rollcall:ben%40contoso.com?secret=")
    ben.secret = reply.json["secret"]
    assert (await ben.sign_in(enrolment=reply.json["enrolment"], code="000000")).status == 403
    assert (await ben.sign_in(enrolment=reply.json["enrolment"])).status == 201
    assert (await ben.sign_in()).status == 201


async def test_a_change_needs_the_header_that_only_the_console_can_set(ana):
    await ana.sign_in()
    for headers in ({"x-csrf-token": ""}, {"x-csrf-token": "0" * 64}, {"origin": "https://evil.example"}):
        reply = await ana.call("DELETE", "/session", headers=headers)
        assert (reply.status, reply.json["code"]) == (403, "csrf")
    assert (await ana.call("DELETE", "/session", headers={"origin": "https://rollcall.example"})).status == 204


async def test_sign_out_ends_the_session_on_the_server(ana):
    await ana.sign_in()
    assert (await ana.call("DELETE", "/session")).status == 204
    assert (await ana.call("GET", "/session")).status == 401


async def test_half_an_hour_without_a_request_ends_a_session(ana):
    await ana.sign_in()
    for _ in range(3):
        ana.admin.clock.advance(seconds=IDLE.total_seconds() - 1)
        assert (await ana.call("GET", "/session")).status == 200
        await ana.admin.world.app.background.drain()
    ana.admin.clock.advance(seconds=IDLE.total_seconds())
    assert (await ana.call("GET", "/session")).status == 401


async def test_twelve_hours_end_a_session(ana):
    await ana.sign_in()
    for _ in range(int(LONGEST / IDLE) * 2 - 1):
        ana.admin.clock.advance(seconds=IDLE.total_seconds() / 2)
        assert (await ana.call("GET", "/session")).status == 200
        await ana.admin.world.app.background.drain()
    ana.admin.clock.advance(seconds=IDLE.total_seconds() / 2)
    assert (await ana.call("GET", "/session")).status == 401


async def test_deactivation_by_scim_ends_sessions_for_good(ana):
    """R018: sign-in is refused, and a session does not come back to life with the account."""
    await ana.admin.account("carl@contoso.com", administrator=True)
    await ana.sign_in()
    world, path = ana.admin.world, f"/Users/{ana.user.id}"
    await adopt(ana)
    assert (await world.call("PATCH", path, patch(("replace", "active", False)))).status == 200
    assert (await ana.call("GET", "/session")).status == 401
    reply = await ana.sign_in()
    assert (reply.status, reply.json["code"]) == (401, "account_inactive")
    ana.admin.clock.advance(seconds=1)
    await world.call("PATCH", path, patch(("replace", "active", True)))
    assert (await ana.call("GET", "/session")).status == 401
    assert (await ana.sign_in()).status == 201


async def test_a_change_of_type_ends_sessions(admin):
    """AMB-23."""
    tess = await Person(admin, await admin.account("tess@contoso.com")).equip()
    await tess.sign_in()
    admin.clock.advance(seconds=1)
    change = patch(
        ("replace", "urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User:userType", "endUser"),
        ("replace", "urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User:organizationId", "12"),
    )
    assert (await admin.world.call("PATCH", f"/Users/{tess.user.id}", change)).status == 200
    assert (await tess.call("GET", "/session")).status == 401


async def adopt(person):
    """Make the account the provider's; administrators are adopted by an administrator only."""
    users, world = person.admin.world.app.users, person.admin.world
    before = await users.get("native", person.user.id)
    await users.update(before, replace(before, provider=world.provider.id), world.activity(before.id))


@pytest.mark.parametrize(
    "cookie", ["", "x", "a.b", "__Host-rollcall=", "__Host-rollcall=a.b", "__Host-rollcall=\x00.\x00"]
)
async def test_what_is_no_session_opens_nothing(ana, cookie):
    ana.cookie = cookie
    assert (await ana.call("GET", "/session")).status == 401


async def test_sessions_are_listed_and_ended(ana):
    await ana.sign_in()
    first = ana.cookie
    await ana.sign_in()
    sessions = (await ana.call("GET", "/me/sessions")).json["items"]
    assert [each["current"] for each in sessions] == [True, False]
    assert (await ana.call("DELETE", f"/me/sessions/{sessions[1]['id']}")).status == 204
    assert (await ana.call("GET", "/session", headers={"cookie": first})).status == 401
    assert (await ana.call("GET", "/session")).status == 200


async def test_a_new_password_ends_every_session(ana):
    await ana.sign_in()
    body = {"currentPassword": ana.password, "newPassword": "a river of small blue lanterns", "code": ana.code()}
    assert (await ana.call("PUT", "/me/password", body | {"newPassword": "password1234"})).status == 400
    assert (await ana.call("PUT", "/me/password", body | {"currentPassword": "wrong"})).status == 403
    assert (await ana.call("PUT", "/me/password", body)).status == 204
    assert (await ana.call("GET", "/session")).status == 401
    assert (await ana.sign_in()).status == 401
    ana.password = body["newPassword"]
    assert (await ana.sign_in()).status == 201


async def test_a_new_app_takes_a_code_of_the_old_one(ana):
    """R131."""
    await ana.sign_in()
    offer = (await ana.call("POST", "/me/mfa:begin")).json
    old, ana.secret = ana.secret, offer["secret"]
    code = ana.code()
    assert (await ana.call("PUT", "/me/mfa", {"enrolment": offer["enrolment"], "code": code})).status == 400
    current = pyotp.TOTP(old).at(int(ana.admin.clock.now().timestamp()))
    body = {"enrolment": offer["enrolment"], "code": code, "currentCode": current}
    assert (await ana.call("PUT", "/me/mfa", body)).status == 204
    assert (await ana.call("GET", "/session")).status == 401
    assert (await ana.sign_in()).status == 201


async def test_nothing_secret_is_stored_or_told(ana, caplog):
    caplog.set_level("DEBUG")
    await ana.sign_in()
    await ana.sign_in(password="wrong password, told to nobody")
    world = ana.admin.world
    stored = repr(world.rows.contents("config")) + repr(world.rows.contents("directory"))
    secret = ana.cookie.partition("=")[2].partition(".")[2]
    for text in (ana.password, ana.secret, secret, "told to nobody"):
        assert text not in stored
        assert text not in caplog.text
