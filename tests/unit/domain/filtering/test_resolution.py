"""Names of attributes and what they mean (RFC 7644 §3.10)."""

import pytest

from scim.domain.filtering.grammar import parse_attribute_path
from scim.domain.filtering.nodes import AttributePath
from scim.domain.filtering.resolution import comparable, resolve, resolve_sub_attribute
from scim.errors import InvalidFilter, InvalidPath, InvalidValue
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import CORE_USER, ENTERPRISE_USER, NINJAONE_USER


def found(text, error=InvalidFilter):
    return resolve(parse_attribute_path(text), user_type(), error)


@pytest.mark.parametrize(
    ("text", "urn", "name"),
    [
        ("userName", None, "userName"),
        ("USERNAME", None, "userName"),
        (f"{CORE_USER}:username", None, "userName"),
        (f"{CORE_USER.upper()}:username".replace("URN", "urn"), None, "userName"),
        ("id", None, "id"),
        (f"{CORE_USER}:externalid", None, "externalId"),
        ("meta.lastmodified", None, "meta.lastModified"),
        ("emails.VALUE", None, "emails.value"),
        ("groups.$ref", None, "groups.$ref"),
        (f"{NINJAONE_USER}:organizationid", NINJAONE_USER, f"{NINJAONE_USER}:organizationId"),
        (f"{ENTERPRISE_USER.lower()}:manager.value", ENTERPRISE_USER, f"{ENTERPRISE_USER}:manager.value"),
    ],
)
def test_names_are_found_in_any_case_and_told_in_their_canonical_spelling(text, urn, name):
    resolved = found(text)

    assert (resolved.urn, resolved.name) == (urn, name)
    assert not resolved.is_extension


def test_an_extension_attribute_is_found_without_its_urn():
    """Entra documents `manager eq "…"` (§3.10: clients SHOULD qualify)."""
    assert found("manager").name == f"{ENTERPRISE_USER}:manager"
    assert found("organizationId").name == f"{NINJAONE_USER}:organizationId"


def test_a_core_attribute_wins_over_an_extension_attribute_of_the_same_name():
    assert found("userType").name == "userType"
    assert found(f"{NINJAONE_USER}:userType").name == f"{NINJAONE_USER}:userType"


def test_an_extensions_urn_alone_is_the_extension_as_a_complex_attribute():
    resolved = found(NINJAONE_USER.lower())

    assert resolved.is_extension
    assert (resolved.urn, resolved.name, resolved.sub_attribute) == (None, NINJAONE_USER, None)
    assert resolved.attribute.by_name.keys() == {"organizationid", "usertype"}


def test_the_target_is_the_sub_attribute_if_one_is_named():
    assert found("emails").target.name == "emails"
    assert found("emails.type").target.name == "type"


@pytest.mark.parametrize(
    "text",
    [
        "nickNames",
        "name.nick",
        "userName.value",
        "urn:example:2.0:User:userName",
        f"{CORE_USER}:organizationId",
        f"{NINJAONE_USER}:userName",
        f"{NINJAONE_USER}:id",
        CORE_USER,
        f"{ENTERPRISE_USER}.manager",
        "members",
    ],
)
def test_an_unknown_name_is_refused_and_named(text):
    with pytest.raises(InvalidFilter) as refusal:
        found(text)

    assert refusal.value.detail == f"User has no attribute {text}."


def test_the_caller_says_which_error_an_unknown_name_is():
    with pytest.raises(InvalidPath):
        found("nickNames", InvalidPath)


def test_a_very_long_name_is_cut_in_the_refusal():
    with pytest.raises(InvalidFilter) as refusal:
        found("x" * 4000)

    assert len(refusal.value.detail) < 300


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("emails", "emails.value"),
        ("groups", "groups.value"),
        ("manager", f"{ENTERPRISE_USER}:manager.value"),
        ("emails.type", "emails.type"),
        ("userName", "userName"),
        ("schemas", "schemas"),
    ],
)
def test_a_complex_attribute_is_compared_by_its_value(text, name):
    assert comparable(found(text)).name == name


def test_members_of_a_group_are_compared_by_their_value():
    assert comparable(resolve(AttributePath(None, "members"), group_type())).name == "members.value"


@pytest.mark.parametrize("text", ["name", "addresses", "meta", "password", NINJAONE_USER])
def test_what_has_no_value_to_compare_is_refused(text):
    with pytest.raises(InvalidValue):
        comparable(found(text), InvalidValue)


def test_names_between_brackets_are_sub_attributes_without_qualification():
    emails = user_type().by_name["emails"]

    assert resolve_sub_attribute(AttributePath(None, "TYPE"), emails).name == "emails.type"
    for path in ("userName", "type.value", f"{CORE_USER}:type"):
        with pytest.raises(InvalidFilter, match="emails has no attribute"):
            resolve_sub_attribute(parse_attribute_path(path), emails)
