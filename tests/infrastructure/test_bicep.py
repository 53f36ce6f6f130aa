"""The deployment, as far as it can be checked without Azure and without the Bicep compiler."""

import json
import re

import pytest

from scim.settings import Settings
from scim.triggers.timers import SCHEDULES
from tests.infrastructure.bicep import INFRA, ROOT
from tests.infrastructure.checks import findings, read
from tests.infrastructure.mutations import CAUGHT, MISSED, turned
from tests.infrastructure.rules import SETTINGS

_HOST_SETTINGS = ("AzureWebJobs", "APPLICATIONINSIGHTS_", "PYTHON_", "OTEL_")
_CONNECTION = "APPLICATIONINSIGHTS_CONNECTION_STRING"
_LOCAL = "LOCAL_IDENTITY_PROVIDERS"
"""For runs on one's own machine: in Azure, nobody signs in at an address of the app's own host."""


FILES = read(INFRA)


def edited(mutation):
    """The findings in the templates after one edit."""
    file, before, after = mutation
    assert before in FILES[file], f"{file} has no {before!r} to edit."
    return findings({**FILES, file: FILES[file].replace(before, after, 1)})


def test_the_templates_have_no_finding():
    assert findings(FILES) == []


@pytest.mark.parametrize("mutation", CAUGHT, ids=range(len(CAUGHT)))
def test_a_broken_template_is_noticed(mutation):
    assert edited(mutation), mutation


@pytest.mark.parametrize("mutation", MISSED, ids=range(len(MISSED)))
def test_what_is_known_to_go_unnoticed_still_does(mutation):
    """When a check learns to see one of these, it moves to the others."""
    assert not edited(mutation), mutation


def test_nine_of_ten_broken_templates_are_noticed():
    assert len(CAUGHT) + len(MISSED) >= 150
    assert len(CAUGHT) / (len(CAUGHT) + len(MISSED)) >= 0.9


def test_no_boolean_and_no_condition_can_be_turned_unnoticed():
    edits = [
        (place, name, edit)
        for name, source in FILES.items()
        if name.endswith(".bicep")
        for place, edit in turned(name, source)
    ]
    assert len(edits) > 60
    assert [place for place, name, edit in edits if not findings({**FILES, name: edit})] == []


def test_the_app_is_given_the_settings_that_it_reads():
    read = {field.alias for field in Settings.model_fields.values()}
    assert read - {_LOCAL} == {name for name in SETTINGS if not name.startswith(_HOST_SETTINGS)} | {_CONNECTION}


def test_the_alert_on_timers_knows_all_of_them():
    (query,) = [
        line for line in (INFRA / "modules/alerts.bicep").read_text("utf-8").splitlines() if "SweepJobs" in line
    ]
    assert all(f'"{name}"' in query for name in SCHEDULES)
    assert query.count('", "') == len(SCHEDULES) - 1


def test_the_alerts_ask_for_what_the_app_logs():
    queries = re.findall(r"query: 'traces (.+)'", (INFRA / "modules/alerts.bicep").read_text("utf-8"))
    asked = {event for query in queries for event in re.findall(r"[a-z]+(?:_[a-z]+)+ [a-z]*", query)}
    assert asked == {"token_expiries_told number", "tokens_expired settled", "provider_silent ", "backup_finished "}
    logged = "".join(path.read_text("utf-8") for path in (ROOT / "scim").rglob("*.py"))
    assert all(f'logger.info("{event}' in logged or f'logger.warning("{event}' in logged for event in asked)


def test_nothing_that_an_alert_asks_for_is_sampled_away():
    host = json.loads((ROOT / "host.json").read_text("utf-8"))
    assert "telemetryMode" not in host, "the host would keep queries, and filters name people (ADR 17)"
    kept = host["logging"]["applicationInsights"]["samplingSettings"]["excludedTypes"].split(";")
    assert set(kept) >= {"Request", "Trace"}


def test_azd_deploys_the_app_that_the_template_tags():
    described = (ROOT / "azure.yaml").read_text("utf-8")
    assert "  rollcall:\n    project: .\n    language: python\n    host: function\n" in described
