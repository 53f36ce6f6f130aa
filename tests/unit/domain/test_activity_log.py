"""What is looked for in the log."""

from datetime import UTC, datetime

import pytest

from scim.domain.activities import Activity, ActivityType, Actor, Status
from scim.domain.activity_log import ActivityFilter

ONE = Activity(
    id="1",
    time=datetime(2026, 11, 23, tzinfo=UTC),
    status=Status.SSO_CREATED,
    provider="entra",
    actor=Actor(kind="account", id="boss", request_id=""),
    subject_kind="provider",
    subject_id="entra",
    organizations=("12", "13"),
)


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (ActivityFilter(), True),
        (ActivityFilter(type=ActivityType.SSO), True),
        (ActivityFilter(type=ActivityType.ROLE), False),
        (ActivityFilter(statuses=frozenset({Status.SSO_CREATED, Status.SSO_DELETED})), True),
        (ActivityFilter(statuses=frozenset({Status.SSO_DELETED})), False),
        (ActivityFilter(organization="13"), True),
        (ActivityFilter(organization="1"), False),
        (ActivityFilter(subject="entra"), True),
        (ActivityFilter(subject="boss"), False),
        (ActivityFilter(actor="boss"), True),
        (ActivityFilter(actor="entra"), False),
        (ActivityFilter(provider="entra"), True),
        (ActivityFilter(provider="okta"), False),
        (ActivityFilter(provider="entra", actor="ana"), False),
    ],
)
def test_a_filter_wants_what_has_all_it_says(wanted, holds):
    assert wanted.matches(ONE) is holds
