"""Requests and replies."""

import json

import pytest

from scim import errors
from scim.errors import (
    MethodNotAllowed,
    NotFound,
    ScimError,
    Unauthorized,
    Unavailable,
    Uniqueness,
    UnsupportedMediaType,
)
from scim.protocol.messages import Request, error_response, list_response


def request(**headers):
    return Request(
        method="POST", path="/Users", headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "application/json",
        "application/scim+json",
        "APPLICATION/SCIM+JSON",
        " application/json ; charset=utf-8",
        'application/scim+json;charset="utf-8";x=y',
    ],
)
def test_media_types_that_are_taken(media_type):
    request(content_type=media_type).check_media_type()


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "application/json5", "json", "application/*", "*/*", "text/json"]
)
def test_media_types_that_are_not(media_type):
    with pytest.raises(UnsupportedMediaType):
        request(content_type=media_type).check_media_type()


def test_a_body_without_a_type_is_taken_and_a_compressed_one_is_not():
    request().check_media_type()
    request(content_encoding="Identity").check_media_type()

    with pytest.raises(UnsupportedMediaType, match="without compression"):
        request(content_encoding="gzip").check_media_type()


@pytest.mark.parametrize(
    ("error", "body", "headers"),
    [
        (NotFound("Gone."), {"status": "404", "detail": "Gone."}, {}),
        (Uniqueness("Taken."), {"status": "409", "detail": "Taken.", "scimType": "uniqueness"}, {}),
        (Unauthorized("No."), {"status": "401", "detail": "No."}, {"WWW-Authenticate": "Bearer"}),
        (Unavailable("Later.", 7), {"status": "503", "detail": "Later."}, {"Retry-After": "7"}),
        (MethodNotAllowed("No.", ("GET", "PUT")), {"status": "405", "detail": "No."}, {"Allow": "GET, PUT"}),
    ],
)
def test_errors(error, body, headers):
    response = error_response(error)

    schemas = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"]}
    assert (response.status, json.loads(response.body)) == (error.status, schemas | body)
    assert response.headers == headers


def test_only_refusals_with_400_and_409_have_a_scim_type():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ScimError)]

    assert {kind.status for kind in kinds if kind.scim_type} == {400, 409}
    assert [kind for kind in kinds if kind.status in {400, 409} and not kind.scim_type] == [ScimError]


def test_a_detail_with_quotes_and_other_scripts_is_json():
    response = error_response(NotFound('"Änna" \\ 日本 \n'))

    assert json.loads(response.body)["detail"] == '"Änna" \\ 日本 \n'


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_page_of_results(number):
    response = list_response(['{"id":"a"}'] * number, total=7, start_index=5)

    assert json.loads(response.body) == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 7,
        "startIndex": 5,
        "itemsPerPage": number,
        "Resources": [{"id": "a"}] * number,
    }
