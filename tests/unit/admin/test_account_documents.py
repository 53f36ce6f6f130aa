"""The fields of the console in a SCIM document."""

import pytest

from scim.admin.account_documents import new_document, with_fields
from scim.admin.problems import Invalid
from scim.schema.urns import CORE_USER, ENTERPRISE_USER, NINJAONE_USER

ANNA = {
    "schemas": [CORE_USER, ENTERPRISE_USER],
    "userName": "anna@x.y",
    "name": {"givenName": "Anna", "honorificPrefix": "Dr."},
    "emails": [{"value": "home@x.y", "type": "home"}, {"value": "work@x.y", "type": "work", "display": "W"}],
    ENTERPRISE_USER: {"department": "IT"},
}


def test_other_values_stay_as_they_are() -> None:
    changed = with_fields(ANNA, {"givenName": "Änne", "organizationId": "12"})

    assert changed == {
        **ANNA,
        "schemas": [CORE_USER, ENTERPRISE_USER, NINJAONE_USER],
        "name": {"givenName": "Änne", "honorificPrefix": "Dr."},
        NINJAONE_USER: {"organizationId": "12"},
    }
    assert next(iter(changed)) == "schemas"
    assert ANNA["name"] == {"givenName": "Anna", "honorificPrefix": "Dr."}


def test_what_is_taken_away_leaves_nothing_empty() -> None:
    document = {**ANNA, NINJAONE_USER: {"userType": "technician"}}

    changed = with_fields(document, {"userType": None, "givenName": None, "displayName": None})

    assert NINJAONE_USER not in changed
    assert changed["name"] == {"honorificPrefix": "Dr."}
    assert changed["schemas"] == [CORE_USER, ENTERPRISE_USER]


@pytest.mark.parametrize(
    ("emails", "value", "expected"),
    [
        (ANNA["emails"], "new@x.y", [ANNA["emails"][0], {"value": "new@x.y", "type": "work", "display": "W"}]),
        (ANNA["emails"], None, [ANNA["emails"][0]]),
        ([], "new@x.y", [{"value": "new@x.y", "type": "work", "primary": True}]),
        ([{"value": "p@x.y", "primary": True}, {"value": "w@x.y", "type": "work"}], "new@x.y",
         [{"value": "new@x.y", "primary": True}, {"value": "w@x.y", "type": "work"}]),
    ],
)  # fmt: skip
def test_the_address_for_mail_is_changed_in_its_place(emails: list, value: str | None, expected: list) -> None:
    """AMB-20: among several addresses it is the primary one, else the one at work, else any."""
    assert with_fields({**ANNA, "emails": emails}, {"email": value})["emails"] == expected


def test_a_new_document_has_what_is_given() -> None:
    fields = {"userName": "anna@x.y", "email": "a@x.y", "givenName": None, "userType": "technician", "active": False}

    assert new_document(fields) == {
        "schemas": [CORE_USER, NINJAONE_USER],
        "userName": "anna@x.y",
        "emails": [{"value": "a@x.y", "type": "work", "primary": True}],
        NINJAONE_USER: {"userType": "technician"},
        "active": False,
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"userName": "a\u200bb"}, "userName"), ({"givenName": "a\x00b"}, "givenName"), ({"userName": None}, "userName")],
)
def test_what_the_schemas_refuse_is_refused_by_field(fields: dict, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        with_fields(ANNA, fields)
    assert refused.value.facts == {"field": field}
