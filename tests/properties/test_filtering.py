"""Filters on generated input: printing and reading are inverse, nothing but a refusal is raised, and an independent
implementation (`scim2_models`) finds the same users.

Deliberate differences to scim2_models 0.12, which the generators leave out:

* Text is compared by NFKC and case folding; there by NFC and lower case, so that "ß" and "ss", or "ﬁ" and "fi", stay
  apart there. Uniqueness, index keys and filters must agree (`comparison_key`).
* References are case-exact here, as RFC 7643 §2.3.7 has them; there they are not, unless declared so.
* `emails.type eq null` holds here when no e-mail has a type (it is `not (emails.type pr)`); there when one has none.
* An empty text has no value here (`eq null` holds, and `pr` does not); there `eq null` and `pr` both fail.
* `manager eq "x"` compares `manager.value` here, since Entra sends it; there a single complex value equals nothing.
* `name[…]`, brackets behind a single complex value, are refused there.
* Extension attributes are found without their URN here (Entra: `manager eq "x"`); unknown names are refused, there
  they match nothing unless the request names its resource types.
* `name eq "x"`, `title co null` and `co`, `sw`, `ew` on instants are refused here; there they match nothing.
* `password` cannot be filtered here; there it takes `eq` and `ne`.
* A number is compared with text as text here (`organizationId eq 12`); there it is refused.
* `emails eq "x"` with a value that is no e-mail address is refused there, and matches nothing here.
* Base64 is compared as text here, after decoding there.
* Nesting ends at 20 parentheses and brackets here; there 32 expressions, parentheses not counted.
"""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scim2_models import EnterpriseUser, Extension, ScimFilter, User
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
from scim.schema.catalog import user_type
from scim.schema.urns import CORE_USER, ENTERPRISE_USER, NINJAONE_USER

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

words, addresses, kinds, instants = (st.sampled_from(values) for values in (WORDS, ADDRESSES, KINDS, INSTANTS))


def parts(**members):
    """Objects with any of the members."""
    return st.fixed_dictionaries({}, optional=members)


USERS = st.fixed_dictionaries(
    {"schemas": st.just([CORE_USER, ENTERPRISE_USER, NINJAONE_USER]), "id": words, "userName": words},
    optional={
        "externalId": words,
        "displayName": words,
        "active": st.booleans(),
        "name": parts(givenName=words, familyName=words),
        "emails": st.lists(parts(value=addresses, type=kinds, primary=st.booleans()), max_size=3),
        "roles": st.lists(parts(value=words, type=words, primary=st.booleans()), max_size=3),
        "meta": parts(created=instants, lastModified=instants),
        ENTERPRISE_USER: parts(department=words, manager=parts(value=words, displayName=words)),
        NINJAONE_USER: parts(organizationId=words),
    },
)

EQUALITY = ["eq", "ne"]
ORDER = ["gt", "ge", "lt", "le"]
EVERYTHING = sorted(OPERATORS)
BOOLEANS = [True, False, "true", "False"]
COMPARED = [
    ("userName", EVERYTHING, WORDS),
    ("username", EVERYTHING, WORDS),
    ("id", EVERYTHING, WORDS),
    ("externalId", EVERYTHING, WORDS),
    ("displayName", EVERYTHING, WORDS),
    ("displayName", EQUALITY, [None]),
    ("active", EQUALITY, [*BOOLEANS, None]),
    ("name.givenName", EVERYTHING, WORDS),
    ("name.familyName", EQUALITY, [None]),
    ("emails", EVERYTHING, ADDRESSES),
    ("emails.value", EVERYTHING, ADDRESSES),
    ("emails.type", EQUALITY, KINDS),
    ("emails.primary", EQUALITY, BOOLEANS),
    ("roles", EVERYTHING, WORDS),
    ("roles.type", EVERYTHING, WORDS),
    ("meta.created", EQUALITY + ORDER, INSTANTS),
    ("meta.lastModified", EQUALITY + ORDER, INSTANTS),
    (f"{CORE_USER}:userName", EVERYTHING, WORDS),
    (f"{ENTERPRISE_USER}:department", EVERYTHING, WORDS),
    (f"{ENTERPRISE_USER}:manager.value", EVERYTHING, WORDS),
    (f"{NINJAONE_USER}:organizationId", EVERYTHING, WORDS),
]
TESTED = ["displayName", "active", "name", "name.givenName", "emails", "emails.type", "roles", "roles.primary", "meta"]
TESTED += [f"{ENTERPRISE_USER}:department", f"{ENTERPRISE_USER}:manager", f"{NINJAONE_USER}:organizationId"]
IN_EMAILS = [("value", EVERYTHING, ADDRESSES), ("type", EQUALITY, KINDS), ("primary", EQUALITY, BOOLEANS)]
IN_ROLES = [("value", EVERYTHING, WORDS), ("type", EVERYTHING, WORDS), ("primary", EQUALITY, BOOLEANS)]


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
    comparisons(COMPARED) | presences(TESTED) | selections("emails", IN_EMAILS) | selections("roles", IN_ROLES), 2
)


def oracle_says(text, user):
    return ScimFilter[OracleUser](text).match(OracleUser.model_validate(user), strict=True)


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
    users = [{"schemas": [CORE_USER]}]
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
    for name in TESTED:
        matches = compile_filter(parse_filter(f"{name} pr"), user_type())
        assert matches(user) is oracle_says(f"{name} pr", {"schemas": [CORE_USER]} | user), name


@given(FILTERS, USERS)
def test_a_filter_matches_the_users_that_scim2_models_says(tree, user):
    text = to_text(tree)

    assert compile_filter(parse_filter(text), user_type())(user) is oracle_says(text, user)


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
