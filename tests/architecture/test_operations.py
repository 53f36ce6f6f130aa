"""docs/operations.md says what alerts, timers and limits there are."""

import re
from pathlib import Path

import pytest

from scim.admin.codes import LOCKED_FOR
from scim.admin.sessions import LONGEST
from scim.domain.accounts import RETENTION
from scim.domain.activity_log import DEFAULT_RETENTION
from scim.domain.people import MAX_ACCESS_TOKEN_LIFE
from scim.maintenance.purge_sign_ins import KEPT
from scim.triggers.timers import SCHEDULES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text("utf-8")
ALERTS = re.findall(r"^    name: '([\w-]+)'", (ROOT / "infra/modules/alerts.bicep").read_text("utf-8"), re.MULTILINE)
DAYS = 30


def runs(schedule):
    """In a month; seconds, minutes and hours are a number, any, or every so many."""
    _, minutes, hours, *_ = schedule.split()
    per_hour = 60 if minutes == "*" else 60 // int(minutes[2:]) if minutes.startswith("*/") else 1
    return DAYS * per_hour * (24 if hours == "*" else 1)


@pytest.mark.parametrize("alert", ALERTS)
def test_what_to_do_about_each_alert_is_told(alert):
    assert f"| `{alert}` |" in TEXT


def test_the_cost_counts_the_timers_that_there_are():
    told = int(re.search(r"some ([\d,]+) runs", TEXT)[1].replace(",", ""))
    assert sum(map(runs, SCHEDULES.values())) == pytest.approx(told, rel=0.01)


def test_what_is_kept_of_people_is_kept_as_long_as_the_code_says():
    assert f"| {RETENTION.days} days, and up to an hour more" in TEXT
    assert f"| {DEFAULT_RETENTION.days} days at least" in TEXT
    assert f"| {LONGEST.seconds // 3600} hours; rows are gone a day after" in TEXT
    assert f"keys against repetition | `config` | {KEPT.days} day |" in TEXT
    assert f"| {MAX_ACCESS_TOKEN_LIFE.days} days at most, or until removed" in TEXT
    assert f"Wait {LOCKED_FOR.seconds // 60} minutes." in TEXT
