"""Replies that are not as Rollcall writes them: each gives a sentence, the other checks go on, and nobody is left."""

import gzip
import json
import re

import httpx
import pytest

from ops.smoke import report
from ops.smoke.findings import Finding, Outcome
from ops.smoke.trial import Trial
from scim.protocol.messages import MEDIA_TYPE
from tests.ops.smoke.proxies import Proxy, answer, html
from tests.ops.smoke.test_smoke import SCIM, altered, in_scim
from tests.world import BASE_URL

CONFIG = "GET", f"{SCIM}/ServiceProviderConfig"
USERS = "GET", f"{SCIM}/Users"
POST = "POST", f"{SCIM}/Users"
DEEP = b'{"meta":' + b"[" * 100_000


def replied(what, change):
    """Replies to one method and path have another body."""

    def spoil(request, reply):
        if (request.method, request.url.path) != what or reply.status_code >= 300:
            return None
        return answer(reply.status_code, reply.headers, change(reply.read()), reply.extensions)

    return lambda behind: Proxy(behind, changes_reply=spoil)


def with_(**values):
    """Other values in the document; `...` takes one away."""

    def change(body):
        changed = json.loads(body) | values
        return json.dumps({name: value for name, value in changed.items() if value is not ...}).encode()

    return change


def throttled(media_type, body):
    """Schemas are not to be had just now."""
    reply = {"Content-Type": media_type, "Retry-After": "17"}
    return lambda behind: Proxy(
        behind, answers=lambda request: answer(429, reply, body) if request.url.path.endswith("/Schemas") else None
    )


class Broken(httpx.SyncByteStream):
    """A body during which the connection is closed."""

    def __iter__(self):
        yield b'{"sche'
        raise httpx.RemoteProtocolError("peer closed connection")


def breaks_off(request, reply):
    if (request.method, request.url.path) == CONFIG:
        return httpx.Response(reply.status_code, headers=reply.headers, stream=Broken(), extensions=reply.extensions)
    return None


def squeezed(end):
    """SCIM as gzip, up to its end or less."""

    def squeeze(request, reply):
        if not in_scim(request) or reply.status_code >= 300:
            return None
        headers = httpx.Headers({**reply.headers, "content-encoding": "gzip"})
        return answer(reply.status_code, headers, gzip.compress(reply.read())[:end], reply.extensions)

    return lambda behind: Proxy(behind, changes_reply=squeeze)


def another_scim_server(media_type):
    """Answers paths that it does not know with an error of SCIM."""
    body = b'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"}'
    return lambda behind: Proxy(
        behind,
        answers=lambda request: None if in_scim(request) else answer(404, {"Content-Type": media_type}, body),
    )


UNLIKE = r"is not as Rollcall writes it\. "
ODD = [
    pytest.param(replied(CONFIG, with_(patch=True)), {"configuration": UNLIKE + "patch: "}, id="patch is no object"),
    pytest.param(replied(CONFIG, with_(meta=None)), {"configuration": UNLIKE + "meta: "}, id="meta is null"),
    pytest.param(
        replied(CONFIG, with_(filter={"supported": False})), {"configuration": "not the one"}, id="no filter offered"
    ),
    pytest.param(replied(CONFIG, lambda _: b"[]"), {"url": "is no JSON object, although"}, id="an array"),
    pytest.param(replied(CONFIG, lambda _: b"<html>"), {"url": "is no JSON object, although"}, id="no JSON"),
    pytest.param(replied(CONFIG, lambda _: DEEP), {"url": "is no JSON object, although"}, id="nested deeply"),
    pytest.param(
        replied(CONFIG, lambda body: body[: len(body) // 2]),
        {"url": r"is cut off: its JSON ends in the middle, after \d+ bytes"},
        id="half a body",
    ),
    pytest.param(
        lambda behind: Proxy(behind, changes_reply=breaks_off), {"url": r"\(200\) is cut off: peer"}, id="closed"
    ),
    pytest.param(squeezed(-12), {"url": "it is cut off, or no gzip"}, id="gzip without its end"),
    pytest.param(squeezed(None), {}, id="gzip that is whole"),
    pytest.param(
        lambda behind: Proxy(behind, changes_reply=altered(content_encoding="br")),
        {"url": r"in a way that was not asked for \(Content-Encoding: br\)"},
        id="an encoding that was not asked for",
    ),
    pytest.param(
        replied(("GET", f"{SCIM}/Schemas"), with_(Resources=...)),
        {"schemas": UNLIKE + "Resources: Field required"},
        id="schemas without a list",
    ),
    pytest.param(
        replied(("GET", f"{SCIM}/ResourceTypes"), with_(Resources=[{"id": "User", "schemaExtensions": [None]}])),
        {"resourceTypes": UNLIKE + r"Resources\.0\.schemaExtensions\.0: "},
        id="a resource type with odd extensions",
    ),
    pytest.param(
        replied(USERS, with_(Resources=...)), {"token": UNLIKE + "Resources: Field required"}, id="users without a list"
    ),
    pytest.param(replied(POST, with_(id=...)), {"create": UNLIKE + "id: Field required"}, id="a user without an id"),
    pytest.param(
        replied(POST, with_(id="../Groups")), {"create": UNLIKE + "id: String should match"}, id="an id that is a path"
    ),
    pytest.param(replied(POST, lambda _: DEEP), {"create": "is no JSON object"}, id="a user nested deeply"),
    pytest.param(
        throttled("text/html", b"<title>Too many</title>"),
        {"schemas": r"GET \S+ is throttled: .*\(429, Retry-After: 17\)\. Wait as long as it says"},
        id="throttled by a gateway",
    ),
    pytest.param(
        throttled(MEDIA_TYPE, b'{"detail": []}'),
        {"schemas": r"GET \S+ is throttled: .*\(429, Retry-After: 17\)"},
        id="throttled in SCIM",
    ),
    pytest.param(
        another_scim_server(MEDIA_TYPE),
        {"health": r"nothing at /healthz \(404", "console": "nothing at /console"},
        id="another SCIM server",
    ),
    pytest.param(
        another_scim_server("application/json"),
        {"health": r"nothing at /healthz \(404", "console": "nothing at /console"},
        id="another SCIM server that says JSON",
    ),
    pytest.param(
        lambda behind: Proxy(
            behind, changes_request=lambda request: setattr(request, "url", request.url.copy_with(query=None))
        ),
        {"find": "finds somebody. Look whether something in front of Rollcall drops the query"},
        id="the query dropped before an empty directory",
    ),
]


@pytest.mark.parametrize(("proxy", "expected"), ODD)
def test_an_odd_reply_gives_a_sentence(tenant, proxy, expected):
    tenant.smoke(proxy(tenant.deployment())).check(expected)


def test_what_nobody_foresaw_is_a_failed_check(tenant):
    """It names no word of the error, which may hold the token; and the user is removed."""

    def burst(request):
        if request.method == "PATCH":
            raise LookupError(request.headers["Authorization"])

    result = tenant.smoke(Proxy(tenant.deployment(), changes_request=burst))

    assert result.failures.keys() == {"change"}
    assert re.search(r"the test itself failed \(LookupError in \w+\.py, line \d+\)", result.failures["change"])
    assert tenant.token not in result.failures["change"]
    assert result.users == []


def test_a_user_whose_deletion_fails_in_an_unforeseen_way_is_named(tenant):
    def burst(request):
        if request.method == "DELETE":
            raise LookupError

    result = tenant.smoke(Proxy(tenant.deployment(), changes_request=burst))
    assert result.failures.keys() == {"delete", "cleanUp"}
    assert f"user {result.users[0]} could not be deleted: " in result.failures["cleanUp"]


def test_nobody_else_is_removed_when_the_query_is_dropped(tenant):
    """They are found in place of the user whose creation was not answered, and came after the first search."""

    def drop(request):
        if request.method == "POST" and b"rollcall-smoke-" in request.read():
            tenant.do(tenant.world.users(1, "anna"))
            raise httpx.ReadError("connection reset")
        request.url = request.url.copy_with(query=None)

    result = tenant.smoke(Proxy(tenant.deployment(), changes_request=drop))

    assert result.failures.keys() == {"create", "cleanUp"}
    assert "is not there, but may still come: its creation was not answered" in result.failures["cleanUp"]
    assert len(result.users) == 1


def test_a_user_that_a_gateway_gave_up_on_is_told_to_come_later(tenant):
    gave_up = Proxy(
        tenant.deployment(),
        answers=lambda request: html(504, "Time-out") if b"rollcall-smoke-" in request.read() else None,
    )
    result = tenant.smoke(gave_up)
    assert result.failures.keys() == {"create", "cleanUp"}
    assert "may still come" in result.failures["cleanUp"]


def test_a_title_is_cut_between_words_so_that_no_part_of_the_token_is_shown(tenant):
    echo = Proxy(tenant.deployment(), answers=lambda _: html(200, f"You sent {tenant.token}"))
    result = tenant.smoke(echo)
    assert 'A web page ("You sent …") answers' in result.failures["url"]


def test_a_location_that_leads_elsewhere_is_not_deleted(tenant):
    """It would be taken when neither the reply nor the search can be read."""

    def spoil(request, reply):
        if request.method == "POST":
            reply.headers["Location"] = "https://rollcall.example/ws/scim/v2/Users/.."
        if "rollcall-smoke" in str(request.url) or request.method == "POST":
            reply.headers["Content-Encoding"] = "gzip" if reply.status_code < 300 else "identity"

    result = tenant.smoke(Proxy(tenant.deployment(), changes_reply=spoil))
    assert result.failures.keys() == {"create", "cleanUp"}
    assert "DELETE" not in {reply.method for reply in result.trial.replies}


def test_the_report_holds_the_token_in_no_other_form():
    with httpx.Client() as client:
        trial = Trial(client, BASE_URL, "rc_a+b/c=")
    finding = Finding("url", "URL", Outcome.FAILED, "Redirected to https://x/rc_a%2Bb%2Fc%3D")
    assert "Redirected to https://x/(the token)" in report.as_text(trial, [finding])
