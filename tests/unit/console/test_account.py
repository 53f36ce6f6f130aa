"""The own account, without a browser."""

import re

import pyotp
import pytest

from tests.people import PASSWORD, Person, technician
from tests.visitor import Visitor

NEW_PASSWORD = "a quite different long phrase"


@pytest.fixture
async def end_user(admin):
    person = await Person(admin, await admin.account("eve@contoso.com", technician=False)).equip()
    await person.sign_in()
    return Visitor(person)


async def test_everybody_sees_who_they_are_and_their_settings(end_user):
    page = await end_user.get("account")
    assert page.status == 200
    assert "eve@contoso.com" in page.text
    assert "End user" in page.text
    assert "An administrator changes these." in page.text


async def test_settings_are_saved_and_used_at_once(end_user):
    """R007."""
    fields = {"phone": "+34 600", "language": "de", "timeZone": "Europe/Madrid", "idleWarningMinutes": "30"}
    reply = await end_user.send("account", **fields, notifications="on")
    assert (reply.status, reply.location, reply.notice) == (303, "/console/account", "account-saved")
    page = await end_user.get("account")
    assert '<html lang="de">' in page.html
    assert 'value="+34 600"' in page.html
    assert 'value="Europe/Madrid"' in page.html


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("timeZone", "Europe/Atlantis", "There is no such time zone."),
        ("phone", "<script>", "Give a phone number"),
        ("idleWarningMinutes", "0", "1"),
    ],
)
async def test_a_setting_that_is_none_is_told_at_its_field(end_user, field, value, told):
    fields = {"phone": "", "language": "", "timeZone": "", "idleWarningMinutes": "60"} | {field: value}
    page = await end_user.send("account", **fields)
    assert page.status == 400
    (error,) = re.findall(r'<p class="field-error" id="hint-(\w+)">([^<]*)', page.html)
    assert error[0] == field
    assert told in error[1]


async def test_settings_that_were_changed_elsewhere_are_not_overwritten(end_user):
    page = await end_user.send("account", phone="1", idleWarningMinutes="60", version='"old"')
    assert page.status == 412


async def test_the_password_is_changed_and_all_sessions_end(end_user):
    fields = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD, "code": end_user.person.code()}
    reply = await end_user.send("account/security/password", **fields)
    assert (reply.status, reply.notice) == (303, "password-changed")
    assert "Max-Age=0" in reply.headers["Set-Cookie"]
    assert (await end_user.get("account")).status == 303
    assert (await end_user.person.sign_in(password=NEW_PASSWORD)).status == 201


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"currentPassword": "wrong"}, "Your present password is not right."),
        ({"newPassword": "short"}, "A password has 12 to"),
        ({"code": "000000"}, "That code is not right."),
        ({"currentPassword": ""}, "Some fields need your attention."),
    ],
    ids=["wrong", "short", "code", "blank"],
)
async def test_a_refused_password_is_told_and_never_shown(end_user, changes, told):
    fields = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD, "code": end_user.person.code()} | changes
    page = await end_user.send("account/security/password", **fields)
    assert page.status in {400, 403}
    assert told in page.text
    assert PASSWORD not in page.html
    assert NEW_PASSWORD not in page.html


async def test_a_wrong_code_keeps_the_secret_that_the_new_app_was_given(end_user):
    """R131."""
    page = await end_user.get("account/security/authenticator-app")
    enrolment, secret = enrolment_in(page)
    fields = {"enrolment": enrolment, "code": "000000", "currentCode": end_user.person.code()}
    again = await end_user.send("account/security/authenticator-app", **fields)
    assert again.status == 403
    assert enrolment_in(again) == (enrolment, secret)


async def test_a_new_authenticator_app_replaces_the_present_one(end_user, admin):
    """R131."""
    enrolment, secret = enrolment_in(await end_user.get("account/security/authenticator-app"))
    present = end_user.person.code()
    code = pyotp.TOTP(secret).at(int(admin.clock.now().timestamp()))
    fields = {"enrolment": enrolment, "code": code, "currentCode": present}
    reply = await end_user.send("account/security/authenticator-app", **fields)
    assert (reply.status, reply.notice) == (303, "app-changed")
    end_user.person.secret = secret
    assert (await end_user.person.sign_in()).status == 201


def enrolment_in(page):
    """What the page offers: sealed, and as the person types it."""
    return re.search(r'name="enrolment" value="([^"]+)"', page.html)[1], re.search(
        r'id="copy-secret" readonly value="([A-Z2-7]+)"', page.html
    )[1]


async def test_another_session_is_ended(end_user):
    first = end_user.person.cookie
    await end_user.person.sign_in()
    (path,) = re.findall(
        r'href="/console/(account/security/sessions/\w+/end)"', (await end_user.get("account/security")).html
    )
    assert (await end_user.get(path)).status == 200
    assert (await end_user.send(path)).notice == "session-ended"
    end_user.person.cookie = first
    assert (await end_user.get("account")).status == 303
    assert (await end_user.get(path)).status in {303, 404}


async def test_an_access_token_is_shown_once_and_works_until_it_is_deleted(visitor, admin):
    page = await visitor.send("account/security/access-tokens/create", label="Backup", days="7")
    assert page.status == 201
    text = re.search(r'id="copy-access-token" readonly value="([^"]+)"', page.html)[1]
    admin.token = text
    assert (await admin.call("GET", "/session")).status == 200
    shown = await visitor.get("account/security")
    assert "Backup" in shown.text
    assert text not in shown.html
    (path,) = re.findall(r'href="/console/(account/security/access-tokens/[\w-]+/delete)"', shown.html)
    assert (await visitor.send(path)).notice == "access-token-deleted"
    assert (await admin.call("GET", "/session")).status == 401


async def test_who_is_no_administrator_is_offered_no_access_tokens(admin):
    visitor = Visitor(await technician(admin))
    assert "Access tokens" not in (await visitor.get("account/security")).text
    page = await visitor.send("account/security/access-tokens/create", label="x", days="7")
    assert page.status == 403


async def test_what_belongs_to_somebody_else_is_not_there(visitor, end_user):
    (path,) = re.findall(
        r'href="/console/(account/security/sessions/\w+/end)"',
        (await second_session(visitor)).html,
    )
    assert (await end_user.get(path)).status == 404
    assert (await end_user.send(path)).status == 404
    assert (await end_user.send("account/security/access-tokens/none/delete")).status == 404


async def second_session(visitor):
    await visitor.person.sign_in()
    return await visitor.get("account/security")
