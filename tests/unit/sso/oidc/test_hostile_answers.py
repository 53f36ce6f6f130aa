"""Answers that let nobody in: each is refused with a code that stays, and a sentence that says what to do."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from scim.domain.sso import AnswerRefused, NameClaim
from scim.sso.fetching import Fetcher
from tests.unit.sso.oidc.double import (
    CLIENT_ID,
    CODE,
    SECRET,
    Double,
    base64url,
    ec_jwk,
    es256,
    half_hash,
    hs256,
    pem,
    rs256,
    rsa_jwk,
)
from tests.unit.sso.oidc.party import Party


async def refusal(work) -> AnswerRefused:
    with pytest.raises(AnswerRefused) as refused:
        await work
    detail = refused.value.detail
    assert detail[-1] == "."
    assert detail[0].isupper() or detail[0].isdigit()
    return refused.value


def rogue(header, *keys):
    """Signed by a key that is not the provider's, with a header that leads to it."""
    return {"header": {"alg": "RS256", **header}, "sign": rs256("rogue"), "keys": [rsa_jwk("one"), *keys]}


def replaced(text: str) -> str:
    """Another payload under the same signature."""
    header, payload, signature = text.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return f"{header}.{base64url(json.dumps(claims | {'preferred_username': 'boss@contoso.com'}).encode())}.{signature}"


TOKENS = {
    "another issuer": ({"claims": {"iss": "https://evil.example"}}, "wrong_issuer"),
    "no issuer": ({"claims": {"iss": None}}, "wrong_issuer"),
    "another audience": ({"claims": {"aud": "other"}}, "wrong_audience"),
    "no audience": ({"claims": {"aud": None}}, "wrong_audience"),
    "part of an audience": ({"claims": {"aud": f"{CLIENT_ID}-2"}}, "wrong_audience"),
    "several audiences": ({"claims": {"aud": [CLIENT_ID, "other"]}}, "wrong_authorized_party"),
    "given to another": ({"claims": {"azp": "other"}}, "wrong_authorized_party"),
    "a crowd of audiences": ({"claims": {"aud": [CLIENT_ID] * 11, "azp": CLIENT_ID}}, "wrong_audience"),
    "another nonce": ({"claims": {"nonce": "x"}}, "wrong_nonce"),
    "no nonce": ({"claims": {"nonce": None}}, "wrong_nonce"),
    "half a character": ({"claims": {"nonce": "\ud800"}}, "wrong_signature"),
    "no subject": ({"claims": {"sub": None}}, "no_subject"),
    "a long subject": ({"claims": {"sub": "s" * 256}}, "no_subject"),
    "no expiry": ({"claims": {"exp": None}}, "expired"),
    "an expiry that is no number": ({"claims": {"exp": "9999999999"}}, "expired"),
    "an expiry without end": ({"claims": {"exp": float("inf")}}, "wrong_signature"),
    "an expiry beyond all dates": ({"claims": {"exp": 10**30}}, "expired"),
    "no issue": ({"claims": {"iat": None}}, "issued_in_future"),
    "another access token": ({"claims": {"at_hash": half_hash("other")}}, "wrong_at_hash"),
    "another code": ({"claims": {"c_hash": half_hash("other")}}, "wrong_c_hash"),
    "no name": ({"claims": {"preferred_username": None}, "shape": {"userinfo_endpoint": None}}, "no_name"),
    "a name of another kind": (
        {"claims": {"preferred_username": ["anna"]}, "shape": {"userinfo_endpoint": None}},
        "no_name",
    ),
    "userinfo of somebody else": (
        {"claims": {"preferred_username": None}, "userinfo": {"sub": "boss", "email": "boss@contoso.com"}},
        "wrong_userinfo",
    ),
    "not signed": ({"header": {"alg": "none"}, "sign": lambda _: b""}, "wrong_algorithm"),
    "not signed, spelled otherwise": (
        {"header": {"alg": "nOnE", "kid": "one"}, "sign": lambda _: b""},
        "wrong_algorithm",
    ),
    "signature cut off": ({"sign": lambda _: b""}, "wrong_signature"),
    "HMAC with the public key": (
        {"header": {"alg": "HS256", "kid": "one"}, "sign": hs256(pem("one"))},
        "wrong_algorithm",
    ),
    "HMAC with the client secret": (
        {"header": {"alg": "HS256", "kid": "one"}, "sign": hs256(SECRET.encode())},
        "wrong_algorithm",
    ),
    "HMAC with a published secret": (
        {
            "header": {"alg": "HS256", "kid": "s"},
            "sign": hs256(b"k" * 32),
            "keys": [rsa_jwk("one"), {"kty": "oct", "kid": "s", "k": base64url(b"k" * 32)}],
        },
        "wrong_algorithm",
    ),
    "SHA-1": ({"header": {"alg": "RS1", "kid": "one"}}, "wrong_algorithm"),
    "no algorithm": ({"header": {"kid": "one"}}, "malformed_token"),
    "an algorithm of another key type": ({"header": {"alg": "ES256", "kid": "one"}}, "unknown_key"),
    "an unknown key": (rogue({"kid": "rogue"}), "unknown_key"),
    "another key under a known name": (rogue({"kid": "one"}), "wrong_signature"),
    "another algorithm under a known name": (
        {"header": {"alg": "ES256", "kid": "one"}, "sign": es256("one"), "keys": [rsa_jwk("one")]},
        "unknown_key",
    ),
    "no name where there are several keys": (
        {"header": {"alg": "RS256"}, "keys": [rsa_jwk("one"), rsa_jwk("two")]},
        "unknown_key",
    ),
    "a name that two keys have": ({"keys": [rsa_jwk("one"), rsa_jwk("two", kid="one")]}, "unknown_key"),
    "a key for encryption": (rogue({"kid": "rogue"}, rsa_jwk("rogue", use="enc")), "unknown_key"),
    "a key for another algorithm": (rogue({"kid": "rogue"}, rsa_jwk("rogue", alg="RSA-OAEP")), "unknown_key"),
    "a short key": (rogue({"kid": "short"}, rsa_jwk("short")), "unknown_key"),
    "a key on another curve": (
        {
            "header": {"alg": "ES256", "kid": "c"},
            "sign": es256("c"),
            "keys": [rsa_jwk("one"), ec_jwk("c", crv="P-384")],
        },
        "unknown_key",
    ),
    "a key brought along": (rogue({"kid": "rogue", "jwk": rsa_jwk("rogue")}), "unknown_key"),
    "a key brought along, named like ours": (rogue({"kid": "one", "jwk": rsa_jwk("rogue")}), "wrong_signature"),
    "an address of keys": (rogue({"kid": "one", "jku": "https://evil.example/keys"}), "wrong_signature"),
    "an address of a certificate": (rogue({"kid": "one", "x5u": "https://evil.example/cert"}), "wrong_signature"),
    "a certificate brought along": (rogue({"kid": "one", "x5c": ["MIIC"]}), "wrong_signature"),
    "something critical": (
        {"header": {"alg": "RS256", "kid": "one", "crit": ["exp2"], "exp2": 1}},
        "wrong_signature",
    ),
    "an access token": ({"header": {"alg": "RS256", "kid": "one", "typ": "at+jwt"}}, "wrong_type"),
    "a log-out token": ({"header": {"alg": "RS256", "kid": "one", "typ": "logout+jwt"}}, "wrong_type"),
    "a replaced payload": ({"tamper": replaced}, "wrong_signature"),
    "another payload appended": ({"tamper": lambda token: f"{token}.e30"}, "malformed_token"),
    "a header that is no object": (
        {"tamper": lambda token: f"{base64url(b'[0]')}.{token.partition('.')[2]}"},
        "malformed_token",
    ),
    "a header that is a text": ({"tamper": lambda _: "ImFsZyI.e30.AA"}, "malformed_token"),
    "letters beyond ASCII": ({"tamper": lambda _: "é.é.é"}, "malformed_token"),
    "an encrypted token": ({"tamper": lambda _: "e30.e30.e30.e30.e30"}, "malformed_token"),
    "no token": ({"tamper": lambda _: ""}, "no_id_token"),
    "a huge token": ({"claims": {"x": "x" * 150_000}}, "malformed_token"),
}


@pytest.mark.parametrize("case", TOKENS)
async def test_a_hostile_token_is_refused(party, double, case):
    changes, code = TOKENS[case]
    for name, value in changes.items():
        setattr(double, name, double.shape | value if name == "shape" else value)
    assert (await refusal(party.sign_in())).code == code


@pytest.mark.parametrize(
    ("claims", "code"),
    [({"exp": -180}, "expired"), ({"iat": 181}, "issued_in_future"), ({"nbf": 181}, "not_yet_valid")],
)
async def test_beyond_three_minutes_clocks_may_not_differ(party, double, claims, code):
    double.claims = {name: double.now + offset for name, offset in claims.items()}
    assert (await refusal(party.sign_in())).code == code


async def test_a_key_of_another_issuer_opens_nothing(party, clock):
    """Also not where both are known here."""
    async with Double(now=party.double.now) as other:
        other.keys, other.header, other.sign = [rsa_jwk("two")], {"alg": "RS256", "kid": "two"}, rs256("two")
        assert await Party(other, clock, Fetcher(allows_loopback=True)).sign_in()
        await party.issuers.server(other.issuer)
        party.double.header, party.double.sign = other.header, other.sign
        assert (await refusal(party.sign_in())).code == "unknown_key"


CALLBACKS = {
    "another state": ({"state": "x"}, "wrong_state"),
    "a state beyond ASCII": ({"state": "é"}, "wrong_state"),
    "no state": ({"state": None}, "missing_state"),
    "an empty state": ({"state": ""}, "missing_state"),
    "an error for another sign-in": ({"state": "x", "error": "access_denied"}, "wrong_state"),
    "no code": ({"code": None}, "missing_code"),
    "a huge code": ({"code": "c" * 8193}, "missing_code"),
    "another's code": ({"code": "stolen"}, "invalid_grant"),
    "mixed up": ({"iss": "https://evil.example"}, "mixed_up"),
    "mixed up, with an error": ({"iss": "https://evil.example", "error": "access_denied"}, "mixed_up"),
    "refused": ({"error": "access_denied", "error_description": "<script>"}, "access_denied"),
    "without consent": ({"error": "consent_required"}, "consent_required"),
    "not signed in": ({"error": "login_required"}, "login_required"),
    "an error of its own": ({"error": "<script>alert(1)</script>"}, "refused_by_provider"),
}


@pytest.mark.parametrize("case", CALLBACKS)
async def test_a_hostile_callback_is_refused(party, double, case):
    parameters, code = CALLBACKS[case]
    await party.leave()
    refused = await refusal(party.judge(**parameters))
    assert refused.code == code
    assert "script" not in refused.detail
    assert ("POST /token" in double.seen) == (code == "invalid_grant")


async def test_a_parameter_that_is_there_twice_is_refused(party):
    """RFC 6749 §3.1."""
    await party.leave()
    assert (await refusal(party.judge(("code", "other")))).code == "repeated_parameter"


async def test_a_server_that_says_from_whom_answers_are_always_does(party, double):
    """RFC 9207 §2.4."""
    double.shape["authorization_response_iss_parameter_supported"] = True
    await party.leave()
    assert (await refusal(party.judge())).code == "mixed_up"


async def test_a_code_is_good_once(party):
    """The server knows that, and its refusal is told in words."""
    assert await party.sign_in()
    refused = await refusal(party.judge())
    assert refused.code == "invalid_grant"
    assert "for used or expired" in refused.detail


async def test_a_code_of_another_sign_in_is_of_no_use(party):
    """Injection: whoever brings somebody's code into their own browser lacks its verifier (RFC 9700 §4.5)."""
    await party.leave()
    stolen_from = party.double.challenge, party.double.nonce
    await party.leave()
    party.double.challenge, party.double.nonce = stolen_from
    assert (await refusal(party.judge())).code == "invalid_grant"


async def test_a_token_of_another_sign_in_is_of_no_use_where_the_server_ignores_the_verifier(party, double):
    await party.leave()
    stolen_from = double.nonce
    await party.leave()
    double.nonce = stolen_from
    assert (await refusal(party.judge())).code == "wrong_nonce"


ANSWERS = {
    "a wrong secret": (401, {"error": "invalid_client"}, "invalid_client"),
    "a wrong redirect URI": (400, {"error": "invalid_request"}, "invalid_request"),
    "a client of another kind": (400, {"error": "unauthorized_client"}, "unauthorized_client"),
    "an error of its own": (400, {"error": "out_of_coffee"}, "refused_by_provider"),
    "an error that is no text": (400, {"error": ["invalid_client"]}, "refused_by_provider"),
    "a page": (400, "<html>", "refused_by_provider"),
    "a failure": (502, "<html>", "server_error"),
    "a redirect": (302, "", "refused_by_provider"),
    "no JSON": (200, "<html>", "malformed_tokens"),
    "no object": (200, "[]", "malformed_tokens"),
    "a name twice": (200, '{"id_token": "a", "id_token": "b"}', "malformed_tokens"),
    "deep JSON": (200, "[" * 100_000, "malformed_tokens"),
    "no token": (200, {"access_token": "a"}, "no_id_token"),
    "a token of another kind": (200, {"id_token": {"a": 1}}, "no_id_token"),
    "too much": (200, " " * 300_000, "too_large"),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_what_the_token_endpoint_refuses_or_garbles_is_told(party, double, case):
    status, body, code = ANSWERS[case]
    double.answer = status, body
    assert (await refusal(party.sign_in())).code == code


async def test_a_wrong_secret_is_told_with_what_to_do(party):
    party.secret = "old"
    refused = await refusal(party.sign_in())
    assert refused.detail.startswith("The client secret is wrong or has expired. Make a new one")


async def test_a_slow_token_endpoint_is_not_waited_for(party, double):
    double.shape["token_endpoint"] = f"{double.origin}/slow"
    impatient = Party(double, party.clock, Fetcher(allows_loopback=True, seconds=0.3))
    refused = await refusal(impatient.sign_in())
    assert (refused.code, refused.detail.endswith("did not answer within 0.3 s.")) == ("timeout", True)


async def test_a_claim_that_people_write_themselves_cannot_be_a_name():
    assert not {"name", "nickname", "given_name", "website"} & set(NameClaim)


async def test_an_answer_goes_where_the_request_said(party):
    """The redirect URI of the exchange is the one of the request (RFC 6749 §4.1.3)."""
    asked = parse_qs(urlsplit(await party.leave()).query)
    await party.judge()
    assert [party.double.forms[0]["redirect_uri"]] == asked["redirect_uri"]
    assert party.double.forms[0]["code"] == CODE
