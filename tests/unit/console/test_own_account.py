"""The own account, without a browser: settings, password, authenticator app, sessions, access tokens."""

import re
from dataclasses import replace

import pyotp
import pytest

from scim.admin.sessions import IDLE
from scim.domain.authority import Permission
from scim.domain.people import LATEST_IDLE_WARNING_MINUTES
from tests.people import PASSWORD, Person, technician
from tests.visitor import Visitor
from tests.world import user

NEW = "a river of small blue lanterns"
SETTINGS = {"language": "", "timeZone": "", "phone": "", "idleWarningMinutes": "28", "notifications": "on"}


@pytest.fixture
async def tess(admin):
    """A technician whose roles grant next to nothing."""
    return Visitor(await technician(admin, Permission.VIEW_ORGANIZATIONS))


@pytest.fixture
async def end_user(admin):
    person = await Person(admin, await admin.account("eva@contoso.com", technician=False)).equip()
    await person.sign_in()
    return Visitor(person)


async def profile(visitor):
    return await visitor.admin.services.profiles.get(visitor.person.user.id)


async def test_the_settings_show_who_one_is_and_what_one_may_change(visitor):
    """R007, AMB-10."""
    page = await visitor.get("account")
    assert page.status == 200
    for text in (
        "chief@contoso.com",
        "System administrator",
        "Language",
        "Browser's",
        "Time zone",
        "User idle warning",
    ):
        assert text in page.text
    assert "Open in All users" in page.text


async def test_settings_are_saved_and_used(visitor):
    """R007."""
    sent = SETTINGS | {"language": "de", "timeZone": "Europe/Berlin", "phone": "+49 30 1", "idleWarningMinutes": "20"}
    reply = await visitor.send("account", **{name: sent[name] for name in sent if name != "notifications"})
    assert (reply.status, reply.location, reply.notice) == (303, "/console/account", "account-saved")
    stored = await profile(visitor)
    assert (stored.language, stored.time_zone, stored.phone) == ("de", "Europe/Berlin", "+49 30 1")
    assert (stored.idle_warning_minutes, stored.notifications) == (20, False)
    assert '<html lang="de">' in (await visitor.get("account")).html


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("phone", "<script>", "Give a phone number"),
        ("idleWarningMinutes", "0", "Give 1 or more."),
        ("idleWarningMinutes", "29", "Give 28 or less."),
        ("timeZone", "Mars/Base", "There is no such time zone."),
        ("language", "!", "Give a language tag"),
    ],
)
async def test_what_a_setting_does_not_take_is_told_and_stays(visitor, name, value, told):
    page = await visitor.send("account", **SETTINGS | {name: value})
    assert page.status == 400
    assert told in page.text
    assert (await profile(visitor)).version == ""


async def test_settings_that_were_changed_meanwhile_are_not_overwritten(visitor):
    page = await visitor.send("account", **SETTINGS, version='"other"')
    assert page.status == 412


async def test_a_language_that_the_console_does_not_speak_is_not_lost_by_saving(visitor, admin):
    await admin.done("PATCH", f"/users/{visitor.person.user.id}", {"language": "es"})
    page = await visitor.get("account")
    assert '<option value="es" selected>' in page.html


async def test_technicians_and_end_users_have_the_page_too(tess, end_user):
    for visitor in (tess, end_user):
        page = await visitor.get("account")
        assert page.status == 200
        assert "Your administrator changes this." in page.text
        assert "Open in All users" not in page.text
        assert (await visitor.send("account", **SETTINGS | {"phone": "123"})).status == 303
        security = await visitor.get("account/security")
        assert security.status == 200
        assert "Access tokens" not in security.text


async def test_end_users_see_which_organization_they_belong_to(admin, end_user):
    """R007."""
    await admin.done("POST", "/organizations", {"name": "Contoso Sales", "id": "77"})
    assert "Organization 12" in (await end_user.get("account")).text
    for organization, told in (("77", "Contoso Sales"), ("All", "All organizations")):
        await admin.done("PATCH", f"/users/{end_user.person.user.id}", {"organizationId": organization})
        await end_user.person.sign_in()
        assert f"Organization {told}" in (await end_user.get("account")).text


async def test_everybody_sees_where_the_own_roles_come_from(tess, visitor):
    """R089."""
    page = await tess.get("account")
    assert "Your roles" in page.text
    assert "viewOrganizations Native added by test , 23 Nov 2026" in page.text
    assert "Your roles" not in (await visitor.get("account")).text


async def test_fields_of_the_directory_are_not_taken_from_this_form(tess):
    before = await tess.admin.services.accounts.get(tess.person.user.id)
    await tess.send("account", **SETTINGS, givenName="Eve", userType="endUser", active="", administrator="on")
    after = await tess.admin.services.accounts.get(tess.person.user.id)
    assert (after.text, after.administrator) == (before.text, before.administrator)


async def test_what_scim_manages_is_shown_with_its_lock(admin):
    """R007, R009: the settings stay one's own."""
    user_id = await admin.world.created("/Users", user("sam@contoso.com"))
    person = await Person(admin, await admin.services.accounts.get(user_id)).equip()
    await person.sign_in()
    sam = Visitor(person)
    page = await sam.get("account")
    assert "This field is managed by" in page.text
    assert "Ask there for changes." in page.text
    assert (await sam.send("account", **SETTINGS | {"language": "de"})).status == 303


async def test_a_new_password_ends_all_sessions_and_signs_in(visitor):
    sent = {"currentPassword": PASSWORD, "newPassword": NEW, "code": visitor.person.code()}
    reply = await visitor.send("account/security/password", **sent)
    assert (reply.location, reply.notice) == ("/console/sign-in", "password-changed")
    assert "Max-Age=0" in reply.headers["Set-Cookie"]
    assert (await visitor.get("account")).status == 303
    visitor.person.password = NEW
    assert (await visitor.person.sign_in()).status == 201


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"currentPassword": "wrong"}, 403, "Your present password is not right."),
        ({"newPassword": "password1234"}, 400, "This password is easily guessed"),
        ({"newPassword": "short"}, 400, "A password has 12 to 256 characters"),
        ({"code": "000000"}, 403, "That code is not right. 4 tries left."),
        ({"code": ""}, 400, "Fill this in."),
    ],
)
async def test_why_a_password_is_not_changed_is_told(visitor, changes, status, text):
    sent = {"currentPassword": PASSWORD, "newPassword": NEW, "code": visitor.person.code()} | changes
    page = await visitor.send("account/security/password", **sent)
    assert page.status == status
    assert text in page.text
    assert PASSWORD not in page.html
    assert NEW not in page.html
    assert (await visitor.get("account")).status == 200


async def test_a_new_authenticator_app_takes_the_place_of_the_present_one(visitor, admin):
    """R131."""
    page = await visitor.get("account/security/app")
    secret = page.app_key
    wrong = await visitor.send("account/security/app", **page.kept, code="000000", currentCode=visitor.person.code())
    assert wrong.status == 403
    assert wrong.app_key == secret
    current = visitor.person.code()
    code = pyotp.TOTP(secret).at(int(admin.clock.now().timestamp()))
    reply = await visitor.send("account/security/app", **wrong.kept, code=code, currentCode=current)
    assert (reply.location, reply.notice) == ("/console/sign-in", "app-changed")
    visitor.person.secret = secret
    assert (await visitor.person.sign_in()).status == 201
    assert secret not in (await visitor.get("account/security/app")).html


async def test_without_a_code_of_the_present_app_there_is_no_new_one(visitor, admin):
    page = await visitor.get("account/security/app")
    code = pyotp.TOTP(page.app_key).at(int(admin.clock.now().timestamp()))
    refused = await visitor.send("account/security/app", **page.kept, code=code, currentCode="")
    assert refused.status == 400
    assert (await visitor.get("account")).status == 200


async def test_own_sessions_are_listed_and_one_is_ended(visitor, admin):
    person = visitor.person
    first = person.cookie
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    fields = {"email": person.user.user_name, "password": PASSWORD, "code": person.code()}
    stranger = Visitor(None, admin)
    stranger.headers["user-agent"] = agent
    await stranger.send("sign-in", **fields)
    page = await visitor.get("account/security")
    assert page.text.count("This session") == 1
    assert "Firefox on Windows" in page.text
    ends = [part.split('"')[0] for part in page.html.split('href="/console/')[1:] if "/sessions/" in part.split('"')[0]]
    assert len(ends) == 1
    assert "End the session of Firefox on Windows?" in (await visitor.get(ends[0])).text
    assert (await visitor.send(ends[0])).notice == "session-ended"
    assert (await visitor.get(ends[0])).status == 404
    assert person.cookie == first
    assert (await visitor.get("account")).status == 200


async def test_nobody_ends_sessions_of_others(visitor, tess):
    session_id = tess.person.cookie.partition("=")[2]
    assert (await visitor.send(f"account/security/sessions/{session_id}/end")).status == 404
    assert (await tess.get("account")).status == 200


async def test_an_access_token_is_shown_once_with_a_guard_and_deleted(visitor, admin):
    page = await visitor.send("account/security/tokens/add", fragment=True, label="Nightly export", days="7")
    assert page.status == 200
    assert page.headers["X-Changed"] == "yes"
    assert "You have not copied the token. It cannot be shown again." in page.html
    token = page.value("copy-access-token")
    assert token.startswith("rcp_")
    assert (await admin.call("GET", "/session", headers={"authorization": f"Bearer {token}"})).status == 200
    security = await visitor.get("account/security")
    assert "Nightly export" in security.text
    assert f"••••{token[-13:-9]}" in security.text
    assert token not in security.html
    address = security.html.split('href="/console/account/security/tokens/')[2].split('"')[0]
    assert "Nightly export" in (await visitor.get(f"account/security/tokens/{address}")).text
    assert (await visitor.send(f"account/security/tokens/{address}")).notice == "access-token-removed"
    assert (await admin.call("GET", "/session", headers={"authorization": f"Bearer {token}"})).status == 401


async def test_a_token_asks_who_it_is_when_the_sign_in_was_long_ago(visitor):
    await visitor.grow_old()
    page = await visitor.send("account/security/tokens/add", label="Late", days="7")
    assert "Verify it's you" in page.text
    shown = await visitor.send("account/security/tokens/add", **page.kept, verification_code=visitor.person.code())
    assert shown.value("copy-access-token").startswith("rcp_")


async def test_technicians_make_no_access_tokens(tess):
    assert (await tess.get("account/security/tokens/add")).status == 403
    assert (await tess.send("account/security/tokens/add", label="Mine", days="7")).status == 403


@pytest.mark.parametrize(("label", "days"), [("", "7"), ("x", "91"), ("x", "many")])
async def test_a_token_that_cannot_be_is_told_why(visitor, label, days):
    page = await visitor.send("account/security/tokens/add", label=label, days=days)
    assert page.status == 400
    assert "rcp_" not in page.html


async def test_the_console_warns_before_a_session_ends_and_its_setting_says_when(visitor, admin):
    """AMB-10. A later warning cannot be chosen, and what was stored when it could counts as the latest."""
    assert IDLE.total_seconds() / 60 > LATEST_IDLE_WARNING_MINUTES
    hint = "How long without a click until the console warns: 28 at most, as a session ends after 30."
    for path in ("account", f"administration/accounts/users/{visitor.person.user.id}"):
        page = await visitor.get(path)
        assert hint in page.text
        assert 'data-warn-after="28"' in page.html
        assert re.search(r'id="field-idleWarningMinutes"[^>]* value="28"[^>]* max="28"', page.html)
    stored = await admin.services.profiles.get(visitor.person.user.id)
    await admin.services.profiles.save(replace(stored, idle_warning_minutes=60))
    assert (await admin.services.profiles.get(visitor.person.user.id)).idle_warning_minutes == 28
