"""The connection of single sign-on over the API: metadata, addresses, certificates, the last test, its dependents."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from scim.domain.authority import Permission
from scim.domain.sso import SsoState
from tests.admin_world import AdminWorld
from tests.certificates import FIRST, SECOND
from tests.fakes.rows import FakeRows
from tests.people import enable_sso, technician, with_code
from tests.unit.api.test_provider_switches import configure, enabled, passed
from tests.unit.console.test_sso_connection import metadata

BASE = "/identity-providers/entra/sso"
OURS = "https://rollcall.example/console/sso/entra"


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


async def imported(admin, **body):
    return await admin.call("POST", f"{BASE}/metadata:import", body)


async def imported_with_code(admin, **body):
    return await with_code(admin, "changeSso", "entra", "POST", f"{BASE}/metadata:import", body)


def refusal(reply):
    return reply.status, reply.json["code"], reply.json["field"]


async def test_metadata_becomes_the_connection(admin):
    """R097."""
    reply = await imported(admin, document=metadata())
    told = reply.json["sso"]
    assert (reply.status, told["state"], told["configuration"]["protocol"]) == (200, "notTested", "saml2")
    assert told["configuration"]["entityId"] == "https://idp.example/metadata"
    assert told["configuration"]["certificates"] == [FIRST]
    assert reply.headers["ETag"]


async def test_metadata_is_fetched_from_where_it_is_published(admin):
    async def published(_):
        return web.Response(text=metadata(SECOND), content_type="application/xml")

    app = web.Application()
    app.router.add_get("/metadata", published)
    async with TestServer(app) as server:
        reply = await imported(admin, url=f"http://127.0.0.1:{server.port}/metadata")
    assert reply.json["sso"]["configuration"]["certificates"] == [SECOND]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "no_metadata", "url"),
        ({"url": "https://idp.example", "document": "<EntityDescriptor/>"}, "no_metadata", "url"),
        ({"url": "http://idp.example"}, "not_https", "url"),
        ({"url": "https://10.0.0.1/metadata"}, "private_address", "url"),
        ({"document": "<html>"}, "web_page", "document"),
        ({"document": " \n"}, "no_metadata", "url"),
    ],
)
async def test_what_is_no_metadata_is_told_at_its_field(admin, body, code, field):
    assert refusal(await imported(admin, **body)) == (400, code, field)


async def test_a_connection_in_use_takes_new_certificates_and_nothing_else(admin):
    await imported(admin, document=metadata())
    await passed(admin)
    await enable_sso(admin)
    reply = await imported_with_code(admin, document=metadata(SECOND))
    assert (reply.status, reply.json["sso"]["state"]) == (200, "enabled")
    other = await imported(admin, document=metadata(SECOND, "https://evil.example"))
    assert (other.status, other.json["code"]) == (409, "sso_enabled")


async def test_metadata_that_somebody_overtook_is_not_imported(admin):
    path, body = f"{BASE}/metadata:import", {"document": metadata()}
    version = (await admin.call("GET", "/identity-providers/entra")).headers["ETag"]
    assert (await admin.call("POST", path, body, headers={"if-match": version})).status == 200
    assert (await admin.call("POST", path, body, headers={"if-match": version})).status == 412


async def test_what_metadata_says_is_told_even_if_nobody_may_type_it(admin):
    """More than five certificates, and in local runs an address of this machine."""
    key = metadata().partition("<KeyDescriptor")[2].partition("</KeyDescriptor>")[0]
    several = "".join(f"<KeyDescriptor{key}</KeyDescriptor>" for _ in range(6))
    document = metadata(SECOND).replace("<KeyDescriptor", f"{several}<KeyDescriptor", 1)
    document = document.replace("https://idp.example/saml", "http://127.0.0.1:9/saml")
    told = (await imported(admin, document=document)).json["sso"]["configuration"]
    assert (told["certificates"], told["signOnUrl"]) == ([FIRST, SECOND], "http://127.0.0.1:9/saml")


async def test_the_addresses_are_what_the_identity_provider_is_given(admin):
    """R023."""
    assert await admin.done("GET", f"{BASE}/addresses") == {
        "identifier": f"{OURS}/metadata",
        "replyUrl": f"{OURS}/acs",
        "encryptionCertificate": f"{OURS}/encryption.cer",
        "redirectUri": f"{OURS}/callback",
        "signInLink": OURS,
    }


async def test_signing_certificates_are_told_with_their_expiry(admin):
    assert await admin.done("GET", f"{BASE}/certificates") == {"items": []}
    await imported(admin, document=metadata())
    told = {
        "subject": "CN=Contoso SSO 1",
        "fingerprint": "30c81ce0d8ce01c9c1fdb12ff84e877aacad39ac2d888a3b31e7439c1395cf16",
        "notAfter": "2056-01-01T00:00:00.000Z",
        "pem": FIRST,
    }
    assert await admin.done("GET", f"{BASE}/certificates") == {"items": [told]}


async def test_a_test_is_told_with_the_page_where_it_is(admin):
    """R023: it is a sign-in in a browser, and nobody can claim that it passed."""
    assert await admin.done("GET", f"{BASE}/test") == {"state": "notTested", "mayBeEnabled": False, "testedBy": ""}
    await configure(admin)
    told = await admin.done("GET", f"{BASE}/test")
    page = "https://rollcall.example/console/administration/accounts/identity-providers/entra/sso/test"
    assert (told["state"], told["url"]) == ("notTested", page)
    await passed(admin)
    told = await admin.done("GET", f"{BASE}/test")
    assert (told["state"], told["mayBeEnabled"], told["testedBy"]) == ("ready", True, "ana@contoso.com")
    assert told["testedAt"] == "2026-11-23T12:00:00.000Z"


async def test_who_could_not_sign_in_without_it_is_listed_page_by_page(admin):
    """R094."""
    ids = await admin.world.users(3)
    await enabled(admin)
    first = await admin.done("GET", f"{BASE}/dependents", limit=2)
    assert (first["count"], [each["id"] for each in first["items"]]) == ({"number": 3, "isMore": False}, ids[:2])
    assert first["items"][0] == {
        "id": ids[0],
        "name": "user0@contoso.com",
        "userName": "user0@contoso.com",
        "userType": "endUser",
        "administrator": False,
    }
    last = await admin.done("GET", f"{BASE}/dependents", limit=2, cursor=first["next"])
    assert ([each["id"] for each in last["items"]], "next" in last) == (ids[2:], False)
    assert (await admin.call("GET", f"{BASE}/dependents", cursor="other")).status == 400


async def test_who_may_look_changes_nothing_and_others_see_nothing(admin):
    await configure(admin)
    seeing = await technician(admin, Permission.VIEW_IDENTITY)
    others = await technician(admin, Permission.VIEW_ACCOUNTS)
    for name in ("addresses", "certificates", "test"):
        assert (await seeing.call("GET", f"{BASE}/{name}")).status == 200
        assert (await others.call("GET", f"{BASE}/{name}")).status == 403
    assert (await imported(seeing, document=metadata())).status == 403
    assert (await seeing.call("GET", f"{BASE}/dependents")).status == 403
    assert (await admin.services.providers.get("entra")).sso.state is SsoState.NOT_TESTED


async def test_of_a_provider_that_is_not_there_nothing_is_told(admin):
    for name in ("addresses", "certificates", "test", "dependents"):
        assert (await admin.call("GET", f"/identity-providers/gone/sso/{name}")).status == 404
