"""What was found, for people and for programs. The token is in none of it."""

import json
from collections import Counter
from dataclasses import asdict
from statistics import median
from textwrap import fill
from urllib.parse import quote

from ops.smoke.findings import Finding, Outcome
from ops.smoke.trial import Person, Trial

_SIGNS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.NOT_DONE: "–"}  # noqa: RUF001 - a sign, no hyphen
_WIDTH = 110


def as_text(trial: Trial, findings: list[Finding]) -> str:
    """A line for each check, what to do below those that failed, and the sum."""
    lines = [f"Rollcall at {trial.url}", ""]
    for finding in findings:
        lines.append(_wrapped(f"{_SIGNS[finding.outcome]} {finding.title}: {finding.sentence}", "    "))
        if finding.remedy:
            lines.append(_wrapped(f"    To do: {finding.remedy}", "    "))
    return _without(trial.token, "\n".join([*lines, "", _sum(findings), _times(trial)]))


def as_json(trial: Trial, findings: list[Finding]) -> str:
    """The same as JSON."""
    document = {
        "url": trial.url,
        "passed": not failed(findings),
        "checks": [asdict(finding) for finding in findings],
        "requests": [
            {
                "method": reply.method,
                "path": reply.url.path,
                "status": reply.status,
                "milliseconds": round(reply.milliseconds, 1),
            }
            for reply in trial.replies
        ],
    }
    return _without(trial.token, json.dumps(document, indent=2, ensure_ascii=False))


def failed(findings: list[Finding]) -> bool:
    """Whether any check failed."""
    return any(finding.outcome is Outcome.FAILED for finding in findings)


def left_behind(person: Person) -> str:
    """What became of the throw-away user when the test was stopped."""
    if person.may_exist:
        return f"The throw-away user {person.user_name} may be left: delete it in the console, under Users."
    return "No user is left behind."


def _sum(findings: list[Finding]) -> str:
    number = Counter(finding.outcome for finding in findings)
    return (
        f"{number[Outcome.PASSED]} passed, {number[Outcome.FAILED]} failed, {number[Outcome.NOT_DONE]} not done. "
        + ("This deployment needs mending." if failed(findings) else "This deployment works.")
    )


def _times(trial: Trial) -> str:
    if not trial.replies:
        return "No request was answered."
    slowest = max(trial.replies, key=lambda reply: reply.milliseconds)
    typical = median(reply.milliseconds for reply in trial.replies)
    return (
        f"{len(trial.replies)} requests, {typical:.0f} ms each (median); the slowest took {slowest.milliseconds:.0f} "
        f"ms ({slowest.method} {slowest.url.path})."
    )


def _wrapped(text: str, indent: str) -> str:
    return fill(text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _without(secret: str, text: str) -> str:
    for form in (secret, quote(secret, safe="")):
        text = text.replace(form, "(the token)")
    return text
