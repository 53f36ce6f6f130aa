"""A deployment as it should be, and what each fault in front of or behind one is called."""

import json
import re
from dataclasses import replace

import httpx
import pytest

from ops.smoke import report
from ops.smoke.checks import CHECKS
from ops.smoke.findings import Finding, Outcome
from scim.domain.tokens import generate_token
from scim.errors import Unavailable
from tests.fakes.rows import fail_before
from tests.ops.smoke.proxies import Cache, Proxy, answer, html
from tests.world import BASE_URL, OKTA, ORGANIZATIONS

SCIM = httpx.URL(BASE_URL).path
EASY_AUTH = {
    "WWW-Authenticate": 'Bearer realm="rollcall.example" authorization_uri="https://login.windows.net/x/oauth2/authorize"',
    "x-ms-middleware-request-id": "5b0c",
}


def in_scim(request):
    return request.url.path.startswith(SCIM)


def without(*names):
    def change(request):
        for name in names:
            request.headers.pop(name, None)

    return change


def altered(**changes):
    """Replies of SCIM with other headers; None takes one away."""

    def change(request, reply):
        if in_scim(request):
            for name, value in changes.items():
                reply.headers.pop(name.replace("_", "-"), None)
                if value is not None:
                    reply.headers[name.replace("_", "-")] = value

    return change


def test_a_good_deployment_passes_every_check(tenant):
    result = tenant.smoke(tenant.deployment())
    assert result.outcomes == dict.fromkeys((check.id for check in CHECKS), Outcome.PASSED)
    assert result.users == []


PROXIES = [
    pytest.param(
        lambda behind: Proxy(behind, answers=lambda _: html(200, "Contoso Portal")),
        {"url": r'A web page \("Contoso Portal"\) answers GET /ws/scim/v2/ServiceProviderConfig, not Rollcall.'},
        id="a web page at the URL",
    ),
    pytest.param(
        lambda behind: Proxy(behind, answers=lambda request: html(200, "Sign in") if in_scim(request) else None),
        {"url": r'A web page \("Sign in"\) answers .*must leave /ws/scim/v2 alone'},
        id="a sign-in page",
    ),
    pytest.param(
        lambda behind: Proxy(behind, changes_request=without("authorization")),
        {"token": "eats the Authorization header"},
        id="Authorization eaten",
    ),
    pytest.param(
        lambda behind: Proxy(behind, changes_reply=altered(content_type="application/json")),
        {"url": 'rewrites the content type .*"application/json" instead of application/scim'},
        id="content type rewritten",
    ),
    pytest.param(
        lambda behind: Proxy(behind, answers=lambda _: answer(401, EASY_AUTH, b"You do not have permission.")),
        {"url": r"App Service Authentication answers GET .* \(401\).* switch App Service Authentication off"},
        id="App Service Authentication",
    ),
    pytest.param(
        lambda behind: Proxy(
            behind,
            answers=lambda request: answer(401, EASY_AUTH) if "authorization" in request.headers else None,
        ),
        {"unknownToken": "App Service Authentication answers"},
        id="App Service Authentication, for tokens alone",
    ),
    pytest.param(
        lambda behind: Proxy(
            behind,
            answers=lambda _: answer(302, {"Location": "https://login.microsoftonline.com/contoso/oauth2?state=1"}),
        ),
        {"url": r"App Service Authentication answers GET .* \(302\)"},
        id="App Service Authentication that redirects",
    ),
    pytest.param(
        lambda behind: Proxy(
            behind, answers=lambda _: answer(301, {"Location": "https://www.contoso.com/ws/scim/v2?secret"})
        ),
        {"url": r"is redirected to https://www.contoso.com/ws/scim/v2; identity providers do not follow"},
        id="redirected",
    ),
    pytest.param(
        lambda behind: Cache(behind, path=f"{SCIM}/Users/", marks=False),
        {"change": "A stale reply: displayName is 'Smoke test' instead of 'Smoke test, changed'", "delete": "stale"},
        id="a cache",
    ),
    pytest.param(
        lambda behind: Cache(behind, path=SCIM, marks=True),
        {
            "caching": r"A cache stands in front of Rollcall \(age: 42\)",
            "requestId": "no X-Request-Id of their own",
            "change": r"A stale reply.*came from a cache \(age: 42\)",
            "delete": "stale",
        },
        id="a cache that says so",
    ),
    pytest.param(
        lambda behind: Proxy(
            behind,
            answers=lambda request: html(405, "Not allowed") if request.method == "PATCH" else None,
        ),
        {"change": r"Something in front of Rollcall refuses PATCH /ws/scim/v2/Users/\S+ \(405\)"},
        id="PATCH refused",
    ),
    pytest.param(
        lambda behind: Proxy(
            behind,
            answers=lambda request: html(413, "Too large") if len(request.read()) > 131_072 else None,
        ),
        {"largeBody": r"refuses POST /ws/scim/v2/Users \(413\).*bodies of up to 16 MiB"},
        id="large bodies refused",
    ),
    pytest.param(
        lambda behind: Proxy(behind, changes_reply=altered(content_encoding="gzip")),
        {"url": "says that it is compressed, and cannot be unpacked"},
        id="gzip broken",
    ),
    pytest.param(
        lambda behind: Proxy(behind, answers=lambda request: answer(401) if in_scim(request) else None),
        {"url": "demands a function key"},
        id="a function key demanded",
    ),
    pytest.param(
        lambda behind: Proxy(
            behind,
            answers=lambda _: answer(
                401,
                {"Content-Type": "application/json"},
                b'{"statusCode": 401, "message": "Access denied due to missing subscription key."}',
            ),
        ),
        {"url": "API Management answers .* demands a subscription key"},
        id="API Management",
    ),
    pytest.param(
        lambda behind: Proxy(behind, answers=lambda _: html(403, "Web App - Stopped: this web app is stopped.")),
        {"url": "The app is stopped"},
        id="stopped",
    ),
    pytest.param(
        lambda behind: Proxy(behind, answers=lambda _: answer(403, {"x-ms-forbidden-ip": "203.0.113.9"})),
        {"url": "access restrictions"},
        id="access restrictions",
    ),
    pytest.param(
        lambda behind: Proxy(behind, answers=lambda _: answer(503, body=b"Function host is not running.")),
        {"url": r"The platform answers GET .* in the app's place \(503\)"},
        id="the app does not start",
    ),
    pytest.param(
        lambda behind: Proxy(behind, answers=lambda _: answer(404)),
        {"url": "The host knows nothing at /ws/scim/v2"},
        id="nothing deployed",
    ),
    pytest.param(
        lambda behind: Proxy(behind, answers=lambda _: answer(418, {"Content-Type": "text/tea"})),
        {"url": 'Something other than Rollcall answers .*: 418 with content type "text/tea"'},
        id="something unknown",
    ),
    pytest.param(
        lambda behind: Proxy(
            behind,
            answers=lambda request: (
                behind.handle_request(httpx.Request("GET", str(request.url).replace("http:", "https:")))
                if request.url.scheme == "http"
                else None
            ),
        ),
        {"plainHttp": r"reached without TLS \(200\).*HTTPS only"},
        id="plain HTTP",
    ),
    pytest.param(
        lambda behind: Proxy(behind, changes_reply=altered(www_authenticate=None)),
        {"noToken": "lost its WWW-Authenticate header"},
        id="WWW-Authenticate lost",
    ),
    pytest.param(
        lambda behind: Proxy(behind, changes_reply=altered(cache_control="public, max-age=60", x_request_id=None)),
        {"caching": "lost Cache-Control: no-store", "requestId": "X-Request-Id"},
        id="headers lost",
    ),
    pytest.param(
        lambda behind: Proxy(
            behind,
            changes_reply=lambda request, reply: (
                reply.headers.pop("content-security-policy") and None if request.url.path == "/console" else None
            ),
        ),
        {"console": "have lost Content-Security-Policy on the way"},
        id="the console without its policy",
    ),
    pytest.param(
        lambda behind: Proxy(
            behind,
            changes_reply=lambda request, reply: (
                reply.headers.update({"Location": "https://internal/ws/scim/v2/Users/1"})
                if request.method == "POST"
                else None
            ),
        ),
        {"create": r"Location of the new user is https://internal/ws/scim/v2/Users/1, and should be"},
        id="Location rewritten",
    ),
]


@pytest.mark.parametrize(("proxy", "expected"), PROXIES)
def test_what_stands_in_front_is_named(tenant, proxy, expected):
    """And only that fails, with a remedy, and nobody is left behind."""
    tenant.smoke(proxy(tenant.deployment())).check(expected)


def test_a_dropped_query_is_named(tenant):
    tenant.do(tenant.world.users(1, "anna"))

    def drop(request):
        request.url = request.url.copy_with(query=None)

    result = tenant.smoke(Proxy(tenant.deployment(), changes_request=drop))

    assert result.failures.keys() == {"token"}
    assert "finds somebody. Look whether something in front of Rollcall drops the query" in result.failures["token"]


def test_a_wrong_prefix_is_named(tenant):
    result = tenant.smoke(tenant.deployment(prefix="api"))
    assert result.failures.keys() == {"url"}
    assert "Rollcall answers at https://rollcall.example/api/ws/scim/v2, not at" in result.failures["url"]
    assert "routePrefix" in result.failures["url"]


def test_links_that_lead_elsewhere_are_named(tenant):
    result = tenant.smoke(tenant.deployment(), url="https://scim.contoso.com/ws/scim/v2")
    assert result.failures.keys() == {"publicUrl", "create"}
    assert "Links lead elsewhere: meta.location is https://rollcall.example/ws/" in result.failures["publicUrl"]
    assert "Set the app setting PUBLIC_URL to https://scim.contoso.com" in result.failures["publicUrl"]
    assert result.users == []


def test_a_vault_out_of_reach_is_named(tenant, monkeypatch):
    async def digest(_token_id):
        raise Unavailable

    deployment = tenant.deployment_on(lambda _call: None)
    monkeypatch.setattr(tenant.world.app.vault, "digest", digest)
    result = tenant.smoke(deployment)

    assert result.failures.keys() == {"token"}
    assert "Rollcall answers 503 to a good token: its vault is not reached" in result.failures["token"]


def test_storage_out_of_reach_is_named(tenant):
    result = tenant.smoke(tenant.deployment_on(lambda _call: fail_before))
    assert result.failures.keys() == {"health", "unknownToken"}
    assert "says that it cannot work (503)" in result.failures["health"]
    assert "cannot look a token up, because its storage is not reached" in result.failures["unknownToken"]


def test_a_wrong_token_is_named(tenant):
    result = tenant.smoke(tenant.deployment(), token=generate_token().text)
    assert result.failures.keys() == {"token"}
    assert "The token is wrong: Rollcall does not know it (401)." in result.failures["token"]


def test_a_token_that_was_not_copied_whole_is_named(tenant):
    result = tenant.smoke(tenant.deployment(), token=tenant.token[:-1])
    assert "not copied whole" in result.failures["token"]


def test_an_expired_token_is_named(tenant):
    tenant.world.clock.advance(days=190)
    result = tenant.smoke(tenant.deployment())
    assert re.search(r"The token is not accepted: The SCIM token expired on 20\d\d-", result.failures["token"])
    assert "Generate a new token in the console" in result.failures["token"]


def test_a_provider_that_is_switched_off_is_named(tenant):
    token = tenant.do(tenant.world.provided(replace(OKTA, scim_enabled=False))).token
    result = tenant.smoke(tenant.deployment(), token=token)
    assert "not let in (403): SCIM provisioning is disabled" in result.failures["token"]


def test_an_organization_that_is_not_there_is_named(tenant):
    result = tenant.smoke(tenant.deployment(), organization="99")
    assert result.failures.keys() == {"create"}
    assert '"99" does not match an organization' in result.failures["create"]
    assert "make smoke ORGANIZATION=<id>" in result.failures["create"]
    assert tenant.smoke(tenant.deployment(), organization=ORGANIZATIONS[0]).failures == {}


def test_a_certificate_that_is_about_to_expire_is_named(tenant):
    result = tenant.smoke(tenant.deployment(certificate_days=13))
    assert result.failures.keys() == {"certificate"}
    assert "The certificate expires in 13 days, on 20" in result.failures["certificate"]


def lost(request, reply):
    if request.method == "POST" and reply.status_code == 201:
        raise httpx.ReadError("connection reset")


def unreadable(request, reply):
    if request.method == "POST" and reply.status_code == 201:
        reply.headers["Content-Encoding"] = "gzip"


@pytest.mark.parametrize(
    ("spoil", "words"), [(lost, "got no reply: connection reset"), (unreadable, "cannot be unpacked")]
)
def test_a_user_whose_creation_was_not_answered_is_removed(tenant, spoil, words):
    result = tenant.smoke(Proxy(tenant.deployment(), changes_reply=spoil))
    assert result.failures.keys() == {"create"}
    assert words in result.failures["create"]
    assert result.users == []


def test_a_user_whose_creation_was_not_answered_is_removed_by_its_location_when_nothing_else_is_readable(tenant):
    def spoil(request, reply):
        if "smoke" in str(request.url) or request.method == "POST":
            reply.headers["Content-Encoding"] = "gzip" if reply.status_code < 300 else "identity"

    result = tenant.smoke(Proxy(tenant.deployment(), changes_reply=spoil))
    assert result.failures.keys() == {"create"}
    assert result.users == []


def test_a_user_is_removed_when_the_test_itself_breaks_off(tenant):
    def spoil(request, _reply):
        if request.method == "PATCH":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tenant.smoke(Proxy(tenant.deployment(), changes_reply=spoil))
    assert tenant.users() == []


def test_a_user_that_cannot_be_removed_is_named(tenant):
    refused = Proxy(
        tenant.deployment(), answers=lambda request: html(403, "Blocked") if request.method == "DELETE" else None
    )
    result = tenant.smoke(refused)
    assert result.failures.keys() == {"delete", "cleanUp"}
    assert f"The throw-away user {result.users[0]} could not be deleted" in result.failures["cleanUp"]
    assert "refuses DELETE" in result.failures["delete"]


def test_what_needs_something_that_failed_is_not_done(tenant):
    result = tenant.smoke(Proxy(tenant.deployment(), answers=lambda _: html(200, "Portal")))
    assert {each.outcome for each in result.findings[1:]} == {Outcome.NOT_DONE}
    assert result.findings[1].sentence == 'Not done without "The SCIM URL".'
    assert len(result.trial.replies) == 1


def test_the_report_says_what_to_do_and_holds_no_token(tenant):
    def echo(_request):
        return html(403, f"You sent {tenant.token}")

    result = tenant.smoke(Proxy(tenant.deployment(), answers=echo))
    text = report.as_text(result.trial, result.findings)
    document = json.loads(report.as_json(result.trial, result.findings))

    assert "✗ The SCIM URL: Something in front of Rollcall refuses GET" in text
    assert "\n    To do: Let the firewall pass GET" in text
    assert "0 passed, 1 failed, 22 not done. This deployment needs mending." in text
    assert re.search(r"1 requests, \d+ ms each \(median\); the slowest took \d+ ms \(GET /ws/", text)
    assert document["passed"] is False
    assert document["checks"][0]["outcome"] == "failed"
    assert document["requests"][0]["status"] == 403
    assert tenant.token not in report.as_text(result.trial, [Finding("x", "x", Outcome.FAILED, tenant.token)])
