import pytest

from scim.errors import InvalidPath, InvalidValue
from scim.schema.attributes import Attribute
from scim.schema.catalog import schema
from scim.schema.values import UnknownAttributes, UnknownNames, is_no_value, read_value, shorten

USER = schema("user").by_name
MANAGER = schema("enterprise_user").by_name["manager"]
ORGANIZATION = schema("ninjaone_user").by_name["organizationid"]


def read(value, attribute, unknown=None):
    return read_value(value, attribute, "", unknown or UnknownNames(UnknownAttributes.IGNORE))


@pytest.mark.parametrize("value", [True, "True", "true", "TRUE"])
def test_true_is_accepted_in_every_spelling_that_entra_uses(value):
    assert read(value, USER["active"]) is True


@pytest.mark.parametrize("value", [False, "False", "false", "fALSE"])
def test_false_never_means_true(value):
    assert read(value, USER["active"]) is False


@pytest.mark.parametrize("value", ["yes", "0", 0, 1, 1.0, {}, [True], "falsе"])  # noqa: RUF001  a Cyrillic letter
def test_other_values_are_no_booleans(value):
    with pytest.raises(InvalidValue, match='"active" must be true or false'):
        read(value, USER["active"])


@pytest.mark.parametrize("value", [None, "", " ", "\u00a0", []])
@pytest.mark.parametrize("name", ["active", "title", "emails", "name", "externalid"])
def test_null_blank_and_empty_mean_no_value(value, name):
    attribute = USER.get(name) or Attribute(name="externalId", case_exact=True)
    assert read(value, attribute) is None


def test_strings_are_kept_as_they_were_sent():
    assert read(" Ånna  Berg\u00a0", USER["displayname"]) == " Ånna  Berg\u00a0"


@pytest.mark.parametrize(("value", "kept"), [(12, "12"), (12.5, "12.5"), ("012", "012")])
def test_an_organization_id_may_come_as_a_number(value, kept):
    assert read(value, ORGANIZATION) == kept


@pytest.mark.parametrize("value", [True, {}, {"value": "x"}, ["x"]])
def test_a_string_attribute_takes_no_other_kind_of_value(value):
    with pytest.raises(InvalidValue, match='"title" must be a string'):
        read(value, USER["title"])


@pytest.mark.parametrize("character", ["\x00", "\x01", "\n", "\r", "\t", "\x1f", "\x7f", "\x85", "\x9f", "\ud800"])
def test_control_characters_are_refused(character):
    with pytest.raises(InvalidValue, match='"title" contains characters that cannot be seen'):
        read(f"a{character}b", USER["title"])


@pytest.mark.parametrize("text", ["a\u200bb", "a\u00adb", "👩\u200d👩\u200d👧", "a\u2028b", "\ue000"])
def test_format_characters_are_fine_outside_of_user_names(text):
    assert read(text, USER["title"]) == text


@pytest.mark.parametrize("character", ["\u200b", "\u202e", "\u00ad", "\ufeff", "\U000e0001", "\u0378", "\n", "\x00"])
def test_user_names_take_nothing_that_cannot_be_seen(character):
    with pytest.raises(InvalidValue, match='"userName"'):
        read(f"anna{character}@contoso.com", USER["username"])


def test_user_names_take_letters_of_every_script():
    for name in (
        "σοφία@contoso.com",
        "李娜@contoso.com",
        "नेहा@contoso.com",
        "o'brien+x@contoso.com",
        "zoë@contoso.com",
    ):
        assert read(name, USER["username"]) == name


def test_a_street_may_stand_in_two_lines():
    assert read({"streetAddress": "Keizersgracht 1\r\nFloor 2", "type": "work"}, USER["addresses"]) == [
        {"streetAddress": "Keizersgracht 1\r\nFloor 2", "type": "work"}
    ]
    with pytest.raises(InvalidValue, match=r'"addresses\.locality"'):
        read({"locality": "Amster\ndam"}, USER["addresses"])


def test_sub_attributes_take_their_canonical_spelling():
    assert read({"GIVENNAME": "Anna", "familyname": "Berg"}, USER["name"]) == {
        "givenName": "Anna",
        "familyName": "Berg",
    }


def test_a_sub_attribute_in_two_spellings_is_refused():
    with pytest.raises(InvalidValue, match=r'"name\.givenName" is given more than once'):
        read({"givenName": "Anna", "givenname": "Berta"}, USER["name"])


def test_empty_sub_attributes_are_left_out():
    assert read({"givenName": "Anna", "familyName": "", "formatted": None}, USER["name"]) == {"givenName": "Anna"}
    assert read({"givenName": ""}, USER["name"]) is None
    assert read({}, USER["name"]) is None


def test_one_value_of_a_multi_valued_attribute_may_come_without_its_list():
    assert read({"value": "a@b.c"}, USER["emails"]) == [{"value": "a@b.c"}]


@pytest.mark.parametrize("value", ["a@b.c", ["a@b.c"], [{"value": "a@b.c"}, None, {}, ""]])
def test_a_bare_string_stands_for_the_value_of_a_complex_attribute(value):
    assert read(value, USER["emails"]) == [{"value": "a@b.c"}]


@pytest.mark.parametrize("value", ["7c41", ["7c41"], {"value": "7c41"}, [{"$ref": None, "value": "7c41"}]])
def test_a_manager_comes_in_four_forms(value):
    assert read(value, MANAGER) == {"value": "7c41"}


@pytest.mark.parametrize("value", [["a", "b"], [{"value": "a"}, {"value": "b"}], True, [True]])
def test_one_manager_is_enough(value):
    with pytest.raises(InvalidValue, match='"manager" must be an object'):
        read(value, MANAGER)


def test_a_string_cannot_stand_for_an_attribute_that_has_no_value():
    with pytest.raises(InvalidValue, match='"name" must be an object'):
        read("Anna", USER["name"])


def test_read_only_sub_attributes_are_ignored():
    assert read({"value": "7c41", "displayName": "Boss"}, MANAGER) == {"value": "7c41"}


def test_only_one_value_may_be_primary():
    with pytest.raises(InvalidValue, match='"emails" may be primary'):
        read([{"value": "a", "primary": True}, {"value": "b", "primary": "True"}], USER["emails"])


@pytest.mark.parametrize(("name", "limit"), [("emails", 40), ("phonenumbers", 100)])
def test_multi_valued_attributes_hold_a_limited_number_of_values(name, limit):
    values = [{"value": str(number)} for number in range(limit)]

    assert len(read(values, USER[name])) == limit
    with pytest.raises(InvalidValue, match=f"at most {limit} values"):
        read([*values, {"value": "x"}], USER[name])


@pytest.mark.parametrize("text", ["MIIB", "TQ==", "TQ", "-_-_", "+/+/"])
def test_certificates_are_base64_of_either_alphabet(text):
    assert read({"value": text}, USER["x509certificates"]) == [{"value": text}]


@pytest.mark.parametrize("text", ["M", "T!==", "-+", "é", "=", "TQ==="])
def test_other_texts_are_no_base64(text):
    with pytest.raises(InvalidValue, match="must be base64"):
        read({"value": text}, USER["x509certificates"])


@pytest.mark.parametrize("text", ["2026-01-31T09:30:00Z", "2026-01-31t09:30:00.123456789+02:00", "2026-01-31T09:30:00"])
def test_points_in_time_are_kept_as_written(text):
    assert read(text, Attribute(name="since", type="dateTime")) == text


@pytest.mark.parametrize(
    "text", ["2026-02-30T09:30:00Z", "2026-01-31", "soon", "20260131T093000Z", "2026-W05-6T09:30Z"]
)
def test_other_texts_are_no_points_in_time(text):
    with pytest.raises(InvalidValue, match='"since" must be a date and time'):
        read(text, Attribute(name="since", type="dateTime"))


def test_numbers_are_numbers():
    assert read(3, Attribute(name="n", type="integer")) == 3
    assert read(3.5, Attribute(name="n", type="decimal")) == 3.5
    for value in (True, "3", 3.5):
        with pytest.raises(InvalidValue, match="whole number"):
            read(value, Attribute(name="n", type="integer"))
    for value in (True, "3", float("nan")):
        with pytest.raises(InvalidValue, match="must be a number"):
            read(value, Attribute(name="n", type="decimal"))


def test_unknown_sub_attributes_are_dropped_and_named_once():
    unknown = UnknownNames(UnknownAttributes.IGNORE)

    assert read([{"value": "a", "foo": 1}, {"value": "b", "foo": 2}], USER["emails"], unknown) == [
        {"value": "a"},
        {"value": "b"},
    ]
    assert unknown.names == ("emails.foo",)


def test_unknown_sub_attributes_are_refused_when_the_policy_says_so():
    with pytest.raises(InvalidValue, match=r'"emails\.foo" is not an attribute'):
        read({"value": "a", "foo": 1}, USER["emails"], UnknownNames(UnknownAttributes.REJECT))


def test_unknown_names_choose_their_error():
    with pytest.raises(InvalidPath):
        UnknownNames(UnknownAttributes.REJECT).note("x", InvalidPath)


def test_names_in_messages_are_short_and_printable():
    assert shorten("a\r\nb\u202e" + "x" * 1000) == "a??b?" + "x" * 123


@pytest.mark.parametrize("value", [0, False, {}, "x", [None]])
def test_some_values_only_look_like_none(value):
    assert not is_no_value(value)


@pytest.mark.parametrize("name", [" anna", "anna ", "anna\u00a0"])
def test_a_user_name_with_spaces_around_it_is_refused(name):
    with pytest.raises(InvalidValue, match="begins or ends with a space"):
        read(name, USER["username"])
