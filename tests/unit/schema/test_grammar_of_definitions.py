"""What RFC 7643 demands of schema definitions, whatever they define."""

import re

import pytest

from scim.schema.catalog import schema

ATTRIBUTE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9$_-]*")
NAMES = ["user", "group", "enterprise_user", "ninjaone_user"]


@pytest.fixture(params=NAMES)
def definition(request):
    return schema(request.param).definition


def test_attribute_names_follow_the_grammar(definition):
    for attribute in definition["attributes"]:
        for each in (attribute, *attribute.get("subAttributes", ())):
            name = each["name"].removeprefix("$")  # "$ref" is a name of the RFC's own that its grammar does not have
            assert ATTRIBUTE_NAME.fullmatch(name), name


def test_a_complex_attribute_holds_no_complex_attributes(definition):
    for attribute in definition["attributes"]:
        for each in attribute.get("subAttributes", ()):
            assert each["type"] != "complex", attribute["name"]
            assert "subAttributes" not in each, attribute["name"]


def test_common_attributes_are_left_to_the_rfc(definition):
    assert {"id", "externalId", "meta", "schemas"}.isdisjoint(each["name"] for each in definition["attributes"])
