"""The API describes itself truly."""

import json
import re
from pathlib import Path

import pytest

from scim.api.openapi import document, refusals_of
from scim.api.routes import ENDPOINTS

ROOT = Path(__file__).parents[2]
PUBLIC = {
    "signIn", "openInvitation", "acceptInvitation", "beginSetUp", "completeSetUp", "readDocument",
}  # fmt: skip
"""What works without being signed in: each with a guard of its own, but the last."""


def test_the_committed_document_is_what_the_endpoints_say():
    """Mend it with `python -m scim.api > docs/openapi.json`."""
    assert json.loads((ROOT / "docs/openapi.json").read_text("utf-8")) == document(ENDPOINTS)


def test_only_known_endpoints_are_public():
    assert {endpoint.name for endpoint in ENDPOINTS if endpoint.is_public} == PUBLIC


def test_what_takes_a_proof_of_identity_says_for_what():
    """The endpoint's `proof` describes the header."""
    assert not [each.name for each in ENDPOINTS if "X-Step-Up-Proof" in each.description and each.proof is None]


def test_no_creation_that_tells_a_secret_is_answered_from_memory():
    secrets = {"token", "secret", "proof", "url", "csrf_token", "enrolment"}
    telling = [each for each in ENDPOINTS if each.reply and secrets & each.reply.model_fields.keys()]
    assert [each.name for each in telling if each.is_creation and not each.tells_secret] == []


def test_a_key_against_repetition_is_announced_where_it_works():
    """It is remembered for a person, so it does nothing where nobody is signed in."""
    paths = document(ENDPOINTS)["paths"].values()
    announcing = {
        operation["operationId"]
        for path in paths
        for operation in path.values()
        if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ()))
    }
    assert announcing == {each.name for each in ENDPOINTS if each.is_creation} - PUBLIC != set()


def test_names_and_addresses_are_unique():
    assert len({endpoint.name for endpoint in ENDPOINTS}) == len(ENDPOINTS)
    assert len({(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}) == len(ENDPOINTS)


def test_names_are_a_verb_and_what_it_is_done_to():
    """And a method has the same verbs everywhere: nobody has to look up whether it is edit or change."""
    verbs = {"GET": "list|read|export|preview|explain", "PATCH": "update", "DELETE": "delete|end|take|sign"}
    wrong = [
        each.name
        for each in ENDPOINTS
        if not re.fullmatch(rf"({verbs.get(each.method, '[a-z]+')})([A-Z][a-z]+)+", each.name)
    ]
    assert wrong == []


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_no_other_endpoint_takes_its_path(endpoint):
    path = re.sub(r"\{\w+\}", "0198c000-0000-7000-8000-000000000000", endpoint.path)
    rivals = [each for each in ENDPOINTS if each.method == endpoint.method and each.pattern.fullmatch(path)]
    assert [each for each in rivals if len(each.parameters) <= len(endpoint.parameters)] == [endpoint]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_what_has_a_body_or_an_object_says_how_it_is_refused(endpoint):
    refusals = refusals_of(endpoint)
    assert {400, 503} <= set(refusals)
    assert endpoint.is_public or {401, 403} <= set(refusals)


def test_fields_that_refuse_null_name_none():
    properties = document(ENDPOINTS)["components"]["schemas"]["AccountEdit"]["properties"]
    nullable = {name for name, each in properties.items() if {"type": "null"} in each.get("anyOf", ())}
    assert properties.keys() - nullable == {
        "userName", "active", "userType", "notifications", "idleWarningMinutes", "authenticationType",
    }  # fmt: skip
