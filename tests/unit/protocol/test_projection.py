import pytest

from scim.errors import InvalidValue
from scim.protocol.projection import Projection
from scim.schema.attributes import Attribute, ResourceType, Schema
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import CORE_USER, ENTERPRISE_USER, NINJAONE_USER

USER = {
    "id": "7c41",
    "schemas": [CORE_USER, ENTERPRISE_USER, NINJAONE_USER],
    "userName": "anna",
    "active": False,
    "name": {"givenName": "Anna", "familyName": "Berg"},
    "emails": [{"value": "a@b.c", "type": "work"}, {"type": "home"}],
    "groups": [{"value": "g-1", "display": "Help desk"}],
    "password": "secret",
    ENTERPRISE_USER: {"department": "R&D", "manager": {"value": "91b0", "displayName": "Boss"}},
    NINJAONE_USER: {"organizationId": "12"},
    "meta": {"resourceType": "User", "location": "https://host/Users/7c41"},
}
ALWAYS = {"id": USER["id"], "schemas": USER["schemas"]}


def project(attributes=None, excluded=None, document=USER):
    return Projection.parse(attributes, excluded, user_type()).apply(document)


def without(*names):
    return {name: value for name, value in USER.items() if name not in {"groups", "password", *names}}


def test_without_parameters_the_schema_decides():
    assert project() == without()


@pytest.mark.parametrize("parameter", [None, "", " ", ",", " , "])
def test_an_empty_parameter_is_none(parameter):
    projection = Projection.parse(parameter, parameter, user_type())
    assert projection.is_default
    assert projection is Projection.parse(None, None, user_type())


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("userName", {"userName": "anna"}),
        ("USERNAME, active", {"userName": "anna", "active": False}),
        ("id", {}),
        ("nothing.known,foo", {}),
        ("name", {"name": USER["name"]}),
        ("name.givenName", {"name": {"givenName": "Anna"}}),
        ("name.givenName,name.familyName", {"name": USER["name"]}),
        ("name,name.givenName", {"name": USER["name"]}),
        ("name.givenName,name", {"name": USER["name"]}),
        ("name.middleName", {}),
        ("emails.value", {"emails": [{"value": "a@b.c"}]}),
        ("groups", {"groups": USER["groups"]}),
        ("groups.value", {"groups": [{"value": "g-1"}]}),
        ("password", {}),
        ("meta.location", {"meta": {"location": "https://host/Users/7c41"}}),
        ("meta", {"meta": USER["meta"]}),
        (f"{CORE_USER}:userName", {"userName": "anna"}),
        (NINJAONE_USER.upper(), {NINJAONE_USER: {"organizationId": "12"}}),
        (f"{NINJAONE_USER}:organizationId", {NINJAONE_USER: {"organizationId": "12"}}),
        (f"{ENTERPRISE_USER}:manager", {ENTERPRISE_USER: {"manager": {"value": "91b0", "displayName": "Boss"}}}),
        (f"{ENTERPRISE_USER}:manager.value", {ENTERPRISE_USER: {"manager": {"value": "91b0"}}}),
        ("manager.value", {ENTERPRISE_USER: {"manager": {"value": "91b0"}}}),
        (f"{ENTERPRISE_USER}:manager.value,{ENTERPRISE_USER}", {ENTERPRISE_USER: USER[ENTERPRISE_USER]}),
        (f"{ENTERPRISE_USER},{ENTERPRISE_USER}:manager.value", {ENTERPRISE_USER: USER[ENTERPRISE_USER]}),
        (f"{ENTERPRISE_USER}:costCenter", {}),
    ],
)
def test_attributes_name_what_is_returned(attributes, expected):
    assert project(attributes) == ALWAYS | expected


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        ("userName", without("userName")),
        ("id,schemas", without()),
        ("foo", without()),
        ("name.givenName", without() | {"name": {"familyName": "Berg"}}),
        ("name.givenName,name.familyName", without("name")),
        ("name,name.givenName", without("name")),
        ("emails.value", without() | {"emails": [{"type": "work"}, {"type": "home"}]}),
        ("meta", without("meta")),
        ("groups", without()),
        (NINJAONE_USER, without(NINJAONE_USER)),
        (f"{NINJAONE_USER}:organizationId", without(NINJAONE_USER)),
        (f"{NINJAONE_USER},{NINJAONE_USER}:organizationId", without(NINJAONE_USER)),
        (f"{ENTERPRISE_USER}:manager", without() | {ENTERPRISE_USER: {"department": "R&D"}}),
        (
            f"{ENTERPRISE_USER}:manager.displayName",
            without() | {ENTERPRISE_USER: {"department": "R&D", "manager": {"value": "91b0"}}},
        ),
    ],
)
def test_excluded_attributes_name_what_is_left_out(excluded, expected):
    assert project(None, excluded) == expected


def test_both_parameters_together_are_refused():
    with pytest.raises(InvalidValue, match="cannot be used together"):
        Projection.parse("userName", "name", user_type())


@pytest.mark.parametrize(
    ("attributes", "excluded", "groups"),
    [(None, None, False), ("groups", None, True), ("groups.value", None, True), ("userName", None, False),
     (None, "userName", False)],
)  # fmt: skip
def test_groups_of_a_user_are_wanted_only_when_asked_for(attributes, excluded, groups):
    assert Projection.parse(attributes, excluded, user_type()).wants("groups") is groups


@pytest.mark.parametrize(
    ("attributes", "excluded", "members"),
    [(None, None, True), ("displayName", None, False), ("MEMBERS", None, True), ("members.value", None, True),
     (None, "members", False), (None, "Members", False), (None, "displayName", True), (None, "members.type", True)],
)  # fmt: skip
def test_members_of_a_group_are_wanted_unless_excluded(attributes, excluded, members):
    assert Projection.parse(attributes, excluded, group_type()).wants("members") is members


def test_excluded_members_are_absent_rather_than_empty():
    group = {"id": "g", "displayName": "x", "members": [], "meta": {}}
    assert Projection.parse(None, "members", group_type()).apply(group) == {"id": "g", "displayName": "x", "meta": {}}
    assert Projection.parse(None, "displayName", group_type()).apply(group)["members"] == []


def test_projections_do_not_influence_each_other():
    project("name.givenName")
    project(f"{ENTERPRISE_USER}:manager.value")
    project(None, f"name.givenName,{ENTERPRISE_USER}:manager.value,{NINJAONE_USER}:organizationId")
    assert project() == without()
    assert project(ENTERPRISE_USER) == ALWAYS | {ENTERPRISE_USER: USER[ENTERPRISE_USER]}


def test_sub_attributes_are_returned_as_their_definition_says():
    card = Attribute(
        name="card",
        type="complex",
        sub_attributes=(
            Attribute(name="number", returned="always"),
            Attribute(name="holder"),
            Attribute(name="limit", returned="request"),
            Attribute(name="code", returned="never"),
        ),
    )
    schema = Schema(id="urn:example:2.0:Thing", name="Thing", attributes=(card,), definition={})
    thing = ResourceType(name="Thing", endpoint="/Things", description="", schema=schema)
    document = {"id": "1", "card": {"number": "n", "holder": "h", "limit": "l", "code": "c"}}

    def cards(attributes=None, excluded=None):
        return Projection.parse(attributes, excluded, thing).apply(document).get("card")

    assert cards() == {"number": "n", "holder": "h"}
    assert cards("card") == {"number": "n", "holder": "h"}
    assert cards("card.limit") == {"number": "n", "limit": "l"}
    assert cards("card.code") is None
    assert cards(None, "card.number,card.holder") == {"number": "n"}
    assert cards(None, "card.limit") == {"number": "n", "holder": "h"}
