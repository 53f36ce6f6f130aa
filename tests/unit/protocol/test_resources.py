import pytest

from scim.errors import InvalidSyntax, InvalidValue, PayloadTooLarge
from scim.protocol.members import MAX_MEMBERS
from scim.protocol.resources import parse_resource
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import CORE_GROUP, CORE_USER, ENTERPRISE_USER, NINJAONE_USER
from scim.schema.values import UnknownAttributes


def parse_user(body, unknown=UnknownAttributes.IGNORE):
    return parse_resource(body, user_type(), unknown)


def parse_group(body, unknown=UnknownAttributes.IGNORE):
    return parse_resource(body, group_type(), unknown)


def test_the_create_request_of_entra_is_read():
    parsed = parse_user(
        {
            "schemas": [CORE_USER, ENTERPRISE_USER],
            "externalId": "aberg",
            "userName": "Anna.Berg@contoso.com",
            "active": True,
            "emails": [{"primary": True, "type": "work", "value": "anna.berg@contoso.com"}],
            "meta": {"resourceType": "User"},
            "name": {"givenName": "Anna", "familyName": "Berg", "formatted": None},
            "title": None,
            "roles": [],
            NINJAONE_USER: {"organizationId": "12", "userType": "technician"},
        }
    )

    assert parsed.document == {
        "schemas": [CORE_USER, NINJAONE_USER],
        "externalId": "aberg",
        "userName": "Anna.Berg@contoso.com",
        "active": True,
        "emails": [{"primary": True, "type": "work", "value": "anna.berg@contoso.com"}],
        "name": {"givenName": "Anna", "familyName": "Berg"},
        NINJAONE_USER: {"organizationId": "12", "userType": "technician"},
    }
    assert next(iter(parsed.document)) == "schemas"
    assert parsed.unknown == ()
    assert parsed.members is None


def test_the_profile_update_of_okta_is_read():
    parsed = parse_user(
        {
            "schemas": [CORE_USER, NINJAONE_USER],
            "id": "7c41",
            "userName": "anna.berg@contoso.com",
            "locale": "en-US",
            "password": "secret",
            "groups": [],
            NINJAONE_USER: {"organizationId": "12"},
            "meta": {"resourceType": "User"},
        },
        UnknownAttributes.REJECT,
    )

    assert parsed.document == {
        "schemas": [CORE_USER, NINJAONE_USER],
        "userName": "anna.berg@contoso.com",
        "locale": "en-US",
        NINJAONE_USER: {"organizationId": "12"},
    }


@pytest.mark.parametrize(
    "extension",
    [
        {NINJAONE_USER: {"organizationId": "12"}},
        {NINJAONE_USER.upper(): {"ORGANIZATIONID": 12}},
        {f"{NINJAONE_USER}:organizationId": "12"},
        {f"{NINJAONE_USER.lower()}:organizationid": "12"},
    ],
)
@pytest.mark.parametrize("schemas", [{}, {"schemas": [CORE_USER]}, {"schemas": None}, {"SCHEMAS": []}])
def test_an_extension_is_accepted_under_all_its_names_and_without_its_urn_in_schemas(extension, schemas):
    parsed = parse_user({**schemas, "userName": "a", **extension}, UnknownAttributes.REJECT)

    assert parsed.document == {
        "schemas": [CORE_USER, NINJAONE_USER],
        "userName": "a",
        NINJAONE_USER: {"organizationId": "12"},
    }


def test_flat_and_nested_names_of_an_extension_come_together():
    parsed = parse_user({"userName": "a", NINJAONE_USER: {"userType": "endUser"}, f"{NINJAONE_USER}:organizationId": 1})
    assert parsed.document[NINJAONE_USER] == {"userType": "endUser", "organizationId": "1"}


@pytest.mark.parametrize("value", ["", " ", None])
def test_a_blank_user_type_is_no_user_type(value):
    assert parse_user({"userName": "a", NINJAONE_USER: {"userType": value}}).document == {
        "schemas": [CORE_USER],
        "userName": "a",
    }


def test_what_an_extension_requires_is_left_to_the_domain():
    assert NINJAONE_USER not in parse_user({"userName": "a", NINJAONE_USER: {}}).document


@pytest.mark.parametrize("value", ["x", 1, [{}]])
def test_an_extension_is_an_object(value):
    with pytest.raises(InvalidValue, match="must be an object that holds the attributes of the extension"):
        parse_user({"userName": "a", NINJAONE_USER: value})


def test_dotted_names_are_never_stored_as_they_are():
    parsed = parse_user(
        {
            "userName": "a",
            "name.givenName": "Anna",
            "NAME.familyname": "Berg",
            f"{ENTERPRISE_USER}:manager.value": "7c41",
            "emails.value": "a@b.c",
        }
    )

    assert parsed.document == {
        "schemas": [CORE_USER, ENTERPRISE_USER],
        "userName": "a",
        "name": {"givenName": "Anna", "familyName": "Berg"},
        ENTERPRISE_USER: {"manager": {"value": "7c41"}},
        "emails": [{"value": "a@b.c"}],
    }


def test_dotted_names_join_the_object_wherever_it_stands():
    parsed = parse_user({"name.givenName": "Anna", "userName": "a", "name": {"familyName": "Berg"}})
    assert parsed.document["name"] == {"familyName": "Berg", "givenName": "Anna"}


def test_a_core_attribute_may_be_named_with_its_urn():
    assert parse_user({f"{CORE_USER}:userName": "a"}).document["userName"] == "a"


@pytest.mark.parametrize(
    "body",
    [
        {"userName": "a", "username": "b"},
        {"userName": "a", f"{CORE_USER}:userName": "b"},
        {"userName": "a", f"{NINJAONE_USER}:userType": "x", NINJAONE_USER: {"userType": "y"}},
        {"userName": "a", "emails": ["x"], "emails.value": "y"},
    ],
)
def test_an_attribute_under_two_names_is_refused(body):
    with pytest.raises(InvalidValue, match="given more than once"):
        parse_user(body)


def test_a_manager_comes_as_a_bare_id_or_in_a_list():
    for value in ("7c41", [{"$ref": "../Users/7c41", "value": "7c41"}]):
        manager = parse_user({"userName": "a", ENTERPRISE_USER: {"manager": value}}).document[ENTERPRISE_USER]
        assert manager["manager"]["value"] == "7c41"


def test_a_value_that_only_has_a_label_is_left_out():
    parsed = parse_user({"userName": "a", "emails": [{"type": "work", "primary": True, "value": ""}]})
    assert "emails" not in parsed.document


@pytest.mark.parametrize("user_name", [{}, {"userName": None}, {"userName": ""}, {"userName": "  "}, {"userName": []}])
def test_a_user_needs_a_user_name(user_name):
    with pytest.raises(InvalidValue, match='"userName" is required'):
        parse_user({"schemas": [CORE_USER], **user_name})


@pytest.mark.parametrize("display_name", [{}, {"displayName": ""}, {"displayName": " "}])
def test_a_group_needs_a_display_name(display_name):
    with pytest.raises(InvalidValue, match='"displayName" is required'):
        parse_group(display_name)


@pytest.mark.parametrize("schemas", ["x", {}, [1], [None], [[CORE_USER]], True, 1])
def test_schemas_is_a_list_of_strings(schemas):
    with pytest.raises(InvalidSyntax, match='"schemas" must be a list of strings'):
        parse_user({"schemas": schemas, "userName": "a"})


def test_unknown_attributes_are_dropped_and_named():
    parsed = parse_user(
        {
            "userName": "a",
            "foo": 1,
            "emails": [{"value": "x", "bar": 1}],
            "urn:example:2.0:User": {"x": 1},
            "urn:example:2.0:User:y": 1,
            NINJAONE_USER: {"plan": "gold"},
            "name.nick": "x",
            "__class__": "x",
        }
    )

    assert parsed.document == {"schemas": [CORE_USER], "userName": "a", "emails": [{"value": "x"}]}
    assert parsed.unknown == (
        "foo",
        "emails.bar",
        "urn:example:2.0:User",
        "urn:example:2.0:User:y",
        f"{NINJAONE_USER}:plan",
        "name.nick",
        "__class__",
    )


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"foo": 1}, "foo"),
        ({"emails": [{"bar": 1}]}, r"emails\.bar"),
        ({"urn:example:2.0:User": {}}, r"urn:example:2\.0:User"),
        ({NINJAONE_USER: {"plan": 1}}, f"{NINJAONE_USER}:plan"),
    ],
)
def test_unknown_attributes_are_refused_by_name_when_the_policy_says_so(body, name):
    with pytest.raises(InvalidValue, match=f'"{name}" is not an attribute'):
        parse_user({"userName": "a", **body}, UnknownAttributes.REJECT)


def test_the_second_schema_that_microsoft_sends_with_groups_is_tolerated():
    parsed = parse_group(
        {
            "schemas": [CORE_GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
            "externalId": "5b0f3c1a",
            "displayName": "Help desk",
            "meta": {"resourceType": "Group"},
        },
        UnknownAttributes.REJECT,
    )

    assert parsed.document == {"schemas": [CORE_GROUP], "externalId": "5b0f3c1a", "displayName": "Help desk"}
    assert parsed.members is None


def test_members_stand_apart_from_the_document():
    parsed = parse_group(
        {
            "displayName": "Help desk",
            "members": [
                {"value": "b"},
                {"$ref": None, "value": "a"},
                {"value": "b", "display": "again"},
                {"VALUE": "c", "display": "Carla", "type": "User"},
                "d",
            ],
        }
    )

    assert parsed.document == {"schemas": [CORE_GROUP], "displayName": "Help desk"}
    assert parsed.members == (
        {"value": "b"},
        {"value": "a"},
        {"value": "c", "type": "User"},
        {"value": "d"},
    )


@pytest.mark.parametrize(("members", "expected"), [([], ()), (None, ()), ({"value": "a"}, ({"value": "a"},))])
def test_members_may_be_present_and_empty_or_single(members, expected):
    assert parse_group({"displayName": "x", "members": members}).members == expected


@pytest.mark.parametrize("member", [{}, {"display": "x"}, {"value": ""}, {"value": " "}, {"value": None}, "", None])
def test_a_member_needs_an_id(member):
    with pytest.raises(InvalidValue, match='needs a "value"'):
        parse_group({"displayName": "x", "members": [member]})


@pytest.mark.parametrize("member", [{"value": "a\x00"}, {"value": {}}, {"value": True}, [], True])
def test_a_members_id_is_text(member):
    with pytest.raises(InvalidValue):
        parse_group({"displayName": "x", "members": [member]})


def test_members_have_a_limit():
    members = [{"value": str(number)} for number in range(MAX_MEMBERS)]

    assert len(parse_group({"displayName": "x", "members": members}).members or ()) == MAX_MEMBERS
    with pytest.raises(PayloadTooLarge, match="200,000"):
        parse_group({"displayName": "x", "members": [*members, {"value": "x"}]})


def test_the_body_is_left_as_it_was():
    body = {
        "userName": "a",
        "emails": [{"value": "x", "type": None}],
        "name.givenName": "b",
        "name": {"familyName": "c"},
    }
    before = repr(body)
    parse_user(body)
    assert repr(body) == before


def test_an_extension_may_say_what_it_is():
    body = {"userName": "anna", NINJAONE_USER: {"schemas": [NINJAONE_USER], "organizationId": "12"}}
    parsed = parse_resource(body, user_type(), UnknownAttributes.REJECT)
    assert parsed.document[NINJAONE_USER] == {"organizationId": "12"}
