"""`python -m ops.smoke URL`, which is what `make smoke` calls. Ends with 0 when all is well, with 1 when it is not."""

import argparse
import getpass
import os
import sys
from collections.abc import Sequence

import httpx

from ops.smoke import report
from ops.smoke.checks import run
from ops.smoke.trial import ANY_ORGANIZATION, BASE_PATH, TIMEOUT_SECONDS, Trial

_ALLOWED = ("https://", "http://127.0.0.1:", "http://localhost:")
"""A token is never sent without TLS, but to this machine."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the smoke test; the status for the shell."""
    parser = _parser()
    options = parser.parse_args(arguments)
    url = options.url.rstrip("/")
    if not url.startswith(_ALLOWED) or not url.endswith(BASE_PATH):
        parser.error(f"{url or 'Nothing'} is no SCIM URL: it begins with https:// and ends with {BASE_PATH}")
    token = _token()
    if not token:
        parser.error("there is no token: put it into the variable TOKEN, or write it to standard input")
    with httpx.Client(timeout=TIMEOUT_SECONDS, headers={"User-Agent": "Rollcall smoke test"}) as client:
        trial = Trial(client, url, token, options.organization)
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
    return token.strip()


if __name__ == "__main__":
    sys.exit(main())
