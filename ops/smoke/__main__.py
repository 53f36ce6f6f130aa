"""`python -m ops.smoke URL`, which is what `make smoke` calls.

Ends with 0 when all is well, with 1 when it is not, with 2 when it was not asked rightly, and with 128 and the number
of the signal (130, 143) when it was stopped.
"""

import argparse
import getpass
import os
import sys
from collections.abc import Sequence

import httpx

from ops.smoke import report
from ops.smoke.arguments import bearer_token, scim_url
from ops.smoke.checks import run
from ops.smoke.stopping import Stopped, stoppable
from ops.smoke.trial import ANY_ORGANIZATION, BASE_PATH, TIMEOUT_SECONDS, Person, Trial


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the smoke test; the status for the shell."""
    parser = _parser()
    options = parser.parse_args(arguments)
    person = Person()
    try:
        with stoppable():
            try:
                url, token = scim_url(options.url), bearer_token(_token())
            except ValueError as refusal:
                parser.error(str(refusal))
            return _test(url, token, options, person)
    except Stopped as stopped:
        sys.stderr.write(f"{stopped} {report.left_behind(person)}\n")
        return stopped.status


def _test(url: str, token: str, options: argparse.Namespace, person: Person) -> int:
    with httpx.Client(
        timeout=TIMEOUT_SECONDS,
        headers={"User-Agent": "Rollcall smoke test"},
        trust_env=url.startswith("https:"),  # else a proxy would be given the token without TLS
    ) as client:
        trial = Trial(client, url, token, options.organization, person)
        findings = run(trial)
    show = report.as_json if options.json else report.as_text
    sys.stdout.write(show(trial, findings) + "\n")
    return 1 if report.failed(findings) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ops.smoke", description="Whether a deployment of Rollcall works.")
    parser.add_argument("url", help=f"the SCIM URL: https://<app>.azurewebsites.net{BASE_PATH}")
    parser.add_argument(
        "--organization",
        default=ANY_ORGANIZATION,
        help="where the throw-away user belongs: an organization's ID; without it, to all of them",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def _token() -> str:
    """From the environment, or from standard input: arguments can be read by all processes of the machine."""
    token = os.environ.get("TOKEN")  # noqa: TID251 - a program of its own
    if token is None:
        token = getpass.getpass("Token: ") if sys.stdin.isatty() else sys.stdin.readline()
    return token


if __name__ == "__main__":
    sys.exit(main())
