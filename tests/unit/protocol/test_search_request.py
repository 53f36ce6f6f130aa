"""Searches by POST: the parameters of a GET."""

import pytest

from scim.errors import InvalidSyntax
from scim.protocol.search_request import search_parameters
from scim.schema.urns import PATCH_OP, SEARCH_REQUEST


def test_parameters_are_those_of_a_get():
    body = {
        "schemas": [SEARCH_REQUEST],
        "attributes": ["userName", "name.givenName"],
        "filter": "title pr",
        "sortBy": "userName",
        "sortOrder": "descending",
        "startIndex": 3,
        "count": -1,
        "cursor": "",
        "excludedAttributes": None,
        "other": {},
    }
    assert search_parameters(body) == {
        "attributes": "userName,name.givenName",
        "filter": "title pr",
        "sortby": "userName",
        "sortorder": "descending",
        "startindex": "3",
        "count": "-1",
        "cursor": "",
    }


def test_nothing_is_needed_and_letter_case_does_not_matter():
    assert search_parameters({}) == {}
    assert search_parameters({"SORTBY": "x", "excludedattributes": "a,b"}) == {
        "sortby": "x",
        "excludedattributes": "a,b",
    }


@pytest.mark.parametrize(
    "body",
    [
        {"schemas": [PATCH_OP]},
        {"schemas": "x"},
        {"filter": 1},
        {"filter": ["x"]},
        {"count": 1.0},
        {"count": "1"},
        {"count": True},
        {"attributes": {"a": 1}},
        {"attributes": ["a", 1]},
        {"cursor": 5},
        {"filter": "a pr", "FILTER": "b pr"},
    ],
)
def test_what_is_malformed_is_refused(body):
    with pytest.raises(InvalidSyntax):
        search_parameters(body)
