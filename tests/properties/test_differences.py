"""Where we differ from scim2_models on purpose: each row of the tables in ADR 10, shown by examples run through both.

A difference that is gone, on either side, fails here; so does a row without an example, or an example without a row.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from scim2_models import Group, SCIMException

from scim.domain.filtering.evaluate import compile_filter
from scim.domain.filtering.grammar import parse_filter
from scim.errors import ScimError
from scim.protocol.patching import apply_patch, parse_patch
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import CORE_USER, ENTERPRISE_USER, NINJAONE_USER
from tests.properties.test_filtering import oracle_says
from tests.properties.test_patching import IGNORE, OracleUser, comparable, op, put, theirs

RECORD = Path(__file__).parents[2] / "docs" / "adr" / "0010-where-we-differ-from-scim2-models.md"
SCHEMAS = [CORE_USER, ENTERPRISE_USER, NINJAONE_USER]
REFUSED = None
"""What comes of a filter or a PATCH that is refused."""

# --- filters ---------------------------------------------------------------------------------------------------------


class Filter(NamedTuple):
    """A filter, a user, and whether it matches."""

    text: str
    user: dict[str, Any]
    ours: bool | None
    theirs: bool | None


MANAGER = {ENTERPRISE_USER: {"manager": {"value": "7c41"}}}
ONE_TYPED = {"emails": [{"value": "a@x.org", "type": "work"}, {"value": "b@x.org"}]}
CERTIFIED = {"x509Certificates": [{"value": "QQ=="}]}
CREATED = {"meta": {"created": "2024-05-13T12:00:00Z", "location": "https://x.org/Users/7c41"}}

FILTERS = {
    "Compatible characters": [
        Filter('userName eq "STRASSE"', {"userName": "straße"}, ours=True, theirs=False),
        Filter('userName eq "fi"', {"userName": "\N{LATIN SMALL LIGATURE FI}"}, ours=True, theirs=False),
    ],
    "Case of URIs": [
        Filter(f'schemas eq "{CORE_USER.upper()}"', {}, ours=False, theirs=True),
    ],
    "null and several values": [
        Filter("emails.type eq null", ONE_TYPED, ours=False, theirs=True),
        Filter("emails.type ne null", ONE_TYPED, ours=True, theirs=False),
    ],
    "null and empty text": [
        Filter("title eq null", {"title": ""}, ours=True, theirs=False),
        Filter("title ne null", {"title": ""}, ours=False, theirs=True),
    ],
    "primary that is not given": [
        Filter("emails.primary eq false", {"emails": [{"value": "a@x.org"}]}, ours=True, theirs=False),
        Filter("emails[primary ne false]", {"emails": [{"value": "a@x.org"}]}, ours=False, theirs=True),
    ],
    "Complex attribute for its value": [
        Filter(f'{ENTERPRISE_USER}:manager eq "7c41"', MANAGER, ours=True, theirs=False),
    ],
    "Extension attribute without URN": [
        Filter('manager.value eq "7c41"', MANAGER, ours=True, theirs=REFUSED),
    ],
    "Extension as a whole": [
        Filter(f"{ENTERPRISE_USER} pr", MANAGER, ours=True, theirs=REFUSED),
    ],
    "Brackets after one value": [
        Filter('name[givenName eq "Anna"]', {"name": {"givenName": "Anna"}}, ours=True, theirs=REFUSED),
    ],
    "Comparison that cannot hold": [
        Filter('name eq "Anna"', {"name": {"givenName": "Anna"}}, ours=REFUSED, theirs=False),
        Filter("title co null", {"title": "Dr."}, ours=REFUSED, theirs=False),
        Filter('meta.created sw "2024"', CREATED, ours=REFUSED, theirs=False),
    ],
    "Words for true and false": [
        Filter('active eq "yes"', {"active": True}, ours=REFUSED, theirs=True),
        Filter("active eq 1", {"active": True}, ours=REFUSED, theirs=True),
    ],
    "Date without time": [
        Filter('meta.created gt "2024-01-01"', CREATED, ours=REFUSED, theirs=False),
    ],
    "Time without offset": [
        Filter('meta.created eq "2024-05-13T12:00:00"', CREATED, ours=True, theirs=False),
    ],
    "Number for text": [
        Filter("organizationId eq 12", {NINJAONE_USER: {"organizationId": "12"}}, ours=True, theirs=REFUSED),
        Filter(
            f"{NINJAONE_USER}:organizationId eq 12",
            {NINJAONE_USER: {"organizationId": "12"}},
            ours=True,
            theirs=REFUSED,
        ),
    ],
    "Form of text": [
        Filter('emails eq "anna"', ONE_TYPED, ours=False, theirs=REFUSED),
        Filter('profileUrl gt "a"', {"profileUrl": "https://x.org"}, ours=True, theirs=REFUSED),
    ],
    "Base64": [
        Filter('x509Certificates eq "QR=="', CERTIFIED, ours=False, theirs=True),
        Filter('x509Certificates eq "QQ"', CERTIFIED, ours=False, theirs=REFUSED),
    ],
    "active that is not given": [
        Filter("active eq true", {}, ours=True, theirs=False),
        Filter("active ne true", {}, ours=False, theirs=True),
    ],
    "Location": [
        Filter('meta.location sw "https:"', CREATED, ours=REFUSED, theirs=True),
    ],
    "Password": [
        Filter('password eq "secret"', {"password": "secret"}, ours=REFUSED, theirs=True),
        Filter("password pr", {"password": "secret"}, ours=REFUSED, theirs=True),
    ],
    "Depth and length": [
        Filter("(" * 21 + "title pr" + ")" * 21, {"title": "Dr."}, ours=REFUSED, theirs=True),
        Filter(" and ".join(["title pr"] * 51), {"title": "Dr."}, ours=REFUSED, theirs=True),
    ],
}


def our_match(example):
    try:
        return compile_filter(parse_filter(example.text), user_type())({"schemas": SCHEMAS} | example.user)
    except ScimError:
        return REFUSED


def their_match(example):
    try:
        return oracle_says(example.text, {"schemas": SCHEMAS} | example.user)
    except SCIMException:
        return REFUSED


def each(examples):
    return [pytest.param(one, id=f"{name} {index}") for name, several in examples.items() for index, one in
            enumerate(several)]  # fmt: skip


@pytest.mark.parametrize("example", each(FILTERS))
def test_filters_differ_as_recorded(example):
    assert (our_match(example), their_match(example)) == (example.ours, example.theirs)
    assert example.ours is not example.theirs


# --- PATCH -----------------------------------------------------------------------------------------------------------


class Patch(NamedTuple):
    """An operation, the resource before it, and after it; without `schemas` and what its type requires."""

    operation: dict[str, Any]
    before: dict[str, Any]
    ours: dict[str, Any] | None
    theirs: dict[str, Any] | None
    kind: str = "User"


WORK, HOME = {"value": "a@x.org", "type": "work"}, {"value": "b@x.org", "type": "home"}
BOTH = {"emails": [WORK, HOME]}
ONLY_HOME = {"emails": [HOME]}

PATCHES = {
    "Blank text": [
        Patch(op("replace", "title", value=""), {"title": "Dr."}, {}, {"title": ""}),
        Patch(op("replace", "title", value=" "), {"title": "Dr."}, {}, {"title": " "}),
        Patch(op("replace", "emails", value=""), BOTH, {}, REFUSED),
        Patch(op("replace", "userName", value=""), {}, REFUSED, {"userName": ""}),
    ],
    "Adding null": [
        Patch(op("add", "title", value=None), {"title": "Dr."}, {}, REFUSED),
    ],
    "null for selected values": [
        Patch(op("replace", 'emails[type eq "work"]', value=None), BOTH, ONLY_HOME, REFUSED),
    ],
    "null for an extension": [
        Patch(op("replace", ENTERPRISE_USER, value=None), MANAGER, {}, REFUSED),
    ],
    "Value unlike its filter": [
        Patch(op("add", 'emails[type eq "home"]', value=WORK), {}, {"emails": [WORK]}, REFUSED),
    ],
    "Value of type and primary alone": [
        Patch(op("add", "emails", value=[{"type": "work", "primary": True}]), ONLY_HOME, ONLY_HOME,
              {"emails": [HOME, {"type": "work", "primary": True}]}),
        Patch(op("remove", 'emails[type eq "work"].value'), BOTH, ONLY_HOME, {"emails": [{"type": "work"}, HOME]}),
    ],
    "Adding what is there": [
        Patch(op("add", "emails", value=[{**WORK, "display": "A"}]), {"emails": [WORK]},
              {"emails": [{**WORK, "display": "A"}]}, {"emails": [WORK, {**WORK, "display": "A"}]}),
        Patch(op("add", "emails", value=[{"value": "a@x.org"}]), {"emails": [WORK]},
              {"emails": [WORK]}, {"emails": [WORK, {"value": "a@x.org"}]}),
        Patch(op("add", "emails", value=[{**WORK, "value": "A@x.org"}]), {"emails": [WORK]},
              {"emails": [{**WORK, "value": "A@x.org"}]}, {"emails": [WORK]}),
    ],
    "One primary of several values": [
        Patch(op("replace", 'roles[value co "b"].primary', value=True),
              {"roles": [{"value": "ab", "primary": True}, {"value": "b"}]}, REFUSED,
              {"roles": [{"value": "ab", "primary": False}, {"value": "b", "primary": True}]}),
    ],
    "Sub-attribute of no value": [
        Patch(op("replace", "emails.value", value="a@x.org"), {}, {"emails": [{"value": "a@x.org"}]}, {}),
        Patch(op("add", "emails.value", value="a@x.org"), {}, {"emails": [{"value": "a@x.org"}]}, {}),
    ],
    "Removing by value": [
        Patch(op("remove", "emails", value=[{"value": "a@x.org", "display": "A"}]), BOTH, ONLY_HOME, BOTH),
        Patch(op("remove", "emails", value="a@x.org"), BOTH, ONLY_HOME, REFUSED),
    ],
    "Text for a complex value": [
        Patch(op("add", f"{ENTERPRISE_USER}:manager", value="7c41"), {}, MANAGER, REFUSED),
        Patch(op("add", "emails", value=["a@x.org"]), {}, {"emails": [{"value": "a@x.org"}]}, REFUSED),
    ],
    "Manager without value": [
        Patch(op("remove", f"{ENTERPRISE_USER}:manager.value"), MANAGER, {}, REFUSED),
    ],
    "Read-only names in a value": [
        Patch(op("replace", value={"id": "7c41", "title": "Dr."}), {}, {"title": "Dr."}, REFUSED),
        Patch(op("add", value={"groups": [{"value": "7c41"}], "title": "Dr."}), {}, {"title": "Dr."}, REFUSED),
    ],
    "Extension attribute without URN in PATCH": [
        Patch(op("replace", "department", value="R"), {}, {ENTERPRISE_USER: {"department": "R"}}, {}),
        Patch(op("replace", value={"department": "R"}), {}, {ENTERPRISE_USER: {"department": "R"}}, {}),
    ],
    "Filter in a name": [
        Patch(op("replace", value={'emails[type eq "work"].value': "a@x.org"}), {}, {"emails": [WORK]}, {}),
    ],
    "Compatible characters in PATCH": [
        Patch(op("remove", 'roles[value eq "STRASSE"]'), {"roles": [{"value": "straße"}]}, {},
              {"roles": [{"value": "straße"}]}),
    ],
    "Words for true and false in PATCH": [
        Patch(op("replace", "active", value="no"), {}, REFUSED, {"active": False}),
        Patch(op("replace", "active", value=0), {}, REFUSED, {"active": False}),
    ],
    "Number for text in PATCH": [
        Patch(op("replace", f"{NINJAONE_USER}:organizationId", value=12), {}, {NINJAONE_USER: {"organizationId": "12"}},
              REFUSED),
    ],
    "Form of text in PATCH": [
        Patch(op("add", "emails", value=[{"value": "anna"}]), {}, {"emails": [{"value": "anna"}]}, REFUSED),
        Patch(op("replace", "profileUrl", value="x y"), {}, {"profileUrl": "x y"}, REFUSED),
        Patch(op("add", "x509Certificates", value=[{"value": "QQ"}]), {}, {"x509Certificates": [{"value": "QQ"}]},
              REFUSED),
    ],
    "Password in PATCH": [
        Patch(op("replace", "password", value="secret"), {}, {}, {"password": "secret"}),
    ],
    "Immutable part of no value": [
        Patch(op("remove", "members.value"), {}, REFUSED, {}, kind="Group"),
    ],
    "Empty path": [
        Patch({"op": "replace", "path": "", "value": {"title": "Dr."}}, {}, REFUSED, {"title": "Dr."}),
    ],
}  # fmt: skip


TYPES = {
    "User": (user_type(), OracleUser, {"userName": "anna"}),
    "Group": (group_type(), Group, {"displayName": "Berg"}),
}


def our_patch(document, body, resource_type):
    try:
        return comparable(apply_patch(document, parse_patch(body, resource_type, IGNORE)).document)
    except ScimError:
        return REFUSED


@pytest.mark.parametrize("example", each(PATCHES))
def test_patches_differ_as_recorded(example):
    resource_type, model, required = TYPES[example.kind]
    document = put(required | example.before, resource_type)
    body = {"Operations": [example.operation]}

    found = [our_patch(document, body, resource_type), theirs(document, body, model)]

    assert found == [after if after is REFUSED else required | after for after in (example.ours, example.theirs)]
    assert found[0] != found[1]


# --- the record ------------------------------------------------------------------------------------------------------


def recorded(heading):
    """The cells of the rows of the table under a heading, its head left out."""
    section = RECORD.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


@pytest.mark.parametrize(("heading", "examples"), [("Filters", FILTERS), ("PATCH", PATCHES)])
def test_every_difference_is_recorded_and_every_record_has_an_example(heading, examples):
    assert [row[0] for row in recorded(heading)] == list(examples)


@pytest.mark.parametrize("row", recorded("Filters") + recorded("PATCH"), ids=lambda row: row[0])
def test_every_record_says_who_asks_for_it(row):
    difference, ours, other, reason = row

    assert difference and ours and other  # noqa: PT018 - the same fact of each cell
    assert re.search(r"RFC \d+ §|Entra ID|Okta|Ours: ", reason)
