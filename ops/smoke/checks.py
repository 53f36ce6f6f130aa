"""The table of checks, in their order, and how they are run."""

from collections.abc import Callable
from dataclasses import dataclass

from ops.smoke import connection, discovery, headers, people, tokens
from ops.smoke.findings import Finding, NotApplicable, Outcome, as_problem
from ops.smoke.trial import Trial


@dataclass(frozen=True, slots=True)
class Check:
    """A check.

    Attributes:
        id: For programs.
        title: For people.
        run: See the package.
        needs: Checks without which it says nothing.
    """

    id: str
    title: str
    run: Callable[[Trial], str]
    needs: tuple[str, ...] = ()


CHECKS = (
    Check("url", "The SCIM URL", connection.reachable),
    Check("certificate", "Certificate", connection.certificate, ("url",)),
    Check("oldTls", "Old versions of TLS", connection.old_tls, ("url",)),
    Check("plainHttp", "Plain HTTP", connection.plain_http, ("url",)),
    Check("health", "Health", connection.health, ("url",)),
    Check("securityTxt", "security.txt", connection.security_txt, ("url",)),
    Check("configuration", "Service provider configuration", discovery.service_provider_config, ("url",)),
    Check("publicUrl", "Links", discovery.public_url, ("configuration",)),
    Check("caching", "Caches", headers.caching, ("url",)),
    Check("requestId", "Request ids", headers.correlation, ("url",)),
    Check("console", "Console", headers.security, ("url",)),
    Check("noToken", "No token", tokens.without_token, ("url",)),
    Check("unknownToken", "Unknown token", tokens.wrong_token, ("noToken",)),
    Check("token", "Test connection", tokens.probe, ("unknownToken",)),
    Check("schemas", "Schemas", discovery.schemas, ("token",)),
    Check("resourceTypes", "Resource types", discovery.resource_types, ("token",)),
    Check("largeBody", "Large bodies", people.large_body, ("token",)),
    Check("create", "POST: a throw-away user", people.create, ("token",)),
    Check("read", "GET", people.read, ("create",)),
    Check("change", "PATCH", people.change, ("read",)),
    Check("find", "Search", people.find, ("create",)),
    Check("deactivate", "Deactivation", people.deactivate, ("change",)),
    Check("delete", "DELETE", people.delete, ("create",)),
)
_CLEAN_UP = "cleanUp"


def run(trial: Trial) -> list[Finding]:
    """Run all checks. The throw-away user is gone afterwards, or a finding says that it is not."""
    findings: list[Finding] = []
    try:
        for check in CHECKS:
            findings.append(_run(check, trial, findings))
    finally:
        left = people.clean_up(trial)
    if left is not None:
        findings.append(Finding(_CLEAN_UP, "Cleaning up", Outcome.FAILED, left.sentence, left.remedy))
    return findings


def _run(check: Check, trial: Trial, before: list[Finding]) -> Finding:
    passed = {finding.check for finding in before if finding.outcome is Outcome.PASSED}
    missing = next((each for each in CHECKS if each.id in check.needs and each.id not in passed), None)
    if missing is not None:
        return Finding(check.id, check.title, Outcome.NOT_DONE, f'Not done without "{missing.title}".')
    try:
        return Finding(check.id, check.title, Outcome.PASSED, check.run(trial))
    except NotApplicable as reason:
        return Finding(check.id, check.title, Outcome.NOT_DONE, str(reason))
    except Exception as error:  # noqa: BLE001 - whatever a check comes across, the others are told, too
        problem = as_problem(error)
        return Finding(check.id, check.title, Outcome.FAILED, problem.sentence, problem.remedy)
