"""What every reply of the console says to the browser, whatever was asked for."""

import pytest

from scim.console.application import SECURITY_HEADERS
from scim.console.static_files import address_of
from scim.triggers.web import _http_response
from scim.web.messages import WebRequest
from tests.admin_world import AdminWorld
from tests.fakes.rows import FaultyRows, fail_before
from tests.visitor import FORM, Visitor

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
ORGANIZATIONS = "/administration/organizations"
FILE = address_of("console.css").removeprefix("/console")
STALE_FILE = "/static/0000000000000000/console.css"
REQUESTS = {
    "a page": ("GET", ORGANIZATIONS, 200),
    "a page's head": ("HEAD", ORGANIZATIONS, 200),
    "a redirect": ("GET", "/", 303),
    "a refused form": ("POST", f"{ORGANIZATIONS}/add", 400),
    "a page that takes no form": ("POST", ORGANIZATIONS, 405),
    "no page": ("GET", "/nowhere", 404),
    "no organization": ("GET", f"{ORGANIZATIONS}/none/rename", 404),
    "a file": ("GET", FILE, 200),
    "a file of another version": ("GET", STALE_FILE, 200),
    "no file": ("GET", f"{FILE}x", 404),
}


async def headers_of(visitor: Visitor, method: str, path: str, *, status: int) -> dict[str, str]:
    """As they are sent: those of the trigger included."""
    headers = {"cookie": visitor.person.cookie, "content-type": FORM}
    body = f"csrf={visitor.person.csrf}&name=".encode() if method == "POST" else b""
    request = WebRequest(method=method, path=path, headers=headers, body=body, id="r")
    reply = _http_response(await visitor.admin.world.app.administration.console.answer(request), request.id)
    assert reply.status_code == status
    return dict(reply.headers)


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS.values(), ids=REQUESTS)
async def test_every_reply_carries_the_security_headers(visitor, method, path, status):
    headers = await headers_of(visitor, method, path, status=status)
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Request-Id"] == "r"
    kept = "public, max-age=31536000, immutable" if path == FILE else "no-store"
    assert headers["Cache-Control"] == kept


async def test_a_reply_carries_them_when_storage_fails(visitor):
    world = visitor.admin.world
    rows = FaultyRows(world.rows, lambda call: fail_before if call.verb == "query" else None)
    broken = Visitor(visitor.person, AdminWorld(await world.instance(rows), ""))
    headers = await headers_of(broken, "GET", ORGANIZATIONS, status=503)
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert headers["Cache-Control"] == "no-store"


def test_the_policy_allows_our_own_files_and_nothing_else():
    """A source that is added here has to be meant."""
    parts = SECURITY_HEADERS["Content-Security-Policy"].split("; ")
    assert {name: sources for name, _, sources in (part.partition(" ") for part in parts)} == POLICY
    assert SECURITY_HEADERS["Referrer-Policy"] == "same-origin"
    assert SECURITY_HEADERS["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/../application.py",
        "/static/../application.py",
        "/static/x/%2e%2e/application.py",
        "/static/x/..%2fapplication.py",
        "/static/x/..\\application.py",
        "/static/x//etc/passwd",
        "/static/x/./console.css",
        "/static/x/console.css/",
        "/static/x/CONSOLE.CSS",
        "/static/",
        "/static/x",
        "/static/x/",
        "/static/x/console.css\x00.js",
    ],
)
async def test_no_path_leads_out_of_the_folder_of_files(visitor, path):
    await headers_of(visitor, "GET", path, status=404)
