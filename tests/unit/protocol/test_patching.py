import copy

import pytest

from scim.errors import (
    InvalidFilter,
    InvalidPath,
    InvalidSyntax,
    InvalidValue,
    Mutability,
    NoTarget,
    PayloadTooLarge,
    TooMany,
)
from scim.protocol.patching import MAX_MEMBER_FILTERS, MAX_OPERATIONS, MAX_TERMS, apply_patch, parse_patch
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import CORE_USER, ENTERPRISE_USER, LIST_RESPONSE, NINJAONE_USER, PATCH_OP
from scim.schema.values import UnknownAttributes

IGNORE, REJECT = UnknownAttributes.IGNORE, UnknownAttributes.REJECT
WORK = 'emails[type eq "work"].value'
ORGANIZATION = f"{NINJAONE_USER}:organizationId"


def user(**attributes):
    document = {"schemas": [CORE_USER, NINJAONE_USER], "userName": "anna", NINJAONE_USER: {"organizationId": "12"}}
    return document | attributes


def operation(op, path=None, *value):
    found = {"op": op} if path is None else {"op": op, "path": path}
    return found | ({"value": value[0]} if value else {})


def patch(document, *operations, unknown=REJECT):
    """Apply operations, and see to it that the document given is left alone."""
    before = copy.deepcopy(document)
    parsed = parse_patch({"schemas": [PATCH_OP], "Operations": list(operations)}, user_type(), unknown)
    patched = apply_patch(document, parsed)
    assert document == before
    assert next(iter(patched.document)) == "schemas"
    return patched


def after(document, *operations):
    return patch(document, *operations).document


# The two dialects of Entra ID


def test_the_legacy_dialect_of_entra_is_applied():
    patched = patch(
        user(name={"givenName": "Anna", "familyName": "Berg"}, active=False),
        operation("Replace", "userName", "Anna.Lund@contoso.com"),
        operation("Replace", "name.familyName", "Lund"),
        operation("Add", WORK, "anna.lund@contoso.com"),
        operation("Replace", ORGANIZATION, "All"),
        operation("Replace", "active", "True"),
    )

    assert patched.document == {
        "schemas": [CORE_USER, NINJAONE_USER],
        "userName": "Anna.Lund@contoso.com",
        NINJAONE_USER: {"organizationId": "All"},
        "name": {"givenName": "Anna", "familyName": "Lund"},
        "active": True,
        "emails": [{"type": "work", "value": "anna.lund@contoso.com"}],
    }
    assert patched.changed == ("active", "emails", "name", ORGANIZATION, "userName")


def test_the_newer_dialect_of_entra_is_applied():
    patched = patch(
        user(emails=[{"type": "work", "value": "old@contoso.com", "primary": True}]),
        operation("replace", WORK, "anna.lund@contoso.com"),
        operation(
            "replace",
            None,
            {
                "name.givenName": "Anna",
                "name.familyName": "Lund",
                ORGANIZATION: "All",
                f"{NINJAONE_USER}:userType": "technician",
            },
        ),
        operation("add", "externalId", "alund"),
    )

    assert patched.document == {
        "schemas": [CORE_USER, NINJAONE_USER],
        "userName": "anna",
        NINJAONE_USER: {"organizationId": "All", "userType": "technician"},
        "emails": [{"type": "work", "value": "anna.lund@contoso.com", "primary": True}],
        "name": {"givenName": "Anna", "familyName": "Lund"},
        "externalId": "alund",
    }


@pytest.mark.parametrize("op", ["replace", "Replace", "REPLACE", "add", "Add"])
@pytest.mark.parametrize("value", [False, "False", "false"])
@pytest.mark.parametrize("shape", ["path", "pathless", "urn"])
def test_a_user_is_disabled_in_every_way_that_clients_know(op, value, shape):
    shapes = {
        "path": operation(op, "active", value),
        "pathless": operation(op, None, {"active": value}),
        "urn": operation(op, f"{CORE_USER}:active", value),
    }

    patched = patch(user(active=True), shapes[shape])

    assert patched.document["active"] is False
    assert patched.changed == ("active",)


@pytest.mark.parametrize(
    "value",
    [
        {"name": {"givenName": "Anna", "familyName": "Lund"}},
        {"name.givenName": "Anna", "name.familyName": "Lund"},
        {"NAME": {"GIVENNAME": "Anna"}, f"{CORE_USER}:name.familyName": "Lund"},
    ],
)
def test_keys_of_an_operation_without_a_path_may_be_nested_dotted_or_qualified(value):
    assert after(user(), operation("replace", None, value))["name"] == {"givenName": "Anna", "familyName": "Lund"}


@pytest.mark.parametrize(
    "change",
    [
        operation("replace", ORGANIZATION, "7"),
        operation("replace", ORGANIZATION.lower(), 7),
        operation("replace", NINJAONE_USER, {"organizationId": "7"}),
        operation("add", None, {ORGANIZATION: "7"}),
        operation("add", None, {NINJAONE_USER: {"organizationId": "7"}}),
        operation("replace", None, {NINJAONE_USER.upper(): {"ORGANIZATIONID": "7"}}),
        operation("replace", CORE_USER, {ORGANIZATION: "7"}),
    ],
)
def test_an_extension_attribute_is_reached_in_every_spelling(change):
    patched = patch(user(**{NINJAONE_USER: {"organizationId": "12", "userType": "endUser"}}), change)

    assert patched.document[NINJAONE_USER] == {"organizationId": "7", "userType": "endUser"}
    assert patched.changed == (ORGANIZATION,)


@pytest.mark.parametrize("key", [WORK, 'EMAILS[TYPE EQ "WORK"].VALUE', f"{CORE_USER}:{WORK}"])
def test_a_path_with_a_filter_may_be_a_key(key):
    document = user(emails=[{"type": "work", "value": "a"}, {"type": "home", "value": "b"}])
    assert after(document, operation("replace", None, {key: "c"}))["emails"] == [
        {"type": "work", "value": "c"},
        {"type": "home", "value": "b"},
    ]


@pytest.mark.parametrize(
    "value",
    ["91b0", {"value": "91b0"}, [{"$ref": "../Users/91b0", "value": "91b0"}], [{"$ref": None, "value": "91b0"}]],
)
@pytest.mark.parametrize("path", [f"{ENTERPRISE_USER}:manager", "manager"])
@pytest.mark.parametrize("op", ["Add", "Replace"])
def test_a_manager_is_set_in_every_form(op, path, value):
    patched = patch(user(), operation(op, path, value))

    assert patched.document[ENTERPRISE_USER]["manager"]["value"] == "91b0"
    assert patched.document["schemas"] == [CORE_USER, ENTERPRISE_USER, NINJAONE_USER]
    assert patched.changed == (f"{ENTERPRISE_USER}:manager",)


# What is not there yet


@pytest.mark.parametrize("op", ["add", "replace"])
@pytest.mark.parametrize("emails", [None, [], [{"type": "home", "value": "h"}]])
def test_a_value_that_a_filter_describes_is_made_when_it_is_missing(op, emails):
    document = user() if emails is None else user(emails=emails)
    assert after(document, operation(op, WORK, "w"))["emails"] == [*(emails or []), {"type": "work", "value": "w"}]


def test_all_equalities_of_the_filter_go_into_the_new_value():
    path = 'phoneNumbers[type eq "mobile" and primary eq "True"].value'
    assert after(user(), operation("add", path, "+31 6"))["phoneNumbers"] == [
        {"type": "mobile", "primary": True, "value": "+31 6"}
    ]


def test_an_object_joins_the_equalities():
    path = 'addresses[type eq "work"]'
    assert after(user(), operation("add", path, {"country": "NL", "locality": ""}))["addresses"] == [
        {"type": "work", "country": "NL"}
    ]


@pytest.mark.parametrize(
    "value_filter",
    ['type ne "work"', 'type eq "work" or type eq "home"', 'not (type eq "work")', 'value sw "a"', "type pr",
     'type eq "a" and type eq "b"', 'type eq ""', "type eq null"],
)  # fmt: skip
@pytest.mark.parametrize("op", ["add", "replace"])
def test_other_filters_describe_nothing_that_could_be_made(op, value_filter):
    with pytest.raises(NoTarget, match='No value of "emails" matches'):
        patch(user(), operation(op, f"emails[{value_filter}].value", "x"))


# Filters


def test_a_filter_selects_what_is_changed():
    document = user(emails=[{"type": "work", "value": "a"}, {"type": "home", "value": "b"}])
    changed = after(document, operation("replace", 'emails[type eq "home"].value', "c"))
    assert changed["emails"] == [{"type": "work", "value": "a"}, {"type": "home", "value": "c"}]


@pytest.mark.parametrize("op", ["add", "replace"])
@pytest.mark.parametrize("value", [{"value": "b", "display": None}, [{"Value": "b", "display": ""}]])
def test_an_object_is_merged_into_the_selected_values(op, value):
    document = user(emails=[{"type": "work", "value": "a", "display": "A", "primary": True}])
    assert after(document, operation(op, 'emails[type eq "work"]', value))["emails"] == [
        {"type": "work", "value": "b", "primary": True}
    ]


def test_a_string_becomes_the_value_of_the_selected_values():
    document = user(emails=[{"type": "work", "value": "a", "display": "A"}])
    assert after(document, operation("replace", 'emails[type eq "work"]', "b"))["emails"] == [
        {"type": "work", "value": "b", "display": "A"}
    ]


def test_without_a_filter_a_sub_attribute_of_all_values_is_meant():
    document = user(emails=[{"type": "work", "value": "a"}, {"type": "home", "value": "b"}])
    assert after(document, operation("replace", "emails.display", "x"))["emails"] == [
        {"type": "work", "value": "a", "display": "x"},
        {"type": "home", "value": "b", "display": "x"},
    ]
    assert after(user(), operation("add", "emails.value", "a"))["emails"] == [{"value": "a"}]


def test_entra_selects_roles_with_a_boolean_in_quotes():
    document = user(roles=[{"primary": True, "value": "a"}])
    assert after(document, operation("Replace", 'roles[primary eq "True"].value', "b"))["roles"] == [
        {"primary": True, "value": "b"}
    ]


# Removing and clearing


@pytest.mark.parametrize(
    ("path", "attribute"),
    [
        ("title", "title"),
        ("emails", "emails"),
        ('emails[type eq "work"]', "emails"),
        (WORK, "emails"),
        ("emails.value", "emails"),
        ("name", "name"),
        ("name.givenName", "name"),
    ],
)
@pytest.mark.parametrize(
    "how", [("remove",), ("Remove", None), ("replace", None), ("replace", ""), ("replace", " "), ("add", None),
            ("add", ""), ("replace", [])]
)  # fmt: skip
def test_an_attribute_is_cleared_by_remove_and_by_no_value(path, attribute, how):
    op, *value = how
    document = user(title="x", emails=[{"type": "work", "value": "a", "primary": True}], name={"givenName": "Anna"})

    patched = patch(document, operation(op, path, *value))

    assert attribute not in patched.document
    assert patched.changed == (attribute,)
    assert patch(patched.document, operation(op, path, *value)).changed == ()


@pytest.mark.parametrize("value", [None, "", []])
def test_keys_without_a_value_clear(value):
    document = user(title="x", name={"givenName": "Anna", "familyName": "Berg"})

    assert after(document, operation("replace", None, {"title": value, "name": {"givenName": value}})) == user(
        name={"familyName": "Berg"}
    )


def test_adding_an_empty_list_adds_nothing():
    assert patch(user(emails=[{"value": "a"}]), operation("add", "emails", [])).changed == ()


@pytest.mark.parametrize(
    "path",
    ["title", "name.givenName", "emails", WORK, 'emails[type eq "other"]', 'emails[not (type eq "x")].display',
     f"{ENTERPRISE_USER}:department", ENTERPRISE_USER, f"{ENTERPRISE_USER}:manager"],
)  # fmt: skip
def test_removing_what_is_not_there_is_a_success(path):
    patched = patch(user(), operation("remove", path))
    assert patched.document == user()
    assert patched.changed == ()


@pytest.mark.parametrize(
    "value",
    [[{"value": "A@b.c"}], {"value": "a@b.c"}, "a@b.c", [{"value": "a@b.c", "type": "work", "display": "other"}],
     [{"type": "work"}]],
)  # fmt: skip
def test_remove_with_a_value_removes_only_that_value(value):
    document = user(emails=[{"value": "a@b.c", "type": "work"}, {"value": "d@e.f", "type": "home"}])
    assert after(document, operation("Remove", "emails", value))["emails"] == [{"value": "d@e.f", "type": "home"}]


@pytest.mark.parametrize("value", [[], [{"value": "x@y.z"}], [{"value": "a@b.c", "type": "home"}], [{}]])
def test_remove_with_a_value_that_is_not_there_removes_nothing(value):
    document = user(emails=[{"value": "a@b.c", "type": "work"}])
    assert patch(document, operation("Remove", "emails", value)).changed == ()


def test_an_extension_leaves_schemas_with_its_last_attribute_and_comes_back():
    removed = patch(user(), operation("remove", ORGANIZATION))
    assert removed.document == {"schemas": [CORE_USER], "userName": "anna"}

    back = patch(removed.document, operation("add", ORGANIZATION, "12"))
    assert back.document == user()


@pytest.mark.parametrize("change", [operation("remove", NINJAONE_USER), operation("replace", NINJAONE_USER, None)])
def test_an_extension_is_removed_as_a_whole(change):
    document = user(**{NINJAONE_USER: {"organizationId": "12", "userType": "endUser"}})

    patched = patch(document, change)

    assert patched.document == {"schemas": [CORE_USER], "userName": "anna"}
    assert patched.changed == (ORGANIZATION, f"{NINJAONE_USER}:userType")


@pytest.mark.parametrize(
    "change",
    [operation("remove", "userName"), operation("replace", "userName", ""), operation("replace", "userName", None),
     operation("add", None, {"userName": " "}), operation("replace", f"{CORE_USER}:username", [])],
)  # fmt: skip
def test_a_required_attribute_stays(change):
    with pytest.raises(Mutability, match='"userName" is required'):
        patch(user(), change)


# Complex and multi-valued attributes


@pytest.mark.parametrize("op", ["replace", "Add"])
def test_an_object_is_merged_into_a_complex_attribute(op):
    document = user(name={"givenName": "Anna", "familyName": "Berg"})
    assert after(document, operation(op, "name", {"familyName": "Lund"}))["name"] == {
        "givenName": "Anna",
        "familyName": "Lund",
    }


def test_replace_puts_new_values_in_place_of_all():
    document = user(emails=[{"value": "a"}, {"value": "b"}])
    assert after(document, operation("replace", "emails", [{"value": "c"}]))["emails"] == [{"value": "c"}]
    assert after(document, operation("replace", None, {"emails": {"value": "c"}}))["emails"] == [{"value": "c"}]
    assert "emails" not in after(document, operation("replace", "emails", [{}]))


def test_add_appends():
    document = user(emails=[{"value": "a", "type": "work"}])
    assert after(document, operation("add", "emails", [{"value": "b", "type": "work"}]))["emails"] == [
        {"value": "a", "type": "work"},
        {"value": "b", "type": "work"},
    ]


@pytest.mark.parametrize("value", [{"value": "A", "type": "work"}, {"value": "a"}, "A"])
def test_add_adds_no_value_twice(value):
    document = user(emails=[{"value": "a", "type": "work"}])
    emails = after(document, operation("add", "emails", value))["emails"]
    assert len(emails) == 1
    assert emails[0]["type"] == "work"


def test_the_same_value_of_another_type_is_another_value():
    document = user(emails=[{"value": "a", "type": "work"}])
    assert len(after(document, operation("add", "emails", {"value": "a", "type": "home"}))["emails"]) == 2


def test_addresses_are_the_same_when_all_their_parts_are():
    address = {"type": "work", "country": "NL"}
    document = user(addresses=[address])
    same = operation("add", "addresses", {"type": "work", "country": "nl"})
    other = operation("add", "addresses", {"type": "work", "country": "NL", "locality": "Utrecht"})

    assert len(after(document, same)["addresses"]) == 1
    assert len(after(document, other)["addresses"]) == 2


def test_adding_a_known_value_as_primary_makes_it_primary():
    document = user(emails=[{"value": "a"}, {"value": "b", "primary": True}])
    assert after(document, operation("add", "emails", {"value": "a", "primary": True}))["emails"] == [
        {"value": "a", "primary": True},
        {"value": "b", "primary": False},
    ]


@pytest.mark.parametrize(
    "change",
    [
        operation("add", "emails", [{"value": "b", "type": "home", "primary": "True"}]),
        operation("add", 'emails[type eq "home"]', {"value": "b", "primary": True}),
        operation("replace", 'emails[type eq "home"].primary', "true"),
    ],
)
def test_a_new_primary_value_takes_the_place_of_the_old_one(change):
    document = user(emails=[{"value": "a", "type": "work", "primary": True}, {"value": "b", "type": "home"}])
    emails = after(document, change)["emails"]
    assert [(email["value"], email["primary"]) for email in emails] == [("a", False), ("b", True)]


def test_a_value_that_is_made_for_a_filter_on_primary_ones_is_the_only_primary_one():
    document = user(emails=[{"value": "a@x.y", "type": "work", "primary": True}])

    emails = after(document, operation("add", 'emails[type eq "home" and primary eq true].value', "c@x.y"))["emails"]

    assert emails == [
        {"value": "a@x.y", "type": "work", "primary": False},
        {"type": "home", "primary": True, "value": "c@x.y"},
    ]


@pytest.mark.parametrize(
    "change",
    [
        operation("replace", "emails", [{"value": "a", "primary": True}, {"value": "b", "primary": True}]),
        operation("add", "emails", [{"value": "a", "primary": True}, {"value": "b", "primary": True}]),
        operation("replace", "emails.primary", "True"),
        operation("replace", "emails[value pr].primary", "True"),
    ],
)
def test_one_operation_cannot_make_two_values_primary(change):
    with pytest.raises(InvalidValue, match='"emails" may be primary'):
        patch(user(emails=[{"value": "a"}, {"value": "b"}]), change)


def test_a_label_may_come_before_its_value_but_not_without_it():
    primary = operation("add", 'emails[type eq "work"].primary', "True")

    assert after(user(), primary, operation("add", WORK, "a"))["emails"] == [
        {"type": "work", "primary": True, "value": "a"}
    ]
    assert patch(user(), primary).changed == ()


@pytest.mark.parametrize(("attribute", "limit"), [("emails", 40), ("phoneNumbers", 100)])
def test_a_patch_cannot_exceed_the_number_of_values(attribute, limit):
    full = user(**{attribute: [{"value": f"v{number}"} for number in range(limit)]})

    for change in (operation("add", attribute, "x"), operation("add", f'{attribute}[type eq "x"].value', "y")):
        with pytest.raises(InvalidValue, match=f"at most {limit} values"):
            patch(full, change)


# What clients may not change


@pytest.mark.parametrize(
    "path",
    ["id", "meta", "meta.location", "META.VERSION", "groups", "groups.value", 'groups[value eq "g"]',
     'groups[value eq "g"].display', f"{CORE_USER}:groups", f"{ENTERPRISE_USER}:manager.displayName"],
)  # fmt: skip
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_a_path_to_a_read_only_attribute_is_refused(op, path):
    with pytest.raises(Mutability, match="is read-only"):
        patch(user(), operation(op, path, "x"))


def test_read_only_keys_are_ignored_where_there_is_no_path():
    value = {"id": "x", "meta": {"version": "1"}, "schemas": [CORE_USER], "groups": [{"value": "g"}], "title": "x",
             "meta.location": "y"}  # fmt: skip
    assert patch(user(), operation("replace", None, value)).document == user(title="x")


@pytest.mark.parametrize("change", [operation("replace", "password", "x"), operation("add", None, {"password": "x"})])
def test_a_password_is_accepted_and_discarded(change):
    patched = patch(user(), change)
    assert (patched.document, patched.changed, patched.unknown) == (user(), (), ())


@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_schemas_follow_from_the_content(op):
    assert patch(user(), operation(op, "schemas", ["urn:x"])).document == user()


# Unknown and malformed


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("foo", "foo"),
        ("name.foo", "name.foo"),
        ('foo[type eq "secret"].bar', "foo.bar"),
        ('emails[type eq "secret"].bar', "emails.bar"),
        (f"{NINJAONE_USER}:plan", f"{NINJAONE_USER}:plan"),
        ("urn:example:2.0:User:x", "urn:example:2.0:User:x"),
        ("urn:example:2.0:User", "urn:example:2.0:User"),
        ("userName.x", "userName.x"),
    ],
)
def test_operations_on_unknown_attributes_are_left_out_and_named_or_refused(path, name):
    change = operation("replace", path, "x")

    patched = patch(user(), change, operation("replace", "title", "y"), unknown=IGNORE)

    assert patched.document == user(title="y")
    assert patched.unknown == (name,)
    with pytest.raises(InvalidPath, match="is not an attribute"):
        patch(user(), change, unknown=REJECT)


@pytest.mark.parametrize(
    ("value", "name"),
    [({"foo": 1}, "foo"), ({"name": {"foo": 1}}, "name.foo"), ({"emails": [{"value": "a", "foo": 1}]}, "emails.foo"),
     ({NINJAONE_USER: {"plan": 1}}, f"{NINJAONE_USER}:plan"), ({"urn:x:User": {}}, "urn:x:User"),
     ({'foo[a eq "b"]': 1}, "foo"), ({"foo bar": 1}, "foo bar")],
)  # fmt: skip
def test_unknown_keys_are_left_out_and_named_or_refused(value, name):
    patched = patch(user(), operation("add", None, {**value, "title": "y"}), unknown=IGNORE)

    assert patched.document["title"] == "y"
    assert patched.unknown == (name,)
    with pytest.raises((InvalidValue, InvalidPath), match="is not an attribute"):
        patch(user(), operation("add", None, value), unknown=REJECT)


@pytest.mark.parametrize("unknown", [IGNORE, REJECT])
@pytest.mark.parametrize(
    "path",
    ["", " ", ".", "a..b", "a.b.c", "foo bar", "emails[", "emails[]", "emails]", 'emails[type eq "work"',
     'emails[type eq "work"]value', 'emails[type eq "work"].', "emails[type eq work].value", "emails[type zz 1]",
     'emails.value[type eq "work"]', 'emails[type eq "work"][type eq "home"]', "1a", "urn:", ":userName",
     'name[givenName eq "x"]', 'userName[value eq "x"]', "[" * 1000, "a" * 5000, 1, {}, ["title"], True],
)  # fmt: skip
def test_a_malformed_path_is_refused_under_every_policy(path, unknown):
    with pytest.raises(InvalidPath):
        patch(user(), operation("replace", path, "x"), unknown=unknown)


@pytest.mark.parametrize("path", ['emails[foo eq "x"].value', "emails[type gt true].value", "emails[primary co true]"])
def test_a_filter_that_cannot_be_evaluated_is_refused(path):
    with pytest.raises(InvalidFilter):
        patch(user(), operation("replace", path, "x"))


# The message


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Operations": None},
        {"Operations": []},
        {"Operations": {}},
        {"Operations": "x"},
        {"Operations": [1]},
        {"Operations": [{}]},
        {"Operations": [{"op": "merge", "path": "title", "value": 1}]},
        {"Operations": [{"op": 1, "path": "title", "value": 1}]},
        {"Operations": [{"op": "add", "OP": "remove", "path": "title", "value": 1}]},
        {"schemas": PATCH_OP, "Operations": [{"op": "remove", "path": "title"}]},
        {"schemas": [1], "Operations": [{"op": "remove", "path": "title"}]},
        {"schemas": [], "Operations": [{"op": "remove", "path": "title"}]},
        {"schemas": [LIST_RESPONSE], "Operations": [{"op": "remove", "path": "title"}]},
    ],
)
def test_another_message_is_refused(body):
    with pytest.raises(InvalidSyntax):
        parse_patch(body, user_type(), IGNORE)


@pytest.mark.parametrize(
    "body",
    [
        {"operations": [{"OP": "Add", "PATH": "title", "Value": "x", "name": "addTitle"}]},
        {"Schemas": [PATCH_OP.lower()], "OPERATIONS": [{"op": "ADD", "path": None, "value": {"title": "x"}}]},
    ],
)
def test_names_in_the_message_are_taken_in_any_case(body):
    assert apply_patch(user(), parse_patch(body, user_type(), REJECT)).document == user(title="x")


def test_the_number_of_operations_is_limited():
    one = operation("replace", "title", "x")

    assert patch(user(), *[one] * MAX_OPERATIONS).changed == ("title",)
    with pytest.raises(PayloadTooLarge, match="at most 1,000 operations"):
        patch(user(), *[one] * (MAX_OPERATIONS + 1))


@pytest.mark.parametrize("op", ["add", "replace"])
@pytest.mark.parametrize("path", [None, "title"])
def test_add_and_replace_need_a_value(op, path):
    with pytest.raises(InvalidValue, match="needs a value"):
        patch(user(), operation(op, path))


def test_remove_needs_a_path():
    with pytest.raises(NoTarget, match="A remove needs a path"):
        patch(user(), operation("remove", None, {"title": "x"}))


@pytest.mark.parametrize("value", [None, "x", [], [{"title": "x"}], 1])
def test_an_operation_without_a_path_needs_an_object(value):
    with pytest.raises(InvalidValue, match="without a path"):
        patch(user(), operation("replace", None, value))


# The whole


def test_operations_are_applied_in_order():
    document = after(
        user(),
        operation("add", "title", "a"),
        operation("remove", "title"),
        operation("add", "title", "b"),
        operation("replace", "title", "c"),
    )
    assert document["title"] == "c"


def test_a_patch_that_ends_where_it_began_changes_nothing():
    patched = patch(
        user(title="a", emails=[{"value": "x"}]),
        operation("replace", "title", "b"),
        operation("replace", "title", "a"),
        operation("remove", "emails"),
        operation("add", "emails", "x"),
        operation("remove", NINJAONE_USER),
        operation("add", ORGANIZATION, "12"),
    )
    assert patched.changed == ()
    assert patched.document == user(title="a", emails=[{"value": "x"}])


def test_a_patch_that_repeats_what_is_there_changes_nothing():
    document = user(title="a", active=True, emails=[{"value": "x", "type": "work"}])
    assert patch(
        document,
        operation("Replace", "title", "a"),
        operation("Replace", "active", "True"),
        operation("Add", WORK, "x"),
        operation("Add", "emails", [{"value": "x", "type": "work"}]),
        operation("Replace", None, {"userName": "anna", NINJAONE_USER: {"organizationId": 12}}),
    ).changed == ()  # fmt: skip


def test_a_case_only_change_is_a_change():
    patched = patch(user(), operation("replace", "userName", "Anna"))
    assert patched.document["userName"] == "Anna"
    assert patched.changed == ("userName",)


def test_a_patch_can_be_applied_to_several_documents():
    parsed = parse_patch(
        {"Operations": [operation("add", "emails", [{"value": "x", "primary": True}]), operation("add", WORK, "y")]},
        user_type(),
        REJECT,
    )
    first = apply_patch(user(), parsed)
    second = apply_patch(user(emails=[{"value": "z", "primary": True}]), parsed)

    assert apply_patch(user(), parsed) == first
    assert second.document["emails"] == [
        {"value": "z", "primary": False},
        {"value": "x", "primary": True},
        {"type": "work", "value": "y"},
    ]


def test_schemas_come_first_even_when_they_did_not():
    document = {"userName": "anna", "schemas": [CORE_USER]}
    assert list(patch(document, operation("add", "title", "x")).document) == ["schemas", "userName", "title"]


def test_members_are_selected_by_a_limited_number_of_filters():
    one = {"op": "remove", "path": 'members[type eq "Group"]'}
    operations = [one] * MAX_MEMBER_FILTERS
    assert parse_patch({"Operations": operations}, group_type(), UnknownAttributes.IGNORE).members
    with pytest.raises(TooMany):
        parse_patch({"Operations": [*operations, one]}, group_type(), UnknownAttributes.IGNORE)


def test_the_terms_of_all_filters_of_a_patch_are_limited():
    """Each is compared with every value of its attribute; together they must not take seconds."""
    path = f"emails[not ({' or '.join(f'value co "z{number}"' for number in range(40))})].display"
    fitting = [{"op": "replace", "path": path, "value": "v"}] * (MAX_TERMS // 40)

    parse_patch({"Operations": fitting}, user_type(), IGNORE)
    with pytest.raises(TooMany):
        parse_patch({"Operations": [*fitting, fitting[0]]}, user_type(), IGNORE)


def test_entras_filters_fit_whatever_their_number():
    operations = [{"op": "replace", "path": 'emails[type eq "work"].value', "value": "a"}] * MAX_OPERATIONS
    parse_patch({"Operations": operations}, user_type(), IGNORE)
