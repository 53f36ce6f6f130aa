"""The grammar of RFC 7644 §3.4.2.2 and §3.5.2: what is read, what is refused, and what the refusal says."""

import pytest

from scim.domain.filtering.grammar import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TERMS,
    parse_attribute_path,
    parse_filter,
    parse_path,
)
from scim.domain.filtering.nodes import (
    And,
    AttributePath,
    Comparison,
    Not,
    Or,
    Path,
    Present,
    ValuePath,
    conjunction,
    disjunction,
    to_text,
)
from scim.errors import InvalidFilter, InvalidPath, InvalidValue
from scim.schema.urns import CORE_USER, NINJAONE_USER


def attribute(name, sub_attribute=None, urn=None):
    return AttributePath(urn, name, sub_attribute)


def equal(name, value):
    return Comparison(attribute(name), "eq", value)


A, B, C = (Present(attribute(name)) for name in "abc")

# RFC 7644 §3.4.2.2, figure "example filters", and what Entra and Okta send.
READINGS = {
    'userName Eq "john"': Comparison(attribute("userName"), "eq", "john"),
    'name.familyName co "O\'Malley"': Comparison(attribute("name", "familyName"), "co", "O'Malley"),
    'userName sw "J"': Comparison(attribute("userName"), "sw", "J"),
    f'{CORE_USER}:userName sw "J"': Comparison(attribute("userName", urn=CORE_USER), "sw", "J"),
    "title pr": Present(attribute("title")),
    'meta.lastModified gt "2011-05-13T04:42:34Z"': Comparison(
        attribute("meta", "lastModified"), "gt", "2011-05-13T04:42:34Z"
    ),
    'title pr and userType eq "Employee"': And((Present(attribute("title")), equal("userType", "Employee"))),
    'title pr or userType eq "Intern"': Or((Present(attribute("title")), equal("userType", "Intern"))),
    f'schemas eq "{CORE_USER}"': equal("schemas", CORE_USER),
    'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")': And(
        (
            equal("userType", "Employee"),
            Or(
                (
                    Comparison(attribute("emails"), "co", "example.com"),
                    Comparison(attribute("emails", "value"), "co", "example.org"),
                )
            ),
        )
    ),
    'userType ne "Employee" and not (emails co "example.com")': And(
        (
            Comparison(attribute("userType"), "ne", "Employee"),
            Not(Comparison(attribute("emails"), "co", "example.com")),
        )
    ),
    'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp"]': Or(
        (
            ValuePath(
                attribute("emails"),
                And((equal("type", "work"), Comparison(attribute("value"), "co", "@example.com"))),
            ),
            ValuePath(attribute("ims"), equal("type", "xmpp")),
        )
    ),
    'emails[type eq "work"].value eq "anna@contoso.com"': ValuePath(
        attribute("emails"), And((equal("type", "work"), equal("value", "anna@contoso.com")))
    ),
    "emails[type pr or primary eq true].value pr": ValuePath(
        attribute("emails"),
        And((Or((Present(attribute("type")), equal("primary", value=True))), Present(attribute("value")))),
    ),
    f'{NINJAONE_USER}:organizationId eq "12"': Comparison(attribute("organizationId", urn=NINJAONE_USER), "eq", "12"),
    'members[$ref eq "../Users/1"]': ValuePath(attribute("members"), equal("$ref", "../Users/1")),
    'id eq "g-22" and members eq "7c41"': And((equal("id", "g-22"), equal("members", "7c41"))),
}


@pytest.mark.parametrize(("text", "tree"), READINGS.items(), ids=READINGS)
def test_filters_of_the_rfc_and_of_identity_providers_are_read(text, tree):
    assert parse_filter(text) == tree


@pytest.mark.parametrize("tree", READINGS.values(), ids=READINGS)
def test_printing_a_tree_and_reading_it_gives_the_tree(tree):
    assert parse_filter(to_text(tree)) == tree


def test_not_binds_tighter_than_and_which_binds_tighter_than_or():
    assert parse_filter("a pr or not (b pr) and c pr") == Or((A, And((Not(B), C))))
    assert parse_filter("(a pr or not (b pr)) and c pr") == And((Or((A, Not(B))), C))


def test_groups_of_the_same_operator_are_one_node():
    assert parse_filter("a pr and (b pr and (c pr))") == And((A, B, C))
    assert parse_filter("(a pr or b pr) or c pr") == Or((A, B, C))
    assert conjunction((A,)) == disjunction((A,)) == A


def test_keywords_and_operators_are_read_in_any_case():
    assert parse_filter('NOT (a PR) AND b EQ "x" OR c pR') == Or((And((Not(A), equal("b", "x"))), C))


def test_white_space_is_not_needed_where_the_text_is_clear_and_otherwise_free():
    assert parse_filter('\t( a\r\npr )and(b eq"x")  ') == And((A, equal("b", "x")))


def test_words_that_begin_like_a_keyword_are_names():
    assert parse_filter('notes eq "x" and order pr') == And((equal("notes", "x"), Present(attribute("order"))))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"anna"', "anna"),
        ('""', ""),
        (r'"a \"quoted\" \\ \/ \b\f\n\r\t"', 'a "quoted" \\ / \b\f\n\r\t'),
        (r'"\u00e4\uD83D\uDE00"', "ä😀"),
        ('"ä) and (b pr"', "ä) and (b pr"),
        ("12", 12),
        ("-0.5e3", -500.0),
        ("1E2", 100.0),
        ("true", True),
        ("False", False),
        ("NULL", None),
    ],
)
def test_values_are_read_as_json(text, value):
    node = parse_filter(f"a eq {text}")

    assert repr(node) == repr(equal("a", value))


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "At character 1: expected the name of an attribute."),
        ("   ", "At character 4: expected the name of an attribute."),
        ("userName", "At character 9: expected an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr."),
        ('userName is "x"', "At character 10: expected an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr."),
        ("userName eq", "At character 12: expected a value; text must be in double quotes."),
        ("id eq (1)", "At character 7: expected a value; text must be in double quotes."),
        (
            "userName eq anna@contoso.com",
            "At character 13: the value must be in double quotes, unless it is a number, true, false or null.",
        ),
        (
            "id eq 7c41",
            "At character 7: the value must be in double quotes, unless it is a number, true, false or null.",
        ),
        (
            "id eq 'x'",
            "At character 7: the value must be in double quotes, unless it is a number, true, false or null.",
        ),
        (
            "id eq 012",
            "At character 7: the value must be in double quotes, unless it is a number, true, false or null.",
        ),
        ("a eq 1e999", "At character 6: the number is too large."),
        ("a pr b pr", 'At character 6: expected "and", "or" or the end.'),
        ("a pr)", 'At character 5: expected "and", "or" or the end.'),
        ("(a pr", 'At character 6: expected "and", "or" or ")".'),
        ("(a pr]", 'At character 6: expected "and", "or" or ")".'),
        ("a[b pr", 'At character 7: expected "and", "or" or "]".'),
        ("a pr and", "At character 9: expected the name of an attribute."),
        ("()", "At character 2: expected the name of an attribute."),
        ("not a pr", 'At character 5: expected "(" after "not".'),
        ("a.b.c pr", "At character 1: expected the name of an attribute."),
        ("a. pr", "At character 1: expected the name of an attribute."),
        ("urn:x pr", "At character 1: expected the name of an attribute."),
        ("a[b pr].1 pr", "At character 8: expected the name of a sub-attribute."),
        ("a[b pr].c", "At character 10: expected an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr."),
        ("a.b[c pr]", "At character 4: only an attribute can be followed by brackets, not a sub-attribute."),
        ("a[b[c pr]]", "At character 4: expected an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr."),
        (r'a eq "\ud800"', "At character 6: text may hold neither a NUL nor half a surrogate pair."),
        (r'a eq "\u0000"', "At character 6: text may hold neither a NUL nor half a surrogate pair."),
    ],
)
def test_what_is_no_filter_is_refused_with_the_position_and_what_was_expected(text, detail):
    with pytest.raises(InvalidFilter) as refusal:
        parse_filter(text)

    assert refusal.value.detail == detail


@pytest.mark.parametrize("value", ['"open', r'"\x41"', '"a"b"', '"line\nfeed"', r'"\u12"', '"\\"'])
def test_text_that_is_no_json_string_is_refused(value):
    with pytest.raises(InvalidFilter, match="At character"):
        parse_filter(f"a eq {value}")


def test_a_refusal_does_not_repeat_the_input():
    with pytest.raises(InvalidFilter) as refusal:
        parse_filter("userName eq <script>")

    assert "script" not in refusal.value.detail


def longest_filter(length):
    frame = 'a eq ""'
    return f'a eq "{"x" * (length - len(frame))}"'


def nested_filter(depth):
    return "(" * depth + "a pr" + ")" * depth


def bracketed_filter(depth):
    return "a[" + nested_filter(depth - 1) + "]"


def negated_filter(depth):
    return "not(" * depth + "a pr" + ")" * depth


def many_terms(count):
    return " and ".join(["a pr"] * count)


LIMITS = [
    (longest_filter, MAX_LENGTH),
    (nested_filter, MAX_DEPTH),
    (bracketed_filter, MAX_DEPTH),
    (negated_filter, MAX_DEPTH),
    (many_terms, MAX_TERMS),
]


@pytest.mark.parametrize(("build", "limit"), LIMITS)
def test_a_filter_at_its_limit_is_read_and_one_beyond_is_refused(build, limit):
    parse_filter(build(limit))

    with pytest.raises(InvalidFilter, match=r"more than|longer than"):
        parse_filter(build(limit + 1))


@pytest.mark.parametrize("text", ["(" * 10_000, "(" * MAX_LENGTH, "not(" * 1_000, "a[" * 2_000, '"' * MAX_LENGTH])
def test_hostile_nesting_is_refused_without_recursion(text):
    with pytest.raises(InvalidFilter):
        parse_filter(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("members", Path(attribute("members"))),
        ("name.givenName", Path(attribute("name", "givenName"))),
        ('emails[type eq "work"]', Path(attribute("emails"), equal("type", "work"))),
        ('emails[type eq "work"].value', Path(attribute("emails", "value"), equal("type", "work"))),
        (f"{NINJAONE_USER}:organizationId", Path(attribute("organizationId", urn=NINJAONE_USER))),
        (f"{CORE_USER}:name.givenName", Path(attribute("name", "givenName", CORE_USER))),
        (
            f'{CORE_USER}:emails[type eq "work"].value',
            Path(attribute("emails", "value", CORE_USER), equal("type", "work")),
        ),
        (NINJAONE_USER, Path(attribute("User", urn=NINJAONE_USER.removesuffix(":User")))),
    ],
)
def test_paths_of_patch_operations_are_read_and_print_as_they_were(text, path):
    assert parse_path(text) == path
    assert str(path) == text


def test_a_path_tells_its_sub_attribute_in_either_spelling():
    assert parse_path("name.givenName").sub_attribute == "givenName"
    assert parse_path('emails[type eq "work"].value').sub_attribute == "value"
    assert parse_path("members").sub_attribute is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        "a b",
        "a.",
        "[a pr]",
        "a[]",
        "a[b pr",
        "a[b pr]c",
        "a[b pr].c.d",
        "a[b pr].c eq 1",
        "a.b[c pr]",
        'a[b eq "work]',
        "a[b eq work]",
        'userName eq "x"',
        "x" * (MAX_LENGTH + 1),
        f"a[{many_terms(MAX_TERMS + 1)}]",
        f"a[{nested_filter(MAX_DEPTH)}]",
    ],
)
def test_what_is_no_path_is_refused_as_a_path(text):
    with pytest.raises(InvalidPath):
        parse_path(text)


def test_a_name_alone_is_read_with_the_error_of_its_place():
    assert parse_attribute_path("name.givenName") == attribute("name", "givenName")

    with pytest.raises(InvalidValue, match="end of the name"):
        parse_attribute_path("userName desc", InvalidValue)
