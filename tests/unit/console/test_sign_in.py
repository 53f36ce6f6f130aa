"""Signing in, without a browser: each step, each refusal, and what others try."""

from dataclasses import replace
from urllib.parse import urlencode

import pyotp
import pytest

from tests.admin_world import AdminWorld
from tests.fakes.rows import CountingRows, FakeRows
from tests.people import PASSWORD, Person
from tests.visitor import Visitor

HOME = "/console"


@pytest.fixture
async def anna(admin):
    """Has a password and an authenticator app, and is not signed in."""
    return await Person(admin, await admin.account("anna@contoso.com", administrator=True)).equip()


@pytest.fixture
def stranger(admin):
    return Visitor(None, admin)


async def enter(stranger, person, path="sign-in", **changes):
    code = changes["code"] if "code" in changes else person.code()
    fields = {"email": person.user.user_name, "password": PASSWORD, "code": code}
    return await stranger.send(path, **fields | changes)


async def test_first_comes_the_address_alone(stranger):
    page = await stranger.get("sign-in")
    assert page.status == 200
    assert 'autocomplete="username"' in page.html
    assert "Continue" in page.text
    assert 'type="password"' not in page.html


async def test_then_come_password_and_code_as_password_managers_know_them(stranger):
    page = await stranger.send("sign-in", email="anna@contoso.com")
    assert page.status == 200
    assert 'value="anna@contoso.com"' in page.html
    assert 'autocomplete="current-password"' in page.html
    assert 'autocomplete="one-time-code"' in page.html


@pytest.mark.usefixtures("anna")
async def test_the_second_step_tells_nobody_whether_there_is_such_an_account(stranger):
    known = await stranger.send("sign-in", email="anna@contoso.com")
    nobody = await stranger.send("sign-in", email="nobody@contoso.com")
    assert known.html.replace("anna@", "nobody@") == nobody.html


async def test_without_an_address_it_goes_no_further(stranger):
    page = await stranger.send("sign-in", email=" ")
    assert page.status == 400
    assert "Enter your e-mail address." in page.text


async def test_all_three_begin_a_session_in_a_cookie_that_no_script_and_no_other_site_has(stranger, anna):
    reply = await enter(stranger, anna)
    assert (reply.status, reply.location) == (303, HOME)
    name, _, rest = reply.headers["Set-Cookie"].partition("=")
    assert name == "__Host-rollcall"
    assert rest.endswith("; Path=/; Secure; HttpOnly; SameSite=Strict")


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"code": "000000"}, {"email": "nobody@contoso.com"}])
async def test_whatever_is_wrong_is_told_in_the_same_sentence(stranger, anna, changes):
    page = await enter(stranger, anna, **changes)
    assert page.status == 401
    assert "The e-mail, password or code is not right." in page.text
    assert PASSWORD not in page.html
    assert "000000" not in page.html


async def test_who_left_the_code_out_is_asked_for_it_and_for_nothing_else(stranger, anna):
    page = await enter(stranger, anna, code="")
    assert page.status == 200
    assert "Enter your code" in page.text
    assert PASSWORD not in page.html
    reply = await stranger.send("sign-in", **page.kept | {"code": anna.code()})
    assert (reply.status, reply.location) == (303, HOME)


async def test_a_wrong_code_asks_for_the_code_again(stranger, anna):
    page = await enter(stranger, anna, code="")
    again = await stranger.send("sign-in", **page.kept | {"code": "000000"})
    assert again.status == 401
    assert "The e-mail, password or code is not right." in again.text
    assert (await stranger.send("sign-in", **again.kept | {"code": anna.code()})).status == 303


async def test_a_used_code_is_told_as_such(stranger, anna):
    """R015."""
    code = anna.code()
    await enter(stranger, anna, code=code)
    page = await enter(stranger, anna, code=code)
    assert page.status == 401
    assert "This code was already used. Wait for the next one." in page.text


async def test_the_sealed_password_is_good_for_its_address_only(stranger, admin, anna):
    bob = await Person(admin, await admin.account("bob@contoso.com")).equip()
    page = await enter(stranger, anna, code="")
    refused = await stranger.send("sign-in", **page.kept | {"email": bob.user.user_name, "code": bob.code()})
    assert refused.status == 403
    assert "This took too long. Start again." in refused.text


async def test_the_sealed_password_is_good_for_a_quarter_of_an_hour(stranger, admin, anna):
    page = await enter(stranger, anna, code="")
    admin.clock.advance(minutes=15)
    refused = await stranger.send("sign-in", **page.kept | {"code": anna.code()})
    assert refused.status == 403
    assert "This took too long. Start again." in refused.text
    assert 'type="password"' in refused.html


async def test_who_tried_too_often_is_told_for_how_long_nothing_is_tried(stranger, admin, anna):
    for _ in range(5):
        await enter(stranger, anna, password="wrong", code="")
    told = []
    for seconds in (0, 13 * 60 + 1, 60):
        admin.clock.advance(seconds=seconds)
        page = await enter(stranger, anna, code="")
        assert page.status == 429
        told.append(page.text.partition("Try again in ")[2].partition(".")[0])
    assert told == ["15 minutes", "2 minutes", "1 minute"]


async def test_who_is_inactive_is_told_so_with_the_right_password_only(stranger, admin):
    ben = await Person(admin, await admin.account("ben@contoso.com")).equip()
    await admin.done("POST", f"/users/{ben.user.id}:deactivate")
    assert "The e-mail, password or code is not right." in (await enter(stranger, ben, password="wrong")).text
    page = await enter(stranger, ben)
    assert page.status == 401
    assert "Your account is inactive. Ask your administrator." in page.text


async def test_who_has_no_authenticator_app_sets_one_up_on_the_way(stranger, admin, anna):
    """R131."""
    await _disenrol(admin, anna)
    page = await enter(stranger, anna, code="")
    assert page.status == 200
    assert "Set up an authenticator app" in page.text
    assert 'class="qr-code"' in page.html
    assert PASSWORD not in page.html
    secret = page.app_key
    wrong = await stranger.send("sign-in", **page.kept | {"code": "000000"})
    assert "That code is not right." in wrong.text
    assert wrong.app_key == secret  # the same picture: what was scanned is good
    code = pyotp.TOTP(secret).at(int(admin.clock.now().timestamp()))
    assert (await stranger.send("sign-in", **wrong.kept | {"code": code})).status == 303
    anna.secret = secret
    assert (await enter(stranger, anna)).status == 303


async def test_an_app_that_took_too_long_to_set_up_is_offered_anew(stranger, admin, anna):
    await _disenrol(admin, anna)
    page = await enter(stranger, anna, code="")
    admin.clock.advance(minutes=16)
    code = pyotp.TOTP(page.app_key).at(int(admin.clock.now().timestamp()))
    refused = await stranger.send("sign-in", **page.kept | {"code": code})
    assert refused.status == 403
    assert "This took too long. Start again." in refused.text


async def test_next_leads_back_with_its_filters(stranger, anna):
    reply = await stranger.get("administration/organizations", name="Con & so", notice="organization-added")
    assert reply.headers["Location"] == (
        "/console/sign-in?next=%2Fconsole%2Fadministration%2Forganizations%3Fname%3DCon%2B%2526%2Bso"
    )
    assert (await enter(stranger, anna, reply.location)).location == (
        "/console/administration/organizations?name=Con+%26+so"
    )


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https://evil.example/console",
        "https:evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "/console\\@evil.example",
        "/console.evil.example",
        "/consolex",
        "/console/\r\nSet-Cookie: a=b",
        " //evil.example",
        "",
    ],
)
async def test_next_leads_nowhere_else(stranger, anna, address):
    reply = await stranger.send(
        "sign-in?" + _query(address), email=anna.user.user_name, password=PASSWORD, code=anna.code()
    )
    assert (reply.status, reply.headers["Location"]) == (303, HOME)


async def test_an_address_with_letters_of_any_kind_becomes_one_that_headers_can_hold(stranger, anna):
    reply = await enter(stranger, anna, "sign-in?" + _query("/console/é"))
    assert reply.headers["Location"] == "/console/%C3%A9"


async def test_who_is_signed_in_goes_on_at_once(visitor):
    assert (await visitor.get("sign-in")).location == HOME
    assert (await visitor.get("sign-in", next="/console/help")).location == "/console/help"


async def test_a_form_of_another_site_signs_nobody_in(stranger, anna):
    """Login forgery: nobody is made to work in somebody else's account."""
    for origin in ("https://evil.example", "null"):
        stranger.headers["origin"] = origin
        reply = await enter(stranger, anna)
        assert reply.status == 403
        assert "Set-Cookie" not in reply.headers


async def test_a_session_that_was_planted_is_not_the_one_that_begins(stranger, anna):
    """Fixation."""
    planted = f"__Host-rollcall={anna.user.id}.{'a' * 64}"
    stranger.headers["cookie"] = planted
    reply = await enter(stranger, anna)
    assert reply.status == 303
    assert "a" * 64 not in reply.headers["Set-Cookie"]
    anna.cookie = planted
    assert (await Visitor(anna).get("dashboard")).status == 303


async def test_each_sign_in_is_another_session(stranger, anna):
    first, second = (await enter(stranger, anna)).headers, (await enter(stranger, anna)).headers
    assert first["Set-Cookie"] != second["Set-Cookie"]


async def test_a_link_on_another_site_is_followed_once_the_browser_shows_the_cookie(stranger):
    """SameSite=Strict: the first navigation comes without it."""
    stranger.headers["sec-fetch-site"] = "cross-site"
    page = await stranger.get("administration/organizations")
    assert page.status == 200
    assert 'http-equiv="refresh"' in page.html
    stranger.headers["sec-fetch-site"] = "same-origin"
    assert (await stranger.get("administration/organizations")).status == 303


async def test_head_is_answered_as_get_without_a_body(stranger):
    reply = await stranger.ask("HEAD", "sign-in")
    assert (reply.status, reply.html) == (200, "")
    assert "Content-Security-Policy" in reply.headers


async def test_signing_out_ends_the_session_and_takes_the_cookie(visitor):
    reply = await visitor.send("sign-out")
    assert (reply.location, reply.notice) == ("/console/sign-in", "signed-out")
    assert "Max-Age=0" in reply.headers["Set-Cookie"]
    assert (await visitor.get("dashboard")).location == "/console/sign-in?next=%2Fconsole%2Fdashboard"


async def test_the_first_step_costs_two_storage_calls():
    rows = CountingRows(FakeRows())
    stranger = Visitor(None, await AdminWorld.on(rows))
    rows.reset()
    await stranger.get("sign-in")
    assert rows.calls.total() == 2


async def test_a_session_that_is_over_is_begun_again_in_place(visitor, admin):
    """A dialog is open: the script is told where to sign in, and gets what its form needs of the new session."""
    admin.clock.advance(minutes=31)
    refused = await visitor.send("administration/organizations/add", fragment=True, name="Contoso")
    assert (refused.status, refused.headers["X-Sign-In"]) == (401, "/console/sign-in")
    step = await Visitor(None, admin).get("sign-in", fragment=True)
    assert "data-dialog-content" in step.html
    assert "<html" not in step.html
    person = visitor.person
    fields = {"email": person.user.user_name, "password": PASSWORD, "code": person.code()}
    reply = await Visitor(None, admin).send("sign-in", fragment=True, **fields)
    assert (reply.status, reply.headers["X-Account"]) == (204, person.user.id)
    person.cookie, person.csrf = reply.headers["Set-Cookie"].partition(";")[0], reply.headers["X-CSRF-Token"]
    added = await visitor.send("administration/organizations/add", fragment=True, name="Contoso")
    assert added.status == 204


async def test_a_dialog_from_before_another_sign_in_learns_the_new_token(visitor):
    """Signed in again in another tab."""
    token, visitor.person.csrf = visitor.person.csrf, "old"
    refused = await visitor.send("administration/organizations/add", fragment=True, name="Contoso")
    assert (refused.status, refused.headers["X-Sign-In"]) == (401, "/console/sign-in")
    known = await visitor.get("sign-in", fragment=True)
    assert (known.status, known.headers["X-CSRF-Token"]) == (204, token)
    page = await visitor.send("administration/organizations/add", name="Contoso")
    assert page.status == 403
    assert "This page is from before you signed in." in page.text


async def test_no_other_site_learns_the_token(visitor, stranger):
    assert "X-CSRF-Token" not in (await visitor.get("sign-in")).headers  # what pages of others can have sent
    assert "X-CSRF-Token" not in (await stranger.get("sign-in", fragment=True)).headers


def _query(address):
    return urlencode({"next": address})


async def _disenrol(admin, person):
    credentials = await admin.services.credentials.get(person.user.id)
    await admin.services.credentials.save(replace(credentials, totp_secret=""))
