"""What `make run` prints when the app is ready."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def describe(run_file: Path, log: Path, seconds: float) -> str:
    """The text for the terminal.

    Args:
        run_file: What has made the tenant wrote it.
        log: The app's log.
        seconds: How long the start took.
    """
    run = json.loads(run_file.read_text("utf-8"))
    lines = [f"Rollcall is ready ({seconds:.1f} s). Ctrl-C stops it.", ""]
    lines += [f"  {name:<13} {value}".rstrip() for name, value in _facts(run, log)]
    return "\n".join((*lines, ""))


def _facts(run: dict[str, Any], log: Path) -> Iterator[tuple[str, str]]:
    yield "SCIM URL", run["scim_url"]
    for number, provider in enumerate(run["providers"]):
        yield "" if number else "SCIM tokens", f"{provider['scim_token']}  ({provider['name']})"
    if run.get("console_url"):
        yield "Console", run["console_url"]
    if run.get("api_url"):
        yield "API", run["api_url"]
    admin = run.get("admin")
    if admin and admin["password"]:
        yield "Sign in as", f"{admin['email']}  {admin['password']}"
        yield "TOTP secret", admin["totp_secret"]
    if set_up := run.get("set_up"):
        yield "Set up at", set_up["url"]
        yield "Set-up secret", set_up["secret"]
    here = Path.cwd()
    yield "Log", str(log.relative_to(here) if log.is_relative_to(here) else log)
