"""Filters on generated input: printing and reading are inverse, nothing but a refusal is raised, and an independent
implementation (`scim2_models`) finds the same users.

What is to differ is listed in ADR 10 and proved in `test_differences.py`; the generators leave it out.
"""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scim2_models import EnterpriseUser, Extension, Group, ScimFilter, User
from scim2_models.urn import URN

from scim.domain.filtering.evaluate import compile_filter
from scim.domain.filtering.grammar import MAX_LENGTH, OPERATORS, parse_filter, parse_path
from scim.domain.filtering.nodes import (
    AttributePath,
    Comparison,
    Not,
    Path,
    Present,
    ValuePath,
    conjunction,
    disjunction,
    to_text,
)
from scim.domain.filtering.resolution import comparable, resolve
from scim.domain.filtering.sorting import sort_key
from scim.errors import InvalidFilter, InvalidPath
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import CORE_GROUP, CORE_USER, ENTERPRISE_USER, NINJAONE_USER

# --- trees -----------------------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_$-]{0,8}", fullmatch=True).filter(lambda name: name.lower() != "not")
ATTRIBUTES = st.builds(
    AttributePath, st.sampled_from([None, CORE_USER, NINJAONE_USER]), NAMES | st.just("$ref"), st.none() | NAMES
)
BARE_ATTRIBUTES = st.builds(AttributePath, st.sampled_from([None, CORE_USER]), NAMES)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
LITERALS = (
    TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([True, False, None])
)
EXPRESSIONS = st.builds(Present, ATTRIBUTES) | st.builds(
    Comparison, ATTRIBUTES, st.sampled_from(sorted(OPERATORS)), LITERALS
)


def combined(leaves, height):
    """Trees over the leaves, at most `height` operators high: 50 terms and 20 parentheses are out of reach."""
    if height == 0:
        return leaves
    lower = combined(leaves, height - 1)
    several = st.lists(lower, min_size=2, max_size=3)
    return leaves | st.builds(Not, lower) | st.builds(conjunction, several) | st.builds(disjunction, several)


INNER = combined(EXPRESSIONS, 2)
TREES = combined(EXPRESSIONS | st.builds(ValuePath, BARE_ATTRIBUTES, INNER), 2)


@given(TREES)
def test_printing_a_tree_and_reading_it_gives_the_tree(tree):
    """`repr` too, because 1, 1.0 and True are equal in Python."""
    read = parse_filter(to_text(tree))

    assert read == tree
    assert repr(read) == repr(tree)


@given(ATTRIBUTES, st.none() | INNER)
def test_printing_a_path_and_reading_it_gives_the_path(attribute, value_filter):
    path = Path(attribute, value_filter)

    assert parse_path(str(path)) == path


# --- anything --------------------------------------------------------------------------------------------------------

MARKS = ["(", ")", "[", "]", " ", '"', "\\", "\\u12", ".value", ":", "\ud800", "\0"]
NOUNS = ["userName", "emails", "meta.created", "active", "urn:a", "true", "null", "-1.5e3", "1e999", '"work"']
VERBS = ["eq", "ne", "co", "gt", "pr", "and", "or", "not"]
PIECES = st.sampled_from(MARKS + NOUNS + VERBS)
ANYTHING = st.text() | st.lists(PIECES, max_size=40).map("".join) | st.lists(PIECES, max_size=40).map(" ".join)


@given(ANYTHING)
@example("(" * MAX_LENGTH)
@example("(" * 100_000)
@example("not (" * 800)
@example("a[" * 2_000)
@example('a eq "' + "\\u0041" * 600)
@example("a eq " + "9" * (MAX_LENGTH - 5))
@example("a pr and " * 400)
def test_any_text_is_a_filter_that_evaluates_or_an_invalid_filter(text):
    try:
        matches = compile_filter(parse_filter(text), user_type())
    except InvalidFilter:
        return

    assert matches({"userName": "anna", "emails": [{"value": "x"}]}) in {True, False}


@given(ANYTHING)
def test_what_can_be_read_can_be_printed_and_read_again(text):
    try:
        tree = parse_filter(text)
    except InvalidFilter:
        return

    assert parse_filter(to_text(tree)) == tree


@given(ANYTHING)
def test_any_text_is_a_path_or_an_invalid_path(text):
    try:
        path = parse_path(text)
    except InvalidPath:
        return

    assert parse_path(str(path)) == path


# --- the oracle ------------------------------------------------------------------------------------------------------


class NinjaOneUser(Extension):
    __schema__ = URN(NINJAONE_USER)

    organization_id: str | None = None
    user_type: str | None = None


OracleUser = User[EnterpriseUser | NinjaOneUser]

WORDS = ["a", "A", "anna", "Anna", "ANNA BERG", "b", "berg", "é", "É", "Ωmega", "ωMEGA", 'q"\\']
ADDRESSES = ["anna@contoso.com", "Anna@contoso.com", "bo@contoso.com", "anna@home.org"]
KINDS = ["work", "home", "WORK", "other"]
OFFSETS = [UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-7, minutes=-30))]
INSTANTS = [
    datetime(2024, 5, 13, 12, 0, 0, micros, UTC).astimezone(offset).isoformat()
    for micros in (0, 500_000)
    for offset in OFFSETS
]

URIS = ["https://contoso.com", "https://contoso.com/a", "https://contoso.com/A", "https://contoso.com/ab"]
CERTIFICATES = ["QQ==", "Qg==", "QUI="]
TEXT_ATTRIBUTES = ["nickName", "title", "userType", "preferredLanguage", "locale", "timezone"]
NAME_PARTS = ["formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"]
ADDRESS_PARTS = ["formatted", "streetAddress", "locality", "region", "postalCode", "country"]
ENTERPRISE_TEXTS = ["employeeNumber", "costCenter", "organization", "division", "department"]

words, addresses, kinds, instants = (st.sampled_from(values) for values in (WORDS, ADDRESSES, KINDS, INSTANTS))
uris, certificates = (st.sampled_from(values) for values in (URIS, CERTIFICATES))


def parts(**members):
    """Objects with any of the members."""
    return st.fixed_dictionaries({}, optional=members)


def plural(value, **members):
    """Lists of the values of a multi-valued attribute."""
    return st.lists(parts(value=value, display=words, type=kinds, primary=st.booleans(), **members), max_size=3)


def texts(names):
    return dict.fromkeys(names, words)


MANAGERS = parts(value=words, displayName=words, **{"$ref": uris})
METAS = parts(resourceType=words, created=instants, lastModified=instants, version=words)
USERS = st.fixed_dictionaries(
    {
        "schemas": st.just([CORE_USER, ENTERPRISE_USER, NINJAONE_USER]),
        "id": words,
        "userName": words,
        "active": st.booleans(),
    },
    optional={
        **texts(["externalId", "displayName", *TEXT_ATTRIBUTES]),
        "profileUrl": uris,
        "name": parts(**texts(NAME_PARTS)),
        "emails": plural(addresses),
        "phoneNumbers": plural(words),
        "ims": plural(words),
        "photos": plural(uris),
        "addresses": st.lists(parts(**texts(ADDRESS_PARTS), type=kinds, primary=st.booleans()), max_size=3),
        "groups": st.lists(parts(value=words, display=words, **{"$ref": uris}), max_size=3),
        "entitlements": plural(words),
        "roles": plural(words),
        "x509Certificates": plural(certificates),
        "meta": METAS,
        ENTERPRISE_USER: parts(**texts(ENTERPRISE_TEXTS), manager=MANAGERS),
        NINJAONE_USER: parts(**texts(["organizationId", "userType"])),
    },
)
GROUPS = st.fixed_dictionaries(
    {"schemas": st.just([CORE_GROUP]), "id": words, "displayName": words},
    optional={
        "externalId": words,
        "members": st.lists(parts(value=words, type=st.sampled_from(["User", "Group"]), **{"$ref": uris}), max_size=3),
        "meta": METAS,
    },
)

EQUALITY = ["eq", "ne"]
ORDER = ["gt", "ge", "lt", "le"]
EVERYTHING = sorted(OPERATORS)
BOOLEANS = [True, False, "true", "False"]
PRIMARY = [True, "true"]
SPELLINGS = [
    "userName", "username", "id", "externalId", "displayName", *TEXT_ATTRIBUTES,
    *(f"name.{part}" for part in NAME_PARTS), "phoneNumbers", "ims", "entitlements", "roles",
    *(f"{name}.{part}" for name in ("phoneNumbers", "ims", "entitlements", "roles") for part in ("value", "type")),
    "emails.display", "EMAILS.Display", *(f"addresses.{part}" for part in [*ADDRESS_PARTS, "type"]),
    "groups", "groups.value", "groups.display", "meta.resourceType", "meta.version",
    f"{CORE_USER}:userName", f"{CORE_USER}:name.givenName", f"{CORE_USER.upper()}:USERNAME",
    *(f"{ENTERPRISE_USER}:{name}" for name in [*ENTERPRISE_TEXTS, "manager.value", "manager.displayName"]),
    f"{NINJAONE_USER}:organizationId", f"{NINJAONE_USER}:userType",
]  # fmt: skip
NULLABLE = [
    "displayName", "active", "name.familyName", "profileUrl", "meta.created", f"{ENTERPRISE_USER}:department",
    f"{ENTERPRISE_USER}:manager.value",
]  # fmt: skip
COMPARED = [
    *((name, EVERYTHING, WORDS) for name in SPELLINGS),
    *((name, EQUALITY, [None]) for name in NULLABLE),
    ("active", EQUALITY, BOOLEANS),
    ("emails", EVERYTHING, ADDRESSES),
    ("emails.value", EVERYTHING, ADDRESSES),
    ("emails.type", EQUALITY, KINDS),
    *((f"{name}.primary", EQUALITY, PRIMARY) for name in ("emails", "roles", "addresses", "photos")),
    ("profileUrl", EVERYTHING, URIS),
    ("photos", EVERYTHING, URIS),
    ("photos.value", EVERYTHING, URIS),
    ("groups.$ref", EVERYTHING, URIS),
    (f"{ENTERPRISE_USER}:manager.$ref", EVERYTHING, URIS),
    ("x509Certificates", EQUALITY, CERTIFICATES),
    ("x509Certificates.value", EQUALITY, CERTIFICATES),
    ("meta.created", EQUALITY + ORDER, INSTANTS),
    ("meta.lastModified", EQUALITY + ORDER, INSTANTS),
]
TESTED = [
    "schemas", "displayName", "active", "profileUrl", "name", "name.givenName", "emails", "emails.type", "addresses",
    "addresses.country", "groups", "roles", "roles.primary", "x509Certificates", "meta", "meta.created",
    f"{ENTERPRISE_USER}:department", f"{ENTERPRISE_USER}:manager", f"{ENTERPRISE_USER}:manager.displayName",
    f"{NINJAONE_USER}:organizationId",
]  # fmt: skip
IN_EVERY = [("display", EVERYTHING, WORDS), ("type", EQUALITY, KINDS), ("primary", EQUALITY, PRIMARY)]
IN_EMAILS = [("value", EVERYTHING, ADDRESSES), *IN_EVERY]
IN_ROLES = [("value", EVERYTHING, WORDS), *IN_EVERY]
IN_PHOTOS = [("value", EVERYTHING, URIS), *IN_EVERY]
IN_ADDRESSES = [*((part, EVERYTHING, WORDS) for part in ADDRESS_PARTS), *IN_EVERY[1:]]
IN_GROUPS = [("value", EVERYTHING, WORDS), ("display", EVERYTHING, WORDS), ("$ref", EQUALITY, URIS)]
COMPARED_IN_GROUPS = [
    *((name, EVERYTHING, WORDS) for name in ("id", "externalId", "displayName", f"{CORE_GROUP}:displayName")),
    ("members", EVERYTHING, WORDS),
    ("members.value", EVERYTHING, WORDS),
    ("members.type", EVERYTHING, ["User", "Group", "user"]),
    ("members.$ref", EVERYTHING, URIS),
    ("externalId", EQUALITY, [None]),
    ("meta.lastModified", EQUALITY + ORDER, INSTANTS),
]
IN_MEMBERS = [("value", EVERYTHING, WORDS), ("type", EQUALITY, ["User", "Group"]), ("$ref", EQUALITY, URIS)]


def comparisons(table):
    def of(row):
        path, operators, values = row
        return st.builds(
            Comparison, st.just(parse_path(path).attribute), st.sampled_from(operators), st.sampled_from(values)
        )

    return st.sampled_from(table).flatmap(of)


def presences(names):
    return st.sampled_from(names).map(lambda name: Present(parse_path(name).attribute))


def selections(name, table):
    inside = combined(comparisons(table) | presences([row[0] for row in table]), 2)
    return inside.map(lambda tree: ValuePath(AttributePath(None, name), tree))


FILTERS = combined(
    comparisons([*COMPARED, ("schemas", EQUALITY, [CORE_USER, NINJAONE_USER, CORE_GROUP])])
    | presences(TESTED)
    | selections("emails", IN_EMAILS)
    | selections("phoneNumbers", IN_ROLES)
    | selections("roles", IN_ROLES)
    | selections("photos", IN_PHOTOS)
    | selections("addresses", IN_ADDRESSES)
    | selections("groups", IN_GROUPS),
    2,
)
GROUP_FILTERS = combined(
    comparisons(COMPARED_IN_GROUPS)
    | presences(["externalId", "members", "members.type", "meta"])
    | selections("members", IN_MEMBERS),
    2,
)


def oracle_says(text, resource, model=OracleUser):
    return ScimFilter[model](text).match(model.model_validate(resource), strict=True)


def user_with(path, value):
    """A user that has just this value of an attribute."""
    found = comparable(resolve(path, user_type()))
    if found.sub_attribute is not None:
        value = {found.sub_attribute.name: value}
    value = [value] if found.attribute.multi_valued else value
    user = {found.attribute.name: value}
    return {"schemas": [CORE_USER, ENTERPRISE_USER, NINJAONE_USER]} | (user if found.urn is None else {found.urn: user})


@pytest.mark.parametrize("row", COMPARED, ids=lambda row: f"{row[0]} {len(row[1])}")
def test_every_operator_agrees_with_scim2_models_on_every_pair_of_values(row):
    name, operators, values = row
    path = parse_path(name).attribute
    users = [] if name == "active" else [{"schemas": [CORE_USER]}]
    users += [user_with(path, value) for value in values if value is not None and value not in BOOLEANS[2:]]
    oracle_users = [OracleUser.model_validate(user) for user in users]

    for operator, value in product(operators, values):
        text = to_text(Comparison(path, operator, value))
        oracle = ScimFilter[OracleUser](text)
        matches = compile_filter(parse_filter(text), user_type())
        for user, oracle_user in zip(users, oracle_users, strict=True):
            assert matches(user) is oracle.match(oracle_user, strict=True), (text, user)


EMPTY = [
    {},
    {"emails": []},
    {"emails": [{}]},
    {"emails": [{"type": "work"}, {}]},
    {"name": {}},
    {"name": {"givenName": ""}},
    {"displayName": "", "active": False},
    {"roles": [{"value": ""}], "meta": {}},
    {ENTERPRISE_USER: {"manager": {}, "department": "x"}, NINJAONE_USER: {}},
]


@pytest.mark.parametrize("user", EMPTY, ids=str)
def test_what_is_present_agrees_with_scim2_models(user):
    user = {"schemas": [CORE_USER]} | user
    for name in TESTED:
        matches = compile_filter(parse_filter(f"{name} pr"), user_type())
        assert matches(user) is oracle_says(f"{name} pr", user), name


@given(FILTERS, USERS)
def test_a_filter_matches_the_users_that_scim2_models_says(tree, user):
    text = to_text(tree)

    assert compile_filter(parse_filter(text), user_type())(user) is oracle_says(text, user)


@given(GROUP_FILTERS, GROUPS)
def test_a_filter_matches_the_groups_that_scim2_models_says(tree, group):
    text = to_text(tree)

    assert compile_filter(parse_filter(text), group_type())(group) is oracle_says(text, group, Group)


@pytest.mark.parametrize("sort_by", ["userName", "externalId", "displayName"])
@given(users=st.lists(USERS, max_size=6), descending=st.booleans())
def test_no_user_is_greater_than_the_next_in_order(sort_by, users, descending):
    """The order of `sortBy` is the order of `gt`; who has no value is last, and first in descending order."""
    path = AttributePath(None, sort_by)

    users.sort(key=sort_key(resolve(path, user_type())), reverse=descending)

    ascending = users[::-1] if descending else users
    has_value = [sort_by in user for user in ascending]
    assert has_value == sorted(has_value, reverse=True)
    for first, second in pairwise(user for user in ascending if sort_by in user):
        assert not compile_filter(Comparison(path, "gt", second[sort_by]), user_type())(first)
