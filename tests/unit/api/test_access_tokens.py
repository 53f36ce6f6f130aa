"""Personal access tokens, through the API."""

import pytest

from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


async def test_a_script_signs_in_with_its_token(admin):
    status, _, body = await admin.call("GET", "/me/access-tokens")
    assert status == 200
    assert [token["label"] for token in body["items"]] == ["test"]
    assert admin.token not in str(body)


async def test_a_token_makes_no_tokens(admin):
    status, _, body = await admin.call("POST", "/me/access-tokens", {"label": "another"})
    assert (status, body["code"]) == (403, "session_required")


async def test_without_credentials_even_unknown_addresses_are_401(admin):
    admin.token = ""
    for path in ("/me/access-tokens", "/nothing"):
        status, headers, body = await admin.call("GET", path)
        assert (status, body["code"], headers["WWW-Authenticate"]) == (401, "sign_in_required", "Bearer")


async def test_an_unknown_address_is_404_and_a_wrong_method_405(admin):
    assert (await admin.call("GET", "/nothing")).status == 404
    status, headers, _ = await admin.call("PUT", "/me/access-tokens", {})
    assert (status, headers["Allow"]) == (405, "GET, POST")


async def test_a_removed_token_opens_nothing(admin):
    (token,) = (await admin.done("GET", "/me/access-tokens"))["items"]
    assert (await admin.call("DELETE", f"/me/access-tokens/{token['id']}")).status == 204
    assert (await admin.call("GET", "/me/access-tokens")).status == 401


async def test_an_expired_token_opens_nothing(admin):
    admin.clock.advance(days=90)
    assert (await admin.call("GET", "/me/access-tokens")).status == 401


async def test_a_technician_has_no_token_that_opens_anything(admin):
    tess = await admin.account("tess@contoso.com")
    assert (await (await admin.as_(tess)).call("GET", "/me/access-tokens")).status == 401


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"label":"a","label":"b"}', b'{"label":""}', b'{"x":1}', b"\xff"])
async def test_a_body_that_does_not_fit_is_told_so(admin, body):
    status, _, problem = await admin.call("POST", "/me/access-tokens", body)
    assert status == 400
    assert problem["type"].startswith("urn:rollcall:problem:")
    assert problem["reference"]
