"""The modes in which every case runs: the policies that a mode sets, and what a case says about them."""

from collections.abc import Mapping
from typing import Any

MODES: dict[str, dict[str, str]] = {
    "": {},
    "strict": {"unknownAttributes": "reject"},
    "defaultMissing": {"organization": "defaultMissing"},
    "defaultUnknown": {"organization": "defaultUnknown"},
    "interop": {"unknownAttributes": "reject", "organization": "defaultUnknown"},
}
"""By the name that ends a test's id: the policies that take the place of the case's own, for all of its providers."""

USUAL = {"unknownAttributes": "ignore", "organization": "reject", "adoption": "automatic"}
DEFAULT_ORGANIZATION = "12"
TAKES = {"send", "times", "wait", "console"}
"""The members of a step that say what happens; the others say what is expected of it."""


def providers_in(case: Mapping[str, Any], mode: str) -> list[dict[str, Any]]:
    """The providers of the case, the one that calls first, with the policies that they have in the mode."""
    first = {"id": "entra", **case.get("provider", {})}
    return [_in_mode(provider, MODES[mode]) for provider in (first, *case.get("other_providers", ()))]


def runs_in(case: Mapping[str, Any], mode: str) -> bool:
    """Whether the case makes sense in the mode."""
    if "only_under" not in case:
        return True
    assert case["because"]
    return holds(case["only_under"], providers_in(case, mode)[0]["policies"])


def holds(condition: str, policies: Mapping[str, str]) -> bool:
    """Whether `organization=defaultMissing|defaultUnknown`, say, is true of these policies."""
    name, _, values = condition.partition("=")
    return policies[name] in values.split("|")


def step_under(step: dict[str, Any], policies: Mapping[str, str]) -> dict[str, Any] | None:
    """The step as it is under these policies; None when it is not taken.

    What stands under the first condition that holds takes the place of all that is expected otherwise.
    """
    if "only_under" in step and not holds(step["only_under"], policies):
        return None
    for condition, otherwise in step.get("under", {}).items():
        if holds(condition, policies):
            return {name: value for name, value in step.items() if name in TAKES} | otherwise
    return step


def _in_mode(provider: Mapping[str, Any], mode: Mapping[str, str]) -> dict[str, Any]:
    default = {"defaultOrganization": DEFAULT_ORGANIZATION} if "organization" in mode else {}
    return {**default, **provider, "policies": {**USUAL, **provider.get("policies", {}), **mode}}
