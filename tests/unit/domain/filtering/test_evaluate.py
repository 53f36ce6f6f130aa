"""What a filter matches (RFC 7644 §3.4.2.2)."""

import pytest

from scim.domain.filtering.evaluate import compile_filter, compile_value_filter
from scim.domain.filtering.grammar import parse_filter, parse_path
from scim.errors import InvalidFilter
from scim.schema.attributes import Attribute, ResourceType, Schema
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import CORE_GROUP, CORE_USER, ENTERPRISE_USER, NINJAONE_USER

ANNA = {
    "schemas": [CORE_USER, ENTERPRISE_USER, NINJAONE_USER],
    "id": "7c41",
    "externalId": "Anna.B",
    "userName": "Anna.Berg@contoso.com",
    "name": {"givenName": "Ännä", "familyName": "Berg"},
    "title": "",
    "active": True,
    "profileUrl": "https://contoso.com/Anna",
    "emails": [
        {"value": "anna@contoso.com", "type": "work", "primary": True},
        {"value": "anna@home.example", "type": "home"},
        {"value": "third@contoso.com"},
    ],
    "roles": [],
    "phoneNumbers": [{"type": "work", "value": ""}],
    "x509Certificates": [{"value": "QUJD"}],
    ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "91b0"}},
    NINJAONE_USER: {"organizationId": "12"},
    "meta": {"resourceType": "User", "created": "2024-05-13T04:42:34.5Z", "lastModified": "2024-06-01T00:00:00Z"},
}
HELP_DESK = {
    "schemas": [CORE_GROUP],
    "id": "g-22",
    "displayName": "Help desk",
    "members": [{"value": "7c41", "type": "User"}, {"value": "91b0", "type": "User"}],
}


def matches(text, document=ANNA, resource_type=None):
    return compile_filter(parse_filter(text), resource_type or user_type())(document)


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "anna.berg@CONTOSO.com"',
        'username EQ "anna.berg@contoso.com"',
        'userName ne "bo"',
        'userName co "BERG"',
        'userName sw "anna"',
        'userName ew ".COM"',
        'userName gt "ANNA"',
        'userName le "anna.berg@contoso.com"',
        'name.givenName eq "ÄNNÄ"',
        'name.givenName eq "A\u0308nna\u0308"',
        f'{CORE_USER}:name.familyName eq "berg"',
        'externalId eq "Anna.B"',
        'id eq "7c41"',
        "active eq true",
        'active eq "True"',
        "active ne false",
        'meta.resourceType eq "User"',
        'department eq "sales"',
        f'{NINJAONE_USER}:organizationId eq "12"',
        "organizationId eq 12",
        f'{ENTERPRISE_USER}:manager.value eq "91b0"',
        'id eq "7c41" and manager eq "91b0"',
        'profileUrl eq "https://contoso.com/Anna"',
        'x509Certificates eq "QUJD"',
        f'schemas eq "{NINJAONE_USER}"',
        f'schemas[value eq "{NINJAONE_USER}"]',
        'name[givenName sw "ä" and familyName eq "Berg"]',
        'not (userName eq "bo") and (title pr or active pr)',
        'userName eq "bo" or userName eq "cy" or id pr',
    ],
)
def test_matches(text):
    assert matches(text) is True


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "anna"',
        'userName gt "b"',
        'userName lt "anna.berg@contoso.com"',
        'externalId eq "anna.b"',
        'externalId co "anna"',
        'id eq "7C41"',
        "active eq false",
        'profileUrl eq "https://contoso.com/anna"',
        'x509Certificates eq "qujd"',
        'nickName eq "x"',
        'nickName gt "a"',
        f'schemas[value eq "{CORE_GROUP}"]',
        "userName eq 12",
        'organizationId eq "1" and active eq true',
        'userName pr and active eq true and id eq "x"',
    ],
)
def test_does_not_match(text):
    assert matches(text) is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("userName pr", True),
        ("nickName pr", False),
        ("title pr", False),
        ("roles pr", False),
        ("emails pr", True),
        ("emails.primary pr", True),
        ("emails.display pr", False),
        ("phoneNumbers.value pr", False),
        ("phoneNumbers pr", True),
        ("name pr", True),
        ("name.middleName pr", False),
        ("active pr", True),
        (f"{ENTERPRISE_USER}:manager pr", True),
        (f"{NINJAONE_USER} pr", True),
        (f"{NINJAONE_USER}:userType pr", False),
    ],
)
def test_present_means_a_value_that_is_not_empty(text, expected):
    """`pr`, `ne null` and `not (… eq null)` say the same (RFC 7643 §2.5)."""
    path = text.removesuffix(" pr")

    assert matches(text) is expected
    assert matches(f"{path} ne null") is expected
    assert matches(f"{path} eq null") is not expected


def test_false_and_zero_are_values():
    assert matches("active pr", {"active": False})


def test_a_complex_attribute_of_empty_parts_is_not_present():
    assert not matches("name pr", {"name": {"givenName": "", "familyName": None}})
    assert not matches("emails pr", {"emails": [{"value": ""}, {}]})


def test_a_missing_value_fails_every_comparison_but_ne():
    for operator in ("eq", "co", "sw", "ew", "gt", "ge", "lt", "le"):
        assert not matches(f'nickName {operator} "x"')
        assert matches(f'not (nickName {operator} "x")')
    assert matches('nickName ne "x"')
    assert matches(f'{NINJAONE_USER}:userType ne "x"', {"userName": "no extension"})
    assert matches('emails.value ne "x"', {"userName": "no emails"})


def test_an_empty_text_equals_the_empty_text_and_a_missing_one_does_not():
    assert matches('title eq ""')
    assert not matches('nickName eq ""')


def test_a_multi_valued_attribute_matches_when_one_value_does():
    assert matches('emails.type eq "home"')
    assert matches('emails co "HOME.example"')
    assert not matches('emails eq "anna"')


def test_ne_on_a_multi_valued_attribute_means_that_no_value_equals():
    assert not matches('emails.type ne "work"')
    assert matches('emails.type ne "other"')
    assert matches('members ne "x"', HELP_DESK, group_type())
    assert not matches('members ne "7c41"', HELP_DESK, group_type())


def test_the_terms_in_brackets_hold_for_one_and_the_same_value():
    assert matches('emails[type eq "work" and value co "contoso"]')
    assert not matches('emails[type eq "work" and value co "home"]')
    assert matches('emails.type eq "work" and emails.value co "home"')
    assert matches('emails[type ne "work" and value sw "third"]')
    assert matches('emails[not (type pr) and value sw "third"]')
    assert not matches('emails[type eq "work"]', {"userName": "x"})


def test_entras_sub_attribute_behind_the_brackets_is_a_term_in_them():
    assert matches('emails[type eq "work"].value eq "ANNA@contoso.com"')
    assert not matches('emails[type eq "home"].value eq "anna@contoso.com"')
    assert matches('emails[type eq "work" or type eq "home"].primary eq "True"')
    assert not matches('phoneNumbers[type eq "work"].value pr')


def test_members_and_manager_are_compared_by_their_value():
    """The existence queries that Entra documents."""
    assert matches('id eq "g-22" and members eq "7c41"', HELP_DESK, group_type())
    assert matches('members[value eq "91b0"]', HELP_DESK, group_type())
    assert not matches('members eq "7C41"', HELP_DESK, group_type())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('meta.created eq "2024-05-13T04:42:34.500Z"', True),
        ('meta.created eq "2024-05-13T06:42:34.5+02:00"', True),
        ('meta.created eq "2024-05-13T04:42:34.5"', True),
        ('meta.created eq "2024-05-13t04:42:34.5z"', True),
        ('meta.created ne "2024-05-13T04:42:34Z"', True),
        ('meta.created gt "2024-05-13T04:42:34Z"', True),
        ('meta.created gt "2024-05-13T05:42:34+02:00"', True),
        ('meta.created ge "2024-05-13T04:42:34.5000000Z"', True),
        ('meta.created lt "2024-05-13T04:42:34.4Z"', False),
        ('meta.created le "0001-01-01T00:00:00+14:00"', False),
        ('meta.lastModified gt "2024-05-31T23:30:00-01:00"', False),
    ],
)
def test_dates_are_compared_as_instants(text, expected):
    assert matches(text) is expected


NUMBERS = ResourceType(
    name="Reading",
    endpoint="/Readings",
    description="",
    schema=Schema.from_definition(
        {
            "id": "urn:example:2.0:Reading",
            "name": "Reading",
            "attributes": [
                {"name": "count", "type": "integer"},
                {"name": "weight", "type": "decimal"},
                {"name": "secret", "type": "complex", "subAttributes": [{"name": "pin", "returned": "never"}]},
                {"name": "tags", "multiValued": True},
            ],
        }
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count eq 10", True),
        ("count eq 10.0", True),
        ("count gt 9", True),
        ("count lt 9", False),
        ("weight ge 2.5", True),
        ("weight ne 2", True),
        ('tags eq "RED"', True),
        ('tags[value sw "bl"]', True),
        ("tags[not (value pr)]", False),
        ('tags ne "green"', True),
    ],
)
def test_numbers_are_compared_by_value_and_simple_values_one_by_one(text, expected):
    assert matches(text, {"count": 10, "weight": 2.5, "tags": ["red", "blue"]}, NUMBERS) is expected


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ('nickNames eq "x"', "User has no attribute nickNames."),
        ("urn:example:2.0:User:x pr", "User has no attribute urn:example:2.0:User:x."),
        ('emails[kind eq "x"]', "emails has no attribute kind."),
        ('emails[emails.type eq "x"]', "emails has no attribute emails.type."),
        ('name eq "x"', "name has several parts; name one of its sub-attributes."),
        ('addresses co "x"', "addresses has several parts; name one of its sub-attributes."),
        ('password eq "x"', "password is never returned and cannot be compared."),
        ("password pr", "password is never returned and cannot be filtered."),
        ("password eq null", "password is never returned and cannot be filtered."),
        ("active gt true", "active is of type boolean, which does not take the operator gt."),
        ('active co "tr"', "active is of type boolean, which does not take the operator co."),
        ('active eq "yes"', "active eq takes true or false."),
        ("active eq 1", "active eq takes true or false."),
        (
            'x509Certificates.value sw "Q"',
            "x509Certificates.value is of type binary, which does not take the operator sw.",
        ),
        ('meta.created sw "2024"', "meta.created is of type dateTime, which does not take the operator sw."),
        ('meta.created gt "2024-05-13"', 'meta.created gt takes a date and time such as "2011-05-13T04:42:34Z".'),
        ("meta.created gt 2024", 'meta.created gt takes a date and time such as "2011-05-13T04:42:34Z".'),
        ("userName eq true", "userName eq takes text in double quotes."),
        ("userName co null", "userName co: null takes only eq and ne."),
        ('userName[value eq "x"]', "userName has no values to select from with brackets."),
        ('password[value eq "x"]', "password has no values to select from with brackets."),
    ],
)
def test_what_an_attribute_does_not_take_is_refused_before_any_document_is_read(text, detail):
    with pytest.raises(InvalidFilter) as refusal:
        compile_filter(parse_filter(text), user_type())

    assert refusal.value.detail == detail


@pytest.mark.parametrize(
    "text", ['count eq "10"', "count sw 1", 'secret.pin eq "1"', "secret.pin pr", "secret[pin pr]"]
)
def test_types_and_secrets_are_kept_for_any_resource_type(text):
    with pytest.raises(InvalidFilter):
        compile_filter(parse_filter(text), NUMBERS)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"emails": None, "name": None, "meta": None, "active": None, NINJAONE_USER: None, "userName": None},
        {"emails": "x", "name": "x", "meta": [], "active": 1, NINJAONE_USER: [], "userName": {}},
        {"emails": ["x", None, 1], "name": [1], "meta": {"created": "yesterday"}, "active": "yes", "userName": 1},
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        'emails co "x"',
        'emails[type eq "work"]',
        'name.givenName eq "x"',
        'meta.created gt "2024-05-13T04:42:34Z"',
        'organizationId eq "12"',
        'userName eq "x"',
    ],
)
def test_damaged_documents_match_nothing_and_break_nothing(document, text):
    assert matches(text, document) is False


def test_who_does_not_say_whether_it_is_active_is():
    """As such a user may sign in, whoever reconciles by `active eq true` must find it."""
    assert matches("active eq true", {})
    assert not matches("active ne true", {})
    assert not matches("active eq false", {})
    assert not matches("active pr", {})


@pytest.mark.parametrize("text", ["meta.location pr", 'meta.location sw "http"', "not (meta.location pr)"])
def test_the_location_cannot_be_searched(text):
    """RFC 7644 §3.12: it is not stored, and a filter that is false in silence looks like an empty directory."""
    with pytest.raises(InvalidFilter, match="location"):
        compile_filter(parse_filter(text), user_type())


def test_a_lone_value_of_a_multi_valued_attribute_is_looked_at():
    assert matches('emails[type eq "work"]', {"emails": {"type": "work"}})


def test_a_booleans_spelling_in_the_document_does_not_matter():
    """Entra sends "False" for `active`; however it was stored, it is never true."""
    assert matches("active eq false", {"active": "False"})
    assert not matches("active eq true", {"active": "False"})


def test_a_value_filter_of_a_path_selects_single_values():
    path = parse_path('emails[type eq "WORK"].value')
    selects = compile_value_filter(path.value_filter, user_type().by_name["emails"])

    assert [email["value"] for email in ANNA["emails"] if selects(email)] == ["anna@contoso.com"]


def test_a_value_filter_of_an_attribute_that_is_not_complex_calls_its_values_value():
    selects = compile_value_filter(parse_filter('value sw "b"'), Attribute(name="tags", multi_valued=True))

    assert [tag for tag in ("red", "Blue") if selects(tag)] == ["Blue"]
