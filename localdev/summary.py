"""What `make run` prints when the app is ready."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def describe(url: str, run_file: Path | None, log: Path, seconds: float) -> str:
    """The text for the terminal.

    Args:
        url: Where the app is.
        run_file: What the demo seed wrote; None when there is no demo tenant.
        log: The app's log.
        seconds: How long the start took.
    """
    run = json.loads(run_file.read_text("utf-8")) if run_file is not None and run_file.exists() else {}
    lines = [f"Rollcall is ready ({seconds:.1f} s). Ctrl-C stops it.", ""]
    lines += [f"  {name:<13} {value}".rstrip() for name, value in _facts(url, run, log)]
    return "\n".join((*lines, ""))


def _facts(url: str, run: dict[str, Any], log: Path) -> Iterator[tuple[str, str]]:
    yield "SCIM URL", run.get("scim_url", f"{url}/ws/scim/v2")
    providers = run.get("providers", [])
    for provider in providers[:1]:
        yield "SCIM token", f"{provider['scim_token']}  ({provider['name']})"
    for provider in providers[1:]:
        yield "", f"{provider['scim_token']}  ({provider['name']})"
    if "console_url" in run:
        yield "Console", run["console_url"]
    admin = run.get("admin")
    if admin:
        yield "Sign in as", f"{admin['email']}  {admin['password']}"
        yield "TOTP secret", admin["totp_secret"]
    here = Path.cwd()
    yield "Log", str(log.relative_to(here) if log.is_relative_to(here) else log)
