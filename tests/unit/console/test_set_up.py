"""Making the first administrator, and accepting invitations, without a browser."""

import pyotp
import pytest

from scim.admin.set_up import SECRET_NAME
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import PASSWORD, Person
from tests.visitor import Visitor
from tests.world import World

SECRET = "a secret that is long enough"
FIRST = {
    "secret": SECRET,
    "email": "ana@contoso.com",
    "givenName": "Ana",
    "familyName": "Ruiz",
    "password": PASSWORD,
}


@pytest.fixture
async def fresh():
    """A tenant without an administrator."""
    admin = AdminWorld(await World.on(FakeRows()), "")
    await admin.services.secrets.set(SECRET_NAME, SECRET)
    return admin


@pytest.fixture
def stranger(admin):
    return Visitor(None, admin)


def code_of(page, admin):
    return pyotp.TOTP(page.app_key).at(int(admin.clock.now().timestamp()))


async def test_an_empty_tenant_leads_from_sign_in_to_set_up_and_into_the_console(fresh):
    """R131."""
    visitor = Visitor(None, fresh)
    first = await visitor.get("sign-in")
    assert "Rollcall has no system administrator yet." in first.text
    assert 'href="/console/set-up"' in first.html
    page = await visitor.send("set-up", **FIRST)
    assert page.status == 200
    assert 'class="qr-code"' in page.html
    assert PASSWORD not in page.html
    assert SECRET not in page.html
    reply = await visitor.send("set-up", **page.kept, code=code_of(page, fresh))
    assert (reply.status, reply.location) == (303, "/console")
    visitor.headers["cookie"] = reply.headers["Set-Cookie"].partition(";")[0]
    assert "Ana Ruiz" in (await visitor.get("dashboard")).text


async def test_once_there_is_an_administrator_set_up_leads_to_sign_in(fresh):
    visitor = Visitor(None, fresh)
    page = await visitor.send("set-up", **FIRST)
    await visitor.send("set-up", **page.kept, code=code_of(page, fresh))
    assert (await visitor.get("set-up")).location == "/console/sign-in"
    assert (await visitor.send("set-up", **FIRST)).location == "/console/sign-in"
    assert "Set it up" not in (await visitor.get("sign-in")).text


async def test_a_wrong_set_up_secret_shows_no_app(fresh):
    page = await Visitor(None, fresh).send("set-up", **FIRST | {"secret": "another one of that length"})
    assert page.status == 403
    assert "This is not the set-up secret." in page.text
    assert "another one of that length" not in page.html
    assert 'value="Ana"' in page.html


async def test_a_password_that_is_easily_guessed_is_told_before_the_app_is_set_up(fresh):
    page = await Visitor(None, fresh).send("set-up", **FIRST | {"password": "password1234"})
    assert page.status == 400
    assert "This password is easily guessed" in page.text
    assert "password1234" not in page.html


async def test_a_name_that_is_none_is_told_at_its_field(fresh):
    page = await Visitor(None, fresh).send("set-up", **FIRST | {"givenName": " "})
    assert page.status == 400
    assert 'id="hint-givenName"' in page.html


async def test_a_wrong_first_code_keeps_the_picture(fresh):
    visitor = Visitor(None, fresh)
    page = await visitor.send("set-up", **FIRST)
    wrong = await visitor.send("set-up", **page.kept, code="000000")
    assert wrong.status == 403
    assert "That code is not right." in wrong.text
    assert wrong.app_key == page.app_key
    assert (await visitor.send("set-up", **wrong.kept, code=code_of(wrong, fresh))).status == 303


async def test_what_is_sealed_for_one_address_makes_no_other_administrator(fresh):
    visitor = Visitor(None, fresh)
    page = await visitor.send("set-up", **FIRST)
    reply = await visitor.send("set-up", **page.kept | {"email": "eve@contoso.com"}, code=code_of(page, fresh))
    assert reply.status == 403
    assert "This took too long. Start again." in reply.text


async def test_set_up_that_takes_too_long_starts_again(fresh):
    visitor = Visitor(None, fresh)
    page = await visitor.send("set-up", **FIRST)
    fresh.clock.advance(minutes=15)
    reply = await visitor.send("set-up", **page.kept, code=code_of(page, fresh))
    assert reply.status == 403
    assert 'name="secret"' in reply.html


async def test_a_form_of_another_site_sets_nothing_up(fresh):
    visitor = Visitor(None, fresh)
    visitor.headers["origin"] = "https://evil.example"
    assert (await visitor.send("set-up", **FIRST)).status == 403


async def link_for(admin, account_id):
    return (await admin.done("POST", f"/users/{account_id}:invite"))["url"]


async def test_an_invitation_is_asked_for_where_no_script_reads_it_from_the_link(stranger):
    page = await stranger.get("invitation")
    assert page.status == 200
    assert "Paste the whole link that your administrator gave you." in page.text


@pytest.mark.parametrize("is_whole", [True, False])
async def test_an_invitation_leads_to_password_app_and_console(admin, stranger, is_whole):
    """R131."""
    ben = await admin.account("ben@contoso.com")
    link = await link_for(admin, ben.id)
    page = await stranger.send("invitation", invitation=link if is_whole else link.partition("#")[2])
    assert page.status == 200
    assert page.value("field-user") == "ben@contoso.com"
    assert 'autocomplete="new-password"' in page.html
    assert "At least 12 characters." in page.text
    page = await stranger.send("invitation", **page.kept, password=PASSWORD)
    assert PASSWORD not in page.html
    wrong = await stranger.send("invitation", **page.kept, code="000000")
    assert "That code is not right." in wrong.text
    assert wrong.app_key == page.app_key
    reply = await stranger.send("invitation", **wrong.kept, code=code_of(wrong, admin))
    assert (reply.status, reply.location) == (303, "/console")
    person = Person(admin, ben)
    person.secret = wrong.app_key
    assert (await person.sign_in()).status == 201


async def test_who_has_an_app_chooses_a_password_and_signs_in(admin, stranger):
    ben = await Person(admin, await admin.account("ben@contoso.com")).equip()
    page = await stranger.send("invitation", invitation=await link_for(admin, ben.user.id))
    ben.password = "a river of small blue lanterns"
    reply = await stranger.send("invitation", **page.kept, password=ben.password)
    assert (reply.location, reply.notice) == ("/console/sign-in", "password-chosen")
    assert "Set-Cookie" not in reply.headers
    assert (await ben.sign_in()).status == 201


async def test_a_bad_password_is_told_and_the_invitation_stays_good(admin, stranger):
    ben = await admin.account("ben@contoso.com")
    page = await stranger.send("invitation", invitation=await link_for(admin, ben.id))
    refused = await stranger.send("invitation", **page.kept, password="short")
    assert refused.status == 400
    assert "A password has 12 to 256 characters" in refused.text
    assert (await stranger.send("invitation", **refused.kept, password=PASSWORD)).status == 200


@pytest.mark.parametrize(
    "text", ["", "nonsense", "https://rollcall.example/console/invitation#nonsense", "#", "http://[#x"]
)
async def test_what_is_no_invitation_is_refused_and_asked_for_again(stranger, text):
    page = await stranger.send("invitation", invitation=text)
    assert page.status in {400, 403}
    assert "data-from-fragment" in page.html


async def test_an_invitation_that_is_over_is_told(admin, stranger):
    ben = await admin.account("ben@contoso.com")
    link = await link_for(admin, ben.id)
    admin.clock.advance(hours=24)
    page = await stranger.send("invitation", invitation=link)
    assert page.status == 403
    assert "This link is not valid any more. Ask your administrator for a new one." in page.text


async def test_the_sealed_password_is_good_for_its_invitation_only(admin, stranger):
    ben, eve = await admin.account("ben@contoso.com"), await admin.account("eve@contoso.com")
    page = await stranger.send("invitation", invitation=await link_for(admin, ben.id))
    page = await stranger.send("invitation", **page.kept, password=PASSWORD)
    other = (await link_for(admin, eve.id)).partition("#")[2]
    reply = await stranger.send("invitation", **page.kept | {"invitation": other}, code=code_of(page, admin))
    assert reply.status == 403
    assert "Set-Cookie" not in reply.headers
