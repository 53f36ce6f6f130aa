"""Provisions one person at once, and tells what came of it."""

import json
from typing import Any

from ops.entra.console import Refused
from ops.entra.graph import OnDemand
from ops.entra.setup import Setup

_ALREADY_RIGHT = "RedundantExport"


def provision(setup: Setup) -> str:
    """Have Entra ID provision the person of the options; returns what it did.

    Raises:
        Refused: Rollcall refused the person (with its sentence), or Entra ID skipped them.
    """
    person = setup.options.person or ""
    subject = {"objectId": setup.person, "objectTypeName": "User"}
    body = {"parameters": [{"ruleId": setup.rule or "{rule}", "subjects": [subject]}]}
    outcome = setup.graph.make(f"{setup.job_path}/provisionOnDemand", body, OnDemand)
    if outcome is None:
        return ""
    result, summary = _object(outcome.key), _object(outcome.value)
    details = _object(result.get("details"))
    if result.get("result") == "Success":
        return f"{person} provisioned ({summary.get('action', 'done')})"
    if details.get("errorCode") == _ALREADY_RIGHT:
        return f"{person} is in Rollcall already, and right"
    status = _object(summary.get("statusInfo"))
    why = status.get("reason") or details.get("errorMessage") or "it gives no reason"
    code = status.get("errorCode") or details.get("errorCode") or result.get("result")
    raise Refused(
        f"Entra ID did not provision {person} ({code}): {why} "
        "See Troubleshooting in docs/interop/entra.md; nobody else was provisioned, and the job was not started."
    )


def _object(text: Any) -> dict[str, Any]:
    """An object within an object, which comes as JSON in a text, or as it is."""
    if isinstance(text, str):
        try:
            text = json.loads(text)
        except (ValueError, RecursionError):
            return {}
    return text if isinstance(text, dict) else {}
