"""The smoke test of a deployment, run as a person runs it, against the app as it runs: real worker, HTTP, Azurite."""

import asyncio
import json
import os
import sys

import pytest

from localdev.stack import ROOT
from tests.integration.conftest import BASE_PATH


@pytest.fixture(scope="module")
def instances(emulators):
    """One is enough here."""
    app = emulators.start_app()
    yield [app.url + BASE_PATH]
    app.stop()


async def smoke(url, *options, token, by_input=False):
    """Run it; returns its status and what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "TOKEN"}  # noqa: TID251 - of the test run
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ops.smoke",
        url,
        *options,
        cwd=ROOT,
        env=environment if by_input else {**environment, "TOKEN": token},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate(f"{token}\n".encode() if by_input else b"")
    assert errors == b""
    assert token not in output.decode()
    return process.returncode, output.decode()


async def test_a_running_app_passes(scim_url, new_token):
    status, output = await smoke(scim_url, token=await new_token())
    assert "✗" not in output
    assert "0 failed, 3 not done. This deployment works." in output
    assert status == 0


async def test_a_failing_vault_fails_it(scim_url, new_token, vault_faults):
    """As programs ask for it: JSON, and the token by standard input."""
    token = await new_token()
    vault_faults(status=503)
    status, output = await smoke(scim_url, "--json", "--organization", "21", token=token, by_input=True)
    document = json.loads(output)
    failed = {check["check"]: check["sentence"] for check in document["checks"] if check["outcome"] == "failed"}
    assert failed == {"token": "Rollcall answers 503 to a good token: its vault is not reached."}
    assert document["passed"] is False
    assert status == 1
