"""What cannot be a time-based code is told at its field, wherever one is typed, and is nobody's try."""

from dataclasses import replace

import pyotp
import pytest

from scim.admin.codes import MAX_FAILURES
from tests.people import PASSWORD, Person
from tests.visitor import Visitor

TOLD = "Enter all six digits of the code."
NONE_AT_ALL = ["12", "12345", "1234567", "12 34 5", "12345a", "\N{ARABIC-INDIC DIGIT ONE}23456"]
NEW_PASSWORD = "a lighthouse keeps no secrets"
STEP_UP = {"action": "revokeToken", "object": "t1"}


def at_its_field(page, name="code"):
    return f'<p class="field-error" id="hint-{name}">{TOLD}' in page.html


async def failures(person):
    return (await person.admin.services.credentials.get(person.user.id)).failures


@pytest.mark.parametrize("code", NONE_AT_ALL)
async def test_signing_in(visitor, code):
    person = visitor.person
    stranger = Visitor(None, person.admin)
    fields = {"email": person.user.user_name, "password": PASSWORD}
    page = await stranger.send("sign-in", **fields, code=code)
    assert (page.status, at_its_field(page), page.html.count("field-error")) == (400, True, 1)
    second = await stranger.send("sign-in", **fields, code="")
    again = await stranger.send("sign-in", **second.kept, code=code)
    assert (again.status, at_its_field(again), "Enter your code" in again.text) == (400, True, True)
    assert await failures(person) == 0


async def test_verifying(visitor):
    """R015."""
    await visitor.grow_old()
    path = "administration/organizations/13/delete"
    asked = await visitor.send(path)
    for _ in range(MAX_FAILURES + 1):
        asked = await visitor.send(path, **asked.kept, verification_code="12")
        assert (asked.status, asked.text.count(TOLD)) == (400, 1)
    assert await failures(visitor.person) == 0
    code = visitor.person.code()
    spaced = f" {code[:3]} {code[3:]} "
    assert (await visitor.send(path, **asked.kept, verification_code=spaced)).status == 303


async def test_verifying_for_one_change(visitor, admin):
    """R013."""
    tess = await admin.account("tess@contoso.com", administrator=True)
    path = f"administration/accounts/users/{tess.id}/security/reset-mfa"
    asked = await visitor.send(path)
    assert "Verify it's you" in asked.text
    page = await visitor.send(path, **asked.kept, verification_code="12")
    assert (page.status, page.text.count(TOLD), "Verify it's you" in page.text) == (400, 1, True)
    assert await failures(visitor.person) == 0


async def test_changing_the_password(visitor):
    sent = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    page = await visitor.send("account/security/password", **sent, code="12")
    assert (page.status, at_its_field(page)) == (400, True)
    assert await failures(visitor.person) == 0


async def test_setting_up_another_app(visitor, admin):
    page = await visitor.get("account/security/app")
    fresh = pyotp.TOTP(page.app_key).at(int(admin.clock.now().timestamp()))
    for codes, name in (
        ({"code": "12", "currentCode": visitor.person.code()}, "code"),
        ({"code": fresh, "currentCode": "12"}, "currentCode"),
        ({"code": fresh, "currentCode": ""}, "currentCode"),
    ):
        refused = await visitor.send("account/security/app", **page.kept, **codes)
        assert (refused.status, at_its_field(refused, name)) == (400, True), name
    assert await failures(visitor.person) == 0


async def test_setting_up_the_first_app(admin):
    person = await Person(admin, await admin.account("anna@contoso.com")).equip()
    credentials = await admin.services.credentials.get(person.user.id)
    await admin.services.credentials.save(replace(credentials, totp_secret=""))
    stranger = Visitor(None, admin)
    page = await stranger.send("sign-in", email=person.user.user_name, password=PASSWORD, code="")
    for code in ("12", ""):
        refused = await stranger.send("sign-in", **page.kept, code=code)
        assert (refused.status, at_its_field(refused)) == (400, True)
        assert refused.app_key == page.app_key


async def test_accepting_an_invitation(admin):
    ben = await admin.account("ben@contoso.com")
    link = (await admin.done("POST", f"/users/{ben.id}:invite"))["url"]
    stranger = Visitor(None, admin)
    page = await stranger.send(
        "invitation", **(await stranger.send("invitation", invitation=link)).kept, password=PASSWORD
    )
    refused = await stranger.send("invitation", **page.kept, code="12")
    assert (refused.status, at_its_field(refused), refused.app_key) == (400, True, page.app_key)


@pytest.mark.parametrize("code", ["", *NONE_AT_ALL])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/session", {"email": "chief@contoso.com", "password": PASSWORD}),
        ("POST", "/session:verify", {}),
        ("POST", "/mfa:verify", STEP_UP),
        ("PUT", "/me/password", {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}),
    ],
)
async def test_over_the_api(visitor, method, path, body, code):
    reply = await visitor.person.call(method, path, body | {"code": code})
    assert (reply.status, reply.json["errors"]) == (400, [{"field": "code", "message": TOLD.rstrip(".")}])
    assert await failures(visitor.person) == 0
