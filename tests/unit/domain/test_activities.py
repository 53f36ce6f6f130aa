"""The labels and texts of activities."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scim.domain.activities import (
    FAMILIES,
    TYPE_OF,
    Activity,
    Actor,
    Status,
    created_status,
    deleted_status,
    organizations_of,
    standing_changes,
    updated_status,
)
from scim.domain.users import Standing, User, UserType

NOW = datetime(2026, 11, 23, tzinfo=UTC)
END_USER = Standing(user_type=UserType.END_USER, organization="12", active=True, contact=None)
TECHNICIAN = Standing(user_type=UserType.TECHNICIAN, organization=None, active=True, contact=None)


def user(standing, provider="entra"):
    return User(id="1", provider=provider, text='{"userName":"anna"}', created=NOW, modified=NOW, standing=standing)


def off(standing):
    return replace(standing, active=False)


def test_the_fifteen_labels():
    fifteen = [status for family in FAMILIES if family.name in {"SCIM", "SSO"} for status in family.statuses]
    assert [status.value for status in fifteen] == [
        "End User Created",
        "End User Updated",
        "End User Disabled",
        "Technician Created",
        "Technician Deleted",
        "Technician Updated",
        "Token Created",
        "Token Removed",
        "User group Created",
        "User group Deleted",
        "User group Updated",
        "Created",
        "Deleted",
        "Disabled",
        "Enabled",
    ]


def test_every_status_stands_in_exactly_one_family():
    listed = [status for family in FAMILIES for status in family.statuses]
    assert sorted(listed) == sorted(Status)
    assert set(TYPE_OF) == set(Status)


@pytest.mark.parametrize(
    ("standing", "created", "deleted"),
    [
        (END_USER, "End User Created", "End User Disabled"),
        (off(END_USER), "End User Created", "End User Disabled"),
        (TECHNICIAN, "Technician Created", "Technician Deleted"),
    ],
)
def test_labels_of_creation_and_deletion(standing, created, deleted):
    """R107, R109-R111, AMB-1."""
    assert (created_status(user(standing)), deleted_status(user(standing))) == (created, deleted)


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        (END_USER, END_USER, "End User Updated"),
        (END_USER, off(END_USER), "End User Disabled"),
        (off(END_USER), END_USER, "End User Updated"),
        (off(END_USER), off(END_USER), "End User Updated"),
        (TECHNICIAN, TECHNICIAN, "Technician Updated"),
        (TECHNICIAN, off(TECHNICIAN), "Technician Updated"),
        (END_USER, TECHNICIAN, "Technician Updated"),
        (TECHNICIAN, END_USER, "End User Updated"),
        (TECHNICIAN, off(END_USER), "End User Disabled"),
        (END_USER, off(TECHNICIAN), "Technician Updated"),
    ],
)
def test_labels_of_changes(before, after, status):
    """R108, R109, R112, AMB-1, AMB-23."""
    assert updated_status(user(before), user(after)) == status


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (user(END_USER), user(END_USER), ""),
        (user(END_USER), user(off(END_USER)), "active: true → false"),
        (user(off(END_USER)), user(END_USER), "active: false → true"),
        (user(END_USER), user(replace(END_USER, organization="13")), "organization: 12 → 13"),
        (user(END_USER), user(replace(END_USER, organization="All")), "organization: 12 → All"),
        (user(END_USER), user(TECHNICIAN), "userType: endUser → technician; organization: 12 → none"),
        (user(END_USER, "native"), user(END_USER), "managed by: Native → entra"),
        (user(END_USER), user(replace(END_USER, contact="secret@x.y")), ""),
    ],
)
def test_what_changed_of_a_standing_as_text(before, after, text):
    """AMB-1, AMB-23."""
    assert standing_changes(before, after) == text


def test_who_manages_an_account_is_told_by_name():
    """AMB-22."""
    text = standing_changes(user(END_USER, "native"), user(END_USER), {"entra": "Contoso Entra"})
    assert text == "managed by: Native → Contoso Entra"


@pytest.mark.parametrize(
    ("states", "organizations"),
    [
        ([END_USER], ("12",)),
        ([END_USER, END_USER], ("12",)),
        ([replace(END_USER, organization="13"), END_USER], ("12", "13")),
        ([END_USER, replace(END_USER, organization="All")], ("12",)),
        ([replace(END_USER, organization="All")], ()),
        ([TECHNICIAN], ()),
        ([END_USER, TECHNICIAN], ("12",)),
    ],
)
def test_both_organizations_see_a_move_and_none_sees_technicians_or_global_users(states, organizations):
    """R104, AMB-28."""
    assert organizations_of(*map(user, states)) == organizations


@pytest.mark.parametrize(("length", "kept"), [(0, 0), (256, 256), (257, 256), (400_000, 256)])
def test_a_name_that_is_too_long_is_cut(length, kept):
    activity = Activity(
        id="1",
        time=NOW,
        status=Status.END_USER_CREATED,
        provider="entra",
        actor=Actor(kind="system", id="x", request_id="y"),
        subject_kind="user",
        subject_id="1",
        subject_name="x" * length,
    )

    assert activity.subject_name == "x" * kept
