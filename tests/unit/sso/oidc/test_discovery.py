"""Issuers that can be used, and those that cannot: each is refused with a sentence that says what to enter."""

import asyncio
import json

import pytest
from aiohttp import web

from scim.sso.fetching import Fetcher, FetchRefused
from scim.sso.oidc.discovery import MAX_ISSUERS, Issuers
from scim.sso.oidc.keys import SignedToken
from scim.sso.oidc.servers import IssuerRefused

DISCOVERY = "/tenant/v2.0/.well-known/openid-configuration"


@pytest.fixture
def issuers(clock):
    return Issuers(Fetcher(allows_loopback=True), clock)


DOCUMENTS = {
    "another issuer": ({"issuer": "https://evil.example"}, "wrong_issuer", 'calls itself "https://evil.example"'),
    "any tenant": (
        {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"},
        "any_tenant",
        "Enter the one of your tenant",
    ),
    "no issuer": ({"issuer": None}, "no_issuer", "This is not an OpenID Connect issuer"),
    "no token endpoint": ({"token_endpoint": None}, "incomplete_discovery", "lacks token_endpoint."),
    "no keys": (
        {"jwks_uri": 7, "authorization_endpoint": ""},
        "incomplete_discovery",
        "authorization_endpoint, jwks_uri",
    ),
    "a plain token endpoint": ({"token_endpoint": "ftp://a"}, "insecure_endpoint", "The token_endpoint of this issuer"),
    "a script to sign in at": (
        {"authorization_endpoint": "javascript:alert(1)"},
        "insecure_endpoint",
        "The authorization_endpoint",
    ),
    "a fragment": ({"authorization_endpoint": "https://a/#b"}, "insecure_endpoint", "The authorization_endpoint"),
    "no address at all": ({"jwks_uri": "https://[::1"}, "insecure_endpoint", "The jwks_uri"),
    "no code": ({"response_types_supported": ["id_token"]}, "no_code_flow", "response type code"),
    "no grant": ({"grant_types_supported": ["implicit"]}, "no_code_flow", "authorization code grant"),
    "HMAC only": (
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
        "unsupported_signature",
        "none of RS256, ES256 and PS256",
    ),
    "no secret": (
        {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
        "unsupported_client_authentication",
        "takes no client secret",
    ),
}


@pytest.mark.parametrize("case", DOCUMENTS)
async def test_an_issuer_that_cannot_be_used_is_refused(double, issuers, case):
    changes, code, words = DOCUMENTS[case]
    double.shape |= changes
    with pytest.raises(IssuerRefused) as refused:
        await issuers.server(double.issuer)
    assert (refused.value.code, words in refused.value.detail) == (code, True)


BODIES = {
    "a page": b"<html>",
    "nothing": b"",
    "a list": b"[]",
    "not UTF-8": b'{"issuer": "\xff"}',
    "a name twice": b'{"issuer": "a", "issuer": "b"}',
    "no number": b'{"issuer": NaN}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("case", BODIES)
async def test_what_is_no_discovery_document_is_refused(double, issuers, case):
    double.replies[DISCOVERY] = lambda: web.Response(body=BODIES[case])
    with pytest.raises(IssuerRefused, match="This is not an OpenID Connect issuer"):
        await issuers.server(double.issuer)


async def test_an_address_without_a_discovery_document_is_no_issuer(double, issuers):
    with pytest.raises(IssuerRefused) as refused:
        await issuers.server(f"{double.origin}/other")
    assert refused.value.code == "no_issuer"


async def test_an_issuer_with_a_slash_at_its_end_is_asked_without_it(double, issuers):
    """OpenID Connect Discovery §4.1; the issuer itself keeps it."""
    double.issuer += "/"
    assert (await issuers.server(double.issuer)).issuer.endswith("v2.0/")


async def test_a_failing_issuer_is_told_apart_from_one_that_is_none(double, issuers, clock):
    double.replies[DISCOVERY] = lambda: web.Response(status=503)
    with pytest.raises(FetchRefused) as refused:
        await issuers.server(double.issuer)
    assert refused.value.code == "server_error"
    double.replies.clear()
    clock.advance(seconds=10)
    assert await issuers.server(double.issuer)


async def test_who_waits_for_an_issuer_that_fails_shares_its_failure(double, issuers, clock):
    """Else each of many would wait for a time-out of its own, one after another."""
    double.replies[DISCOVERY] = lambda: web.Response(status=503)
    found = await asyncio.gather(*(issuers.server(double.issuer) for _ in range(5)), return_exceptions=True)
    assert [each.code for each in found] == ["server_error"] * 5
    assert len(double.seen) == 1
    clock.advance(seconds=9)
    with pytest.raises(FetchRefused):
        await issuers.server(double.issuer)
    assert len(double.seen) == 1
    clock.advance(seconds=1)
    with pytest.raises(FetchRefused):
        await issuers.server(double.issuer)
    assert len(double.seen) == 2


async def test_who_asks_at_once_waits_for_one_fetch(double, issuers):
    await asyncio.gather(*(issuers.server(double.issuer) for _ in range(5)))
    assert len(double.seen) == 1


async def test_issuers_that_are_remembered_are_bounded(double, issuers):
    await issuers.server(double.issuer)
    for number in range(MAX_ISSUERS):
        with pytest.raises(FetchRefused):
            await issuers.server(f"http://idp{number}.example")
    await issuers.server(double.issuer)
    assert len(double.seen) == 2
    assert len(issuers._known) == MAX_ISSUERS


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" " * 10 * 1024 * 1024, "too_large"),
        (json.dumps({"keys": []}).encode(), "no_keys"),
        (json.dumps({"keys": {}}).encode(), "no_keys"),
        (json.dumps({"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}, {"kty": ["RSA"]}]}).encode(), "no_keys"),
        (json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}).encode(), "no_keys"),
        (b"<html>", "no_keys"),
    ],
    ids=["10 MB", "none", "no list", "unreadable", "not on the curve", "a page"],
)
async def test_keys_that_cannot_be_used_are_refused(double, issuers, body, code):
    server = await issuers.server(double.issuer)
    double.replies["/keys"] = lambda: web.Response(body=body)
    with pytest.raises((IssuerRefused, FetchRefused)) as refused:
        await issuers.key(server, SignedToken.parse(double.id_token()))
    assert refused.value.code == code


async def test_keys_that_cannot_be_read_again_are_not_asked_for_without_end(double, issuers, clock):
    """A token names an unknown key, and the issuer has a problem."""
    server = await issuers.server(double.issuer)
    known = SignedToken.parse(double.id_token())
    assert await issuers.key(server, known)
    double.header["kid"] = "two"
    unknown = SignedToken.parse(double.id_token())
    double.replies["/keys"] = lambda: web.Response(status=503)
    clock.advance(minutes=1)
    with pytest.raises(FetchRefused):
        await issuers.key(server, unknown)
    assert await issuers.key(server, unknown) is None
    assert await issuers.key(server, known)
    assert double.seen.count("GET /keys") == 2
