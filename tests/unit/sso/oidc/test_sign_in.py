"""Sign-ins by OpenID Connect that work (R013, AMB-20)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from scim.domain.sso import AnswerRefused, NameClaim
from scim.sso.oidc.requests import authorization_url, redirect_uri
from tests.unit.sso.oidc.double import (
    CLIENT_ID,
    CODE,
    ENTRA,
    OKTA,
    SECRET,
    ec_jwk,
    es256,
    half_hash,
    ps256,
    rs256,
    rsa_jwk,
)
from tests.unit.sso.oidc.party import REDIRECT_URI

KEYS = "GET /keys"
DISCOVERY = "GET /tenant/v2.0/.well-known/openid-configuration"


@pytest.mark.parametrize("shape", [ENTRA, OKTA, {}], ids=["entra", "okta", "nothing optional"])
async def test_a_sign_in_names_the_person(party, double, shape):
    """The secret goes into the form or the header, as the server wants it."""
    double.shape = shape
    identity = await party.sign_in()
    assert identity.name == "anna@contoso.com"
    assert identity.request_id == party.request.id
    assert identity.answer_id == party.request.nonce
    assert identity.ends == datetime.fromtimestamp(double.now, UTC) + timedelta(hours=1, minutes=3)
    assert not identity.has_mfa
    assert identity.attributes == {
        "iss": (double.issuer,),
        "sub": ("AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",),
        "preferred_username": ("anna@contoso.com",),
        "name": ("Anna Example",),
    }
    assert ("client_secret" in double.forms[0]) == (shape is ENTRA)


@pytest.mark.parametrize(
    ("registered", "shown"), [("client_secret_post", [True]), ("client_secret_basic", [True, False])]
)
async def test_a_client_that_is_held_to_one_way_of_showing_its_secret_shows_it_so(party, double, registered, shown):
    """Discovery tells the ways of the server, not that of the client. Both at once are forbidden (RFC 6749 §2.3)."""
    double.registered = registered
    assert (await party.sign_in()).name == "anna@contoso.com"
    assert ["client_secret" in form for form in double.forms] == shown


async def test_a_wrong_secret_is_told_when_no_way_is_left(party, double):
    double.answer = (401, {"error": "invalid_client"})
    with pytest.raises(AnswerRefused, match="The client secret is wrong or has expired"):
        await party.sign_in()
    assert len(double.forms) == 2


@pytest.mark.parametrize(
    ("header", "sign", "keys"),
    [
        ({"alg": "ES256", "kid": "curve"}, es256("curve"), [rsa_jwk("one"), ec_jwk("curve")]),
        ({"alg": "PS256", "kid": "one"}, ps256("one"), [rsa_jwk("one")]),
        ({"alg": "RS256"}, rs256("one"), [rsa_jwk("one", kid=None), ec_jwk("curve")]),
        ({"alg": "RS256", "kid": "one"}, rs256("one"), [{"kty": "OKP"}, 7, {"kty": "oct", "k": "AA"}, rsa_jwk("one")]),
        ({"alg": "RS256", "kid": "one"}, rs256("one"), [rsa_jwk("one", alg="RS256", x5c=["MII"])]),
        ({"alg": "RS256", "kid": "one", "nonsense": 1, "x5c": ["M" * 4000]}, rs256("one"), [rsa_jwk("one")]),
    ],
    ids=["ES256", "PS256", "the only key of its kind", "among strange keys", "key with its algorithm", "long header"],
)
async def test_tokens_are_signed_in_many_ways(party, double, header, sign, keys):
    double.header, double.sign, double.keys = header, sign, keys
    assert (await party.sign_in()).name == "anna@contoso.com"


async def test_a_request_says_what_is_wanted(party, double):
    """RFC 7636, OpenID Connect Core §3.1.2.1: each sign-in has secrets of its own, and the endpoint keeps its query."""
    first, second = await party.leave(), await party.leave()
    assert first != second
    asked = parse_qs(urlsplit(second).query)
    assert second.startswith(f"{double.origin}/authorize?tenant=1&")
    assert asked.pop("code_challenge")[0] == double.challenge != party.request.verifier
    assert asked == {
        "tenant": ["1"],
        "response_type": ["code"],
        "client_id": [CLIENT_ID],
        "redirect_uri": ["https://rollcall.example/console/sso/entra/callback"],
        "scope": ["openid profile email"],
        "state": [party.request.id],
        "nonce": [party.request.nonce],
        "code_challenge_method": ["S256"],
    }
    assert len({party.request.id, party.request.nonce, party.request.verifier}) == 3
    assert len(party.request.verifier) >= 43
    assert redirect_uri("https://rollcall.example", "entra") == REDIRECT_URI


async def test_a_test_signs_in_anew_and_a_hint_is_passed_on(party, double):
    server = await party.issuers.server(double.issuer)
    url = authorization_url(
        server, party.client.configuration, party.request, REDIRECT_URI, fresh=True, login_hint="a&b@contoso.com"
    )
    asked = parse_qs(urlsplit(url).query)
    assert (asked["prompt"], asked["login_hint"]) == (["login"], ["a&b@contoso.com"])


@pytest.mark.parametrize(
    ("claims", "order", "name"),
    [
        ({"upn": "u", "email": "e"}, None, "anna@contoso.com"),
        ({"preferred_username": None, "upn": "u", "email": "e"}, None, "u"),
        ({"preferred_username": " ", "email": "e"}, None, "e"),
        ({"preferred_username": None, "email": "e", "email_verified": True}, None, "e"),
        ({"email": "e"}, (NameClaim.EMAIL, NameClaim.UPN), "e"),
        ({"sub": "s"}, (NameClaim.SUBJECT,), "s"),
        ({"email": "e", "email_verified": False}, (NameClaim.EMAIL, NameClaim.PREFERRED_USERNAME), "anna@contoso.com"),
    ],
)
async def test_the_first_claim_that_is_there_is_the_name(party, double, claims, order, name):
    """AMB-20: in the order that the configuration says."""
    double.claims = claims
    party.name_claims = order or party.name_claims
    assert (await party.sign_in()).name == name


@pytest.mark.parametrize(
    "said",
    [{"email_verified": value} for value in (False, "false", "FALSE", "no", 0, "0", "", [])]
    + [{"xms_edov": False}, {"email_verified": True, "xms_edov": "0"}],
)
async def test_an_address_that_is_not_verified_is_not_passed_on(party, double, said):
    double.claims = {"email": "boss@contoso.com", **said}
    assert "email" not in (await party.sign_in()).attributes
    double.claims |= {"preferred_username": None}
    double.used.clear()
    with pytest.raises(AnswerRefused, match="is not verified") as refused:
        await party.sign_in()
    assert refused.value.code == "unverified_email"


async def test_attributes_are_told_as_texts(party, double):
    double.claims = {"groups": ["a", "b", {"c": 1}], "email_verified": True, "n": 3, "o": {"p": 1}, "z": []}
    attributes = (await party.sign_in()).attributes
    assert attributes["groups"] == ("a", "b")
    assert attributes["email_verified"] == ("true",)
    assert attributes["n"] == ("3",)
    assert not {"o", "z", "nonce", "aud"} & set(attributes)


@pytest.mark.parametrize(("amr", "expected"), [(["pwd", "mfa"], True), (["pwd"], False), ("mfa", False), (None, False)])
async def test_a_second_factor_is_believed_when_it_is_said_to_have_been_asked_for(party, double, amr, expected):
    """RFC 8176."""
    double.claims = {"amr": amr}
    assert (await party.sign_in()).has_mfa is expected


async def test_hashes_of_code_and_access_token_may_be_told(party, double):
    double.claims = {"at_hash": half_hash("access"), "c_hash": half_hash(CODE)}
    assert await party.sign_in()


async def test_several_audiences_name_the_one_that_was_given_the_token(party, double):
    double.claims = {"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID}
    assert await party.sign_in()


@pytest.mark.parametrize("claims", [{"exp": -179}, {"iat": 179, "nbf": 179}])
async def test_clocks_may_differ_by_three_minutes(party, double, claims):
    double.claims = {name: double.now + offset for name, offset in claims.items()}
    assert await party.sign_in()


async def test_an_answer_says_from_whom_it_is_where_the_server_does_that(party, double):
    """RFC 9207."""
    double.shape["authorization_response_iss_parameter_supported"] = True
    await party.leave()
    assert await party.judge(iss=double.issuer, session_state="x")


async def test_what_the_token_does_not_tell_the_userinfo_endpoint_does(party, double):
    """OpenID Connect Core §5.4: a server may put nothing but the subject into the token."""
    double.claims = {"preferred_username": None, "sub": "anna", "amr": ["mfa"]}
    double.userinfo = {"sub": "anna", "email": "anna@contoso.com", "email_verified": True, "amr": []}
    identity = await party.sign_in()
    assert (identity.name, identity.has_mfa) == ("anna@contoso.com", True)


async def test_an_issuer_is_asked_once_an_hour(party, double, clock):
    await party.sign_in()
    double.used.clear()
    await party.sign_in()
    assert (double.seen.count(DISCOVERY), double.seen.count(KEYS)) == (1, 1)
    clock.advance(hours=1)
    await party.issuers.server(double.issuer)
    assert double.seen.count(DISCOVERY) == 2


async def test_a_new_key_is_found_when_a_token_names_it(party, double, clock):
    """Roll-over: the keys are read again, but not more than once a minute."""
    await party.sign_in()
    double.header, double.sign = {"alg": "RS256", "kid": "two"}, rs256("two")
    clock.advance(minutes=1)
    for _ in range(2):
        double.used.clear()
        with pytest.raises(AnswerRefused) as refused:
            await party.sign_in()
        assert refused.value.code == "unknown_key"
    assert double.seen.count(KEYS) == 2
    double.keys.append(rsa_jwk("two"))
    clock.advance(minutes=1)
    double.used.clear()
    assert await party.sign_in()
    assert double.seen.count(KEYS) == 3


async def test_secrets_are_told_to_nobody(party, caplog):
    """Neither in the log, nor in what somebody might log."""
    caplog.set_level("DEBUG")
    identity = await party.sign_in()
    with pytest.raises(AnswerRefused) as refused:
        await party.judge()
    party.secret = "wrong secret"
    with pytest.raises(AnswerRefused) as wrong:
        await party.judge()
    told = f"{caplog.text} {refused.getrepr()} {refused.value.detail} {wrong.value.detail} {identity.attributes}"
    told += f"{party.client!r}"
    for secret in (SECRET, "wrong secret", CODE, party.request.verifier, "access_token"):
        assert secret not in told
