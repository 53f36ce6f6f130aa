"""What all pages have in common, without a browser."""

import re

import pytest

from scim.console import paths
from scim.console.forms import MAX_BYTES, Form
from scim.console.rendering import shown, typed
from scim.web.messages import WebRequest
from tests.admin_world import AdminWorld
from tests.fakes.rows import FaultyRows, fail_before

ORGANIZATIONS = "administration/organizations"


async def raw(visitor, **request):
    console = visitor.admin.world.app.administration.console
    return await console.answer(WebRequest(id="r", **request))


def form_headers(visitor, **more):
    return {"cookie": visitor.person.cookie, "content-type": "application/x-www-form-urlencoded", **more}


async def test_an_address_that_there_is_not_is_told(visitor):
    page = await visitor.get("administration/nothing")
    assert page.status == 404
    assert "There is nothing at this address." in page.text


async def test_who_is_not_signed_in_learns_of_no_address_whether_it_exists(visitor):
    visitor.person.cookie = ""
    assert (await visitor.get("administration/nothing")).status == (await visitor.get(ORGANIZATIONS)).status == 303


async def test_a_page_without_a_form_takes_none(visitor):
    page = await visitor.send(ORGANIZATIONS)
    assert page.status == 405
    assert "This page takes no form." in page.text


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site", "origin": "null"}],
    ids=["foreign", "null", "cross-site"],
)
async def test_a_form_of_another_site_changes_nothing(visitor, headers):
    visitor.headers |= headers
    page = await visitor.send(f"{ORGANIZATIONS}/add", name="Forged")
    assert page.status == 403
    del visitor.headers["origin"]
    assert "Forged" not in (await visitor.get(ORGANIZATIONS)).text


@pytest.mark.parametrize("token", ["", "x", "é"])
async def test_a_form_without_the_sessions_token_changes_nothing(visitor, token):
    page = await visitor.send(f"{ORGANIZATIONS}/add", name="Forged", csrf=token)
    assert page.status == 403
    assert "Forged" not in (await visitor.get(ORGANIZATIONS)).text


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/plain", b"name=x"),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"name=\xff"),
        ("application/x-www-form-urlencoded", b"name=%ff"),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 3000)),
        ("application/x-www-form-urlencoded", b"a" * (MAX_BYTES + 1)),
    ],
    ids=["text", "json", "bytes", "encoded bytes", "many fields", "large"],
)
async def test_what_is_no_form_is_refused(visitor, media_type, body):
    headers = form_headers(visitor, **{"content-type": media_type})
    reply = await raw(visitor, method="POST", path=f"/{ORGANIZATIONS}/add", headers=headers, body=body)
    assert reply.status == 403
    assert "This form is too large, or none of ours." in reply.body.decode()


async def test_an_access_token_of_the_api_opens_no_page(admin, visitor):
    visitor.person.cookie = ""
    visitor.headers["authorization"] = f"Bearer {admin.token}"
    assert (await visitor.get(ORGANIZATIONS)).status == 303


async def test_a_script_gets_the_dialog_alone_and_the_address_to_go_on_to(visitor):
    page = await visitor.get(f"{ORGANIZATIONS}/add", fragment=True)
    assert "data-dialog-content" in page.html
    assert "<html" not in page.html
    reply = await visitor.send(f"{ORGANIZATIONS}/add", fragment=True, name="Contoso")
    assert reply.status == 204
    assert reply.headers["X-Location"] == f"/console/{ORGANIZATIONS}?notice=organization-added"


async def test_every_dialog_is_a_page_of_its_own_without_scripts(visitor):
    page = await visitor.get(f"{ORGANIZATIONS}/add")
    assert page.html.count("<h1") == 1
    assert '<form method="post"' in page.html
    assert re.search(r'href="/console/administration/organizations"[^>]*data-close-dialog', page.html)


async def test_what_another_site_links_to_is_asked_for_once_more(visitor):
    """A browser keeps the session back from a request that another site causes; the page's own gets it."""
    visitor.person.cookie = ""
    visitor.headers["sec-fetch-site"] = "cross-site"
    page = await visitor.get(ORGANIZATIONS)
    assert page.status == 200
    assert '<meta http-equiv="refresh" content="0">' in page.html


async def crash(_call):
    raise RuntimeError("secret of storage")


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [(fail_before, 503, "Not available at the moment"), (crash, 500, "Something failed here, not in your")],
    ids=["away", "broken"],
)
async def test_storage_that_fails_is_told_with_a_reference(visitor, fault, status, told):
    world = visitor.admin.world
    rows = FaultyRows(world.rows, lambda call: fault if "l|" in str(call.detail) else None)
    visitor.admin = AdminWorld(await world.instance(rows), "")
    page = await visitor.get(ORGANIZATIONS)
    assert page.status == status
    assert told in page.text
    assert "test-request" in page.text
    assert "secret of storage" not in page.html


async def test_a_wrong_code_is_asked_for_again_and_the_form_is_not_lost(visitor):
    await visitor.grow_old()
    path = f"{ORGANIZATIONS}/13/delete"
    page = await visitor.send(path, version="", verify_session="1", verification_code="987654")
    assert page.status == 403
    assert "That code is not right. 4 tries left." in page.text
    assert 'name="verify_session" value="1"' in page.html
    assert "987654" not in page.html


@pytest.mark.parametrize("text", ["a\u202eb", "a\x00b", "a\u200bb", "a\u2066b", "a\ufeffb"])
def test_characters_that_nobody_sees_are_shown(text):
    assert shown(text) == f"a[U+{ord(text[1]):04X}]b"


def test_a_forms_field_holds_its_value_exactly():
    assert typed('a\u202e"<b>') == "a\u202e&quot;&lt;b&gt;"


@pytest.mark.parametrize("address", ["/console", "/console/a?b=c", "/console?x=1"])
def test_addresses_of_the_console_are_its_own(address):
    assert paths.is_own(address)


@pytest.mark.parametrize(
    "address", ["", "/", "//evil.example", "https://evil.example/console", "/consolex", "/console\\x", "/console\n/x"]
)
def test_other_addresses_are_not(address):
    assert not paths.is_own(address)


def test_parts_of_an_address_are_quoted():
    assert paths.path_to("help", "a/b?c", q="x y", none=None, several=("1", "2")) == (
        "/console/help/a%2Fb%3Fc?q=x+y&several=1&several=2"
    )


def test_a_form_tells_values_without_blanks_and_secrets_as_they_are():
    form = Form.parse(b"name=+Ana+&password=+x+&kind=a&kind=b&kind=")
    assert (form.text("name"), form.secret("password"), form.all("kind"), form.text("none")) == (
        "Ana",
        " x ",
        ("a", "b"),
        "",
    )
