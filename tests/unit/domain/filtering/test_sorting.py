"""The order of resources by any attribute (RFC 7644 §3.4.2.3)."""

import pytest

from scim.domain.filtering.grammar import parse_attribute_path
from scim.domain.filtering.resolution import resolve
from scim.domain.filtering.sorting import sort_key
from scim.errors import InvalidValue
from scim.schema.catalog import user_type
from scim.schema.urns import ENTERPRISE_USER


def key(sort_by):
    return sort_key(resolve(parse_attribute_path(sort_by), user_type(), InvalidValue))


def ordered(documents, sort_by, *, descending=False):
    return [each["id"] for each in sorted(documents, key=key(sort_by), reverse=descending)]


def test_text_is_ordered_without_regard_to_case_unless_it_is_case_exact():
    documents = [
        {"id": "b", "userName": "bo", "externalId": "bo"},
        {"id": "A", "userName": "Anna", "externalId": "anna"},
        {"id": "C", "userName": "CY", "externalId": "CY"},
    ]

    assert ordered(documents, "userName") == ["A", "b", "C"]
    assert ordered(documents, "externalId") == ["C", "A", "b"]


def test_a_missing_value_is_last_in_ascending_and_first_in_descending_order():
    documents = [{"id": "1"}, {"id": "2", "title": "b"}, {"id": "3", "title": None}, {"id": "4", "title": "a"}]

    assert ordered(documents, "title") == ["4", "2", "1", "3"]
    assert ordered(documents, "title", descending=True) == ["1", "3", "2", "4"]


def test_dates_are_ordered_as_instants_and_booleans_false_first():
    documents = [
        {"id": "late", "meta": {"created": "2024-05-13T04:00:00Z"}, "active": True},
        {"id": "early", "meta": {"created": "2024-05-13T05:00:00+02:00"}, "active": False},
    ]

    assert ordered(documents, "meta.created") == ["early", "late"]
    assert ordered(documents, "active") == ["early", "late"]


@pytest.mark.parametrize("sort_by", ["emails", "emails.value"])
def test_a_multi_valued_attribute_is_ordered_by_its_primary_value_else_its_first(sort_by):
    documents = [
        {"id": "primary c", "emails": [{"value": "a"}, {"value": "c", "primary": True}]},
        {"id": "first b", "emails": [{"value": "b"}, {"value": "z"}]},
        {"id": "none", "emails": []},
    ]

    assert ordered(documents, sort_by) == ["first b", "primary c", "none"]


def test_a_complex_attribute_is_ordered_by_its_value_or_a_named_sub_attribute():
    documents = [
        {"id": "2", "name": {"givenName": "b"}, ENTERPRISE_USER: {"manager": {"value": "m1"}}},
        {"id": "1", "name": {"givenName": "A"}, ENTERPRISE_USER: {"manager": {"value": "m2"}}},
        {"id": "0"},
    ]

    assert ordered(documents, "name.givenName") == ["1", "2", "0"]
    assert ordered(documents, f"{ENTERPRISE_USER}:manager") == ["2", "1", "0"]


def test_a_simple_multi_valued_attribute_is_ordered_by_its_first_value():
    assert ordered([{"id": "2", "schemas": ["b"]}, {"id": "1", "schemas": ["a", "z"]}], "schemas") == ["1", "2"]


@pytest.mark.parametrize("sort_by", ["name", "addresses", "password", ENTERPRISE_USER])
def test_what_has_no_order_is_refused(sort_by):
    with pytest.raises(InvalidValue):
        key(sort_by)


def test_equal_values_keep_their_order():
    documents = [{"id": str(number), "title": "same"} for number in range(5)]

    assert ordered(documents, "title") == ["0", "1", "2", "3", "4"]
