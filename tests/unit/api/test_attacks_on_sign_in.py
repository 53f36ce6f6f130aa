"""What people try who want to act as somebody else."""

import asyncio
import json
from dataclasses import replace
from threading import Barrier, Lock

import pyotp
import pytest

from scim.admin import sign_in
from scim.admin.context import Context
from scim.admin.passwords import AT_ONCE, Passwords
from scim.admin.problems import Denied
from scim.admin.sessions import Ticket, signed_in_by
from scim.admin.sign_in import Attempt
from scim.admin.step_up import CriticalAction, require_proof
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person
from tests.world import QUICK_PASSWORDS, patch

NEW_PASSWORD = "a river of small blue lanterns"


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


@pytest.fixture
async def ana(admin):
    return await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()


async def signed_in(person):
    assert (await person.sign_in()).status == 201
    return person


# Guessing


@pytest.mark.parametrize("name", ["ana@contoso.com", "nobody@contoso.com"])
async def test_many_passwords_at_once_are_counted_like_one_after_another(ana, name):
    code = ana.code()
    guesses = [f"guess {number}" for number in range(9)] + [ana.password] * 20
    replies = await asyncio.gather(*(ana.sign_in(email=name, password=guess, code=code) for guess in guesses))
    assert [reply.status for reply in replies[:9]].count(401) <= 5
    assert {reply.status for reply in replies} <= {401, 429}


async def test_many_codes_at_once_are_counted_like_one_after_another(ana):
    """R015."""
    right = ana.code()
    wrong = [f"{(int(right) + number) % 10**6:06d}" for number in range(1, 200)]
    replies = await asyncio.gather(*(ana.sign_in(code=code) for code in [*wrong, right]))
    assert 201 not in {reply.status for reply in replies}


async def test_wrong_codes_lock_the_account_and_are_recorded_once(ana):
    for _ in range(4):
        assert (await ana.sign_in(code="000000")).status == 401
    for _ in range(3):
        assert (await ana.sign_in(code="000000")).status == 429
    assert (await ana.sign_in()).status == 429
    ana.admin.clock.advance(minutes=15)
    await signed_in(ana)
    assert await recorded(ana.admin, "Sign-in locked") == 1


async def recorded(admin, status):
    """How many activities have a label, wherever they are kept."""
    rows = {**admin.world.rows.contents("directory"), **admin.world.rows.contents("activities")}
    return sum(status.lower() in str(columns).lower() for columns in rows.values())


async def test_a_stolen_session_is_no_way_to_guess_the_password(ana):
    await signed_in(ana)
    body = {"currentPassword": "a guess", "newPassword": NEW_PASSWORD, "code": ana.code()}
    assert [(await ana.call("PUT", "/me/password", body)).status for _ in range(6)] == [403] * 5 + [429]
    assert (await ana.call("PUT", "/me/password", body | {"currentPassword": ana.password})).status == 429


async def test_a_right_password_is_forgiven_what_was_mistyped_before(ana):
    for _ in range(4):
        await ana.sign_in(password="mistyped")
    assert (await ana.sign_in(code=None)).json["code"] == "code_required"
    for _ in range(4):
        await ana.sign_in(password="mistyped")
    await signed_in(ana)


async def test_few_passwords_are_hashed_at_the_same_time():
    """Each takes memory, and anybody may ask for one."""

    class Busy:
        def __init__(self):
            self.pair, self.lock, self.at_once, self.most = Barrier(AT_ONCE, timeout=10), Lock(), 0, 0

        def verify(self, _hashed, _password):
            with self.lock:
                self.at_once += 1
                self.most = max(self.most, self.at_once)
            self.pair.wait()  # whoever else may run has come in by now
            with self.lock:
                self.at_once -= 1
            return True

    passwords, busy = Passwords(), Busy()
    passwords.__dict__["_hasher"] = busy
    assert all(await asyncio.gather(*(passwords.matches("x", "y") for _ in range(20 * AT_ONCE))))
    assert busy.most == AT_ONCE


# Replaying


async def test_of_two_sign_ins_with_one_code_at_once_one_succeeds(ana):
    """R015."""
    code = ana.code()
    replies = await asyncio.gather(*(ana.sign_in(code=code) for _ in range(4)))
    assert sorted(reply.status for reply in replies) == [201, 401, 401, 401]


async def test_a_code_that_is_older_than_the_last_one_is_used_too(ana):
    """R015."""
    old, new = ana.code(), ana.code()
    assert (await ana.sign_in(code=new)).status == 201
    assert (await ana.sign_in(code=old)).json["code"] == "used_code"


async def test_of_two_who_set_up_an_app_at_once_one_is_signed_in(ana):
    """R131."""
    services = ana.admin.services
    await services.credentials.save(replace(await services.credentials.get(ana.user.id), totp_secret=""))
    offers = [(await ana.sign_in()).json for _ in range(2)]
    moment = int(ana.admin.clock.now().timestamp())
    attempts = [(offer["enrolment"], pyotp.TOTP(offer["secret"]).at(moment)) for offer in offers]
    replies = await asyncio.gather(*(ana.sign_in(enrolment=offer, code=code) for offer, code in attempts))
    assert sorted(reply.status for reply in replies) in ([201, 401], [201, 403])


async def test_of_two_changes_with_one_proof_at_once_one_is_made(ana):
    """R013, R014."""
    await signed_in(ana)
    proof, context = await ana.proof("revokeToken", "t1"), await context_of(ana)
    changes = (require_proof(context, proof, CriticalAction.REVOKE_TOKEN, "t1") for _ in range(5))
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(Denied) == 4


async def test_a_proof_of_one_session_is_none_in_another(ana):
    """R013, R014."""
    await signed_in(ana)
    proof = await ana.proof("revokeToken", "t1")
    await signed_in(ana)
    with pytest.raises(Denied):
        await require_proof(await context_of(ana), proof, CriticalAction.REVOKE_TOKEN, "t1")


async def context_of(person):
    """The newest session's."""
    ticket = Ticket.parse(person.cookie.partition("=")[2])
    return Context(services=person.admin.services, principal=await signed_in_by(person.admin.services, ticket))


# Sessions that should not be


async def test_a_sign_in_with_a_password_that_is_changed_meanwhile_opens_nothing(ana):
    """The session that such a sign-in gives has ended with the change."""
    await signed_in(ana)
    change = {"currentPassword": ana.password, "newPassword": NEW_PASSWORD, "code": ana.code()}

    class Slow(Passwords):
        async def matches(self, password, hashed):
            is_right = await super().matches(password, hashed)
            ana.admin.clock.advance(seconds=1)
            assert (await ana.call("PUT", "/me/password", change)).status == 204
            ana.admin.clock.advance(seconds=1)
            return is_right

    slow = Slow(**{name: getattr(QUICK_PASSWORDS, name) for name in ("time_cost", "memory_kib", "parallelism")})
    services = replace(ana.admin.services, passwords=slow)
    code = pyotp.TOTP(ana.secret).at(int(ana.admin.clock.now().timestamp()) + 30)
    _, ticket = await sign_in.sign_in(services, Attempt(name=ana.user.user_name, password=ana.password, code=code))
    ana.cookie = f"__Host-rollcall={ticket}"
    assert (await ana.call("GET", "/session")).status == 401


async def test_a_sign_in_takes_no_session_over(ana):
    await signed_in(ana)
    before = ana.cookie
    reply = await ana.call(
        "POST", "/session", {"email": ana.user.user_name, "password": ana.password, "code": ana.code()}
    )
    assert reply.headers["Set-Cookie"].partition(";")[0] != before


async def test_sign_out_ends_one_session_and_a_copy_of_its_cookie(ana):
    await signed_in(ana)
    other = Person(ana.admin, ana.user)
    other.secret = ana.secret
    await signed_in(other)
    assert (await ana.call("DELETE", "/session")).status == 204
    assert (await ana.call("GET", "/session")).status == 401
    assert (await other.call("GET", "/session")).status == 200


async def test_nobody_ends_the_sessions_of_somebody_else(admin, ana):
    tess = await signed_in(await Person(admin, await admin.account("tess@contoso.com")).equip())
    await signed_in(ana)
    (session,) = (await ana.call("GET", "/me/sessions")).json["items"]
    assert (await tess.call("DELETE", f"/me/sessions/{session['id']}")).status == 404
    assert (await tess.call("POST", f"/users/{ana.user.id}:endSessions")).status == 403
    assert (await ana.call("GET", "/session")).status == 200


@pytest.mark.parametrize(
    "cookies",
    [
        "{0}; {0}",
        "a=b; {0}x",
        "x{0}",
        "\u00a0{0}",
        "\x0b{0}",
        "\x85{0}",
        '__Host-rollcall="{1}"',
        "__host-rollcall={1}",
        "__Host-rollcall ={1}",
        "$Version=1; __Secure-rollcall={1}",
        "a=b, {0}",
    ],
)
async def test_another_cookie_is_no_session(ana, cookies):
    await signed_in(ana)
    ticket = ana.cookie.partition("=")[2]
    ana.cookie = cookies.format(ana.cookie, ticket)
    assert (await ana.call("GET", "/session")).status == 401


@pytest.mark.parametrize("cookies", ['a={{"b": 1}}; {0}', "{0};", "a; b[=c;{0}; d=\x00", 'q="unclosed; {0}', ";;{0}"])
async def test_other_cookies_do_not_harm_a_session(ana, cookies):
    await signed_in(ana)
    ana.cookie = cookies.format(ana.cookie)
    assert (await ana.call("GET", "/session")).status == 200


# Other sites, other credentials


async def test_another_site_signs_nobody_in(ana):
    body = {"email": ana.user.user_name, "password": ana.password, "code": ana.code()}
    for origin in ("https://evil.example", "null", "https://rollcall.example.evil.example", "http://rollcall.example"):
        reply = await ana.call("POST", "/session", body, headers={"origin": origin})
        assert (reply.status, reply.json["code"]) == (403, "csrf")
    assert (await ana.call("POST", "/session", body, headers={"origin": "https://rollcall.example"})).status == 201


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer null", "Bearer {0}, Bearer {0}", "Bearer {0} x", "Basic {0}", "{0}", "Bearer{0}"],
)
async def test_exactly_one_access_token_signs_in(admin, authorization):
    reply = await AdminWorld(admin.world, "").call(
        "GET", "/session", headers={"Authorization": authorization.format(admin.token)}
    )
    assert (reply.status, reply.json["code"]) == (401, "sign_in_required")


async def test_a_wrong_token_is_not_made_good_by_a_session(ana):
    await signed_in(ana)
    reply = await ana.call("GET", "/session", headers={"authorization": "Bearer rcp_x"})
    assert reply.status == 401


@pytest.mark.parametrize("name", ["x-ms-client-principal", "x-ms-client-principal-id", "x-forwarded-user", "x-user"])
async def test_no_other_header_signs_in(admin, name):
    admin.token = ""
    assert (await admin.call("GET", "/session", headers={name: "boss@contoso.com"})).status == 401
    reply = await admin.call("GET", "/session", headers={"x-http-method-override": "POST"})
    assert reply.status == 401


async def test_tokens_of_providers_and_of_people_open_one_door_each(ana):
    world = ana.admin.world
    provisioning = AdminWorld(world, world.token)
    assert (await provisioning.call("GET", "/session")).status == 401
    await signed_in(ana)
    script = await ana.admin.as_(ana.user)
    for headers in ({"authorization": f"Bearer {script.token}"}, {"authorization": "", "cookie": ana.cookie}):
        assert (await world.call("GET", "/Users", headers=headers)).status == 401


async def test_a_stolen_access_token_does_not_change_how_its_owner_signs_in(admin):
    """R131: also not of an owner who has no authenticator app yet."""
    enrolment = {"enrolment": "x", "code": "123456"}
    password = {"currentPassword": "x", "newPassword": NEW_PASSWORD, "code": "123456"}
    for method, path, body in (
        ("POST", "/me/mfa:begin", None),
        ("PUT", "/me/mfa", enrolment),
        ("PUT", "/me/password", password),
        ("POST", "/session:verify", {"code": "123456"}),
        ("POST", "/me/access-tokens", {"label": "another"}),
    ):
        reply = await admin.call(method, path, body)
        assert (reply.status, reply.json["code"]) == (403, "session_required")


async def test_an_access_token_does_not_come_back_with_its_owner(ana):
    """R018."""
    script, world = await ana.admin.as_(ana.user), ana.admin.world
    await ana.admin.account("carl@contoso.com", administrator=True)
    before = await world.app.users.get("native", ana.user.id)
    await world.app.users.update(before, replace(before, provider=world.provider.id), world.activity(before.id))
    for active in (False, True):
        ana.admin.clock.advance(seconds=1)
        path, change = f"/Users/{ana.user.id}", patch(("replace", "active", active))
        assert (await world.call("PATCH", path, change)).status == 200
        assert (await script.call("GET", "/session")).status == 401


async def test_an_invitation_is_over_when_scim_takes_the_account(admin):
    """R010, R011."""
    ben = await admin.account("ben@contoso.com")
    url = (await admin.done("POST", f"/users/{ben.id}:invite"))["url"]
    assert (await admin.world.call("PATCH", f"/Users/{ben.id}", patch(("replace", "active", True)))).status == 200
    assert (await admin.services.accounts.get(ben.id)).provider == admin.world.provider.id
    reply = await admin.call("POST", "/invitation:begin", {"invitation": url.partition("#")[2]})
    assert (reply.status, reply.json["code"]) == (403, "invitation_over")


# Bodies


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b'{"email":"a","password":"' + b"x" * 300_000 + b'"}', 413),
        ({"content-type": "text/plain"}, b"{}", 415),
        ({"content-type": "application/x-www-form-urlencoded"}, b"email=a", 415),
        ({"content-encoding": "gzip"}, b"{}", 415),
        ({}, b'{"email":"a","password":"b","administrator":true}', 400),
        ({}, b'{"email":"a","password":"b","password":"c"}', 400),
        ({}, b'{"email":["a"],"password":"b"}', 400),
        ({}, b'{"email":"a","password":NaN}', 400),
        ({}, b"[" * 100_000, 400),
        ({}, b'{"' + b"x" * 100_000 + b'":1}', 400),
    ],
)
async def test_a_body_that_is_none_is_refused_before_anything_is_tried(ana, headers, body, status):
    reply = await ana.admin.call("POST", "/session", body, headers=headers)
    assert reply.status == status
    assert len(json.dumps(reply.json)) < 2_000
    assert not [key for key in ana.admin.world.rows.contents("config") if key[0] == "attempt"]


async def test_a_name_is_one_name_however_it_is_written(ana):
    """A lock-out is not got round by another spelling."""
    for name in ("ana@contoso.com", "ANA@contoso.com", "Ana@Contoso.com", "\uff41na@contoso.com", "ana@CONTOSO.com"):
        assert (await ana.sign_in(email=name, password="wrong")).status == 401
    assert (await ana.sign_in()).status == 429


async def test_who_is_demoted_acts_as_what_they_are_now(admin, ana):
    await signed_in(ana)
    script = await admin.as_(ana.user)
    before = await admin.world.app.users.get("native", ana.user.id)
    await admin.world.app.users.update(before, replace(before, administrator=False), admin.world.activity(before.id))
    assert not (await ana.call("GET", "/session")).json["administrator"]
    assert (await ana.call("POST", f"/users/{before.id}:invite")).status == 403
    assert (await script.call("GET", "/session")).status == 401
