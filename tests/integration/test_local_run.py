"""`make run`, that is `python -m localdev`, started for real."""

import contextlib
import json
import os
import signal
import stat
import sys
import time
from pathlib import Path
from shutil import which

import httpx
import pytest

from localdev.ports import listen, number_of
from tests.integration.local_run import Run

FAKE_FUNC = """#!{python}
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({{"arguments": sys.argv[1:], "folder": os.getcwd(), **os.environ}}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
"""


@pytest.fixture
def run(tmp_path):
    """Starts runs, and ends those that a test leaves."""
    runs = []

    def start(**variables):
        runs.append(Run(tmp_path, **variables))
        return runs[-1]

    yield start
    for each in runs:
        each.end()


def wait_gone(processes):
    """Wait until none of the processes exists."""
    deadline = time.monotonic() + 10
    while left := [number for number in processes if _exists(number)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def _exists(number):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@linux_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_it_is_ready_and_a_signal_ends_all_of_it(run, number):
    it = run()
    summary = it.wait_ready()

    children = it.children()
    _, errors = it.end(number)

    run_file = json.loads((it.directory / "run.json").read_text())
    assert f"SCIM URL      {it.url}/ws/scim/v2\n" in summary
    assert all(provider["scim_token"] in summary for provider in run_file["providers"])
    assert len(children) == 4  # tables, blobs, vault and identity, the app
    assert (it.process.returncode, errors) == (0, "")
    wait_gone(children)
    with pytest.raises(httpx.ConnectError):
        httpx.get(it.url)
    assert {path.name for path in it.directory.iterdir()} <= {"emulators.json", "run.json"}, "in memory nothing is kept"


@linux_only
def test_nothing_is_left_when_it_is_killed(run):
    it = run()
    it.wait_ready()
    children = it.children()

    it.end(signal.SIGKILL)

    wait_gone(children)


@linux_only
def test_a_signal_during_the_start_ends_all_of_it(run):
    it = run()
    while not it.children():
        time.sleep(0.01)

    children = it.children()
    it.end()

    assert it.process.returncode == 0
    wait_gone(children)


@linux_only
def test_when_the_app_ends_everything_ends_and_says_why(run):
    it = run()
    it.wait_ready()
    children = it.children()
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{it.url}/exit")

    _, errors = it.process.communicate(timeout=20)

    assert it.process.returncode == 1
    assert errors.startswith("The app stopped unexpectedly. It said last:\n")
    assert errors.endswith("leaving now\n")
    wait_gone(children)


def test_an_app_that_does_not_load_is_named(run):
    it = run(source="import nothing_of_this_name")

    _, errors = it.process.communicate(timeout=30)

    assert it.process.returncode == 1
    assert "The function app could not be loaded. ModuleNotFoundError" in errors
    assert "nothing_of_this_name" in errors


def test_a_public_url_from_outside_wins(run):
    it = run(PUBLIC_URL="https://scim.example")
    summary = it.wait_ready()

    assert httpx.get(f"{it.url}/environment").json()["PUBLIC_URL"] == "https://scim.example"
    assert "https://scim.example/ws/scim/v2" in summary


def test_the_app_gets_the_environment_that_it_has_in_azure_and_a_second_run_shares_the_storage(run, tmp_path):
    first = run()
    first.wait_ready()
    check_environment(httpx.get(f"{first.url}/environment").json(), first.url)
    note = json.loads((first.directory / "emulators.json").read_text())
    second = run(LOCAL_DIR=str(tmp_path / "second"), **note)
    second.wait_ready()

    environment = httpx.get(f"{second.url}/environment").json()

    assert environment["TABLES_URL"] == note["TABLES_URL"]
    assert environment["KEY_VAULT_URL"] == note["KEY_VAULT_URL"]
    assert Path(note["CA_FILE"]).read_text() in Path(environment["SSL_CERT_FILE"]).read_text()
    assert len(second.children()) == 2, "the app and the identity"


def check_environment(environment, url):
    assert environment["PUBLIC_URL"] == url
    assert environment["TABLES_URL"].startswith("https://127.0.0.1:")
    assert environment["TABLES_URL"].endswith("/devstoreaccount1")
    assert environment["KEY_VAULT_URL"].startswith("https://127.0.0.1:")
    assert environment["IDENTITY_ENDPOINT"].startswith("http://127.0.0.1:")
    assert environment["IDENTITY_HEADER"]
    assert environment["SSL_CERT_FILE"] == environment["REQUESTS_CA_BUNDLE"]
    assert environment["AzureWebJobsDisableHomepage"] == "true"
    assert environment["SECURITY_CONTACT"] == "mailto:security@contoso.com"
    assert "127.0.0.1" in environment["NO_PROXY"]


def test_data_is_kept_unless_told_otherwise_in_a_folder_for_one_run_at_a_time(run):
    it = run(MEMORY="")
    it.wait_ready()
    other = run(MEMORY="")
    _, errors = other.process.communicate(timeout=20)
    it.end()

    assert other.process.returncode == 1
    assert errors.startswith("Another run uses the folder ")
    assert errors.count("\n") == 1

    kept = {path.name for path in it.directory.iterdir()}
    assert {"azurite", "certificates", "logs", "vault.json", "run.json"} <= kept
    assert stat.S_IMODE((it.directory / "run.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(it.directory.stat().st_mode) == 0o700


def test_a_taken_port_is_one_sentence(run):
    with listen() as taken:
        port = number_of(taken)
        it = run(PORT=str(port))
        _, errors = it.process.communicate(timeout=20)

    assert it.process.returncode == 1
    assert errors == f"Port {port} is in use; choose another: make run PORT={port + 1}\n"


def test_missing_node_is_one_sentence(run, tmp_path):
    it = run(PATH=str(tmp_path))
    _, errors = it.process.communicate(timeout=20)

    assert it.process.returncode == 1
    assert errors == (
        "Rollcall needs Node.js 20 or newer for the storage emulator Azurite: install it and run make again.\n"
    )


def test_missing_core_tools_are_one_sentence(run, tmp_path):
    (tmp_path / "node").symlink_to(which("node"))
    it = run(HOST="func", PATH=str(tmp_path))
    _, errors = it.process.communicate(timeout=20)

    assert it.process.returncode == 1
    assert errors == "Core Tools are not installed (func is not on the PATH): run make without HOST=func.\n"


def test_core_tools_run_the_app_with_the_same_environment(run, tmp_path):
    tool = tmp_path / "func"
    tool.write_text(FAKE_FUNC.format(python=sys.executable))
    tool.chmod(0o755)
    it = run(HOST="func", PATH=os.pathsep.join((str(tmp_path), os.environ["PATH"])))  # noqa: TID251 - as above
    it.wait_ready()

    seen = httpx.get(f"{it.url}/").json()

    assert seen["arguments"] == ["start", "--port", str(it.port)]
    assert seen["folder"] == str(tmp_path / "app")
    assert seen["PUBLIC_URL"] == it.url
    assert seen["TABLES_URL"].startswith("https://127.0.0.1:")
    assert seen["FUNCTIONS_WORKER_RUNTIME"] == "python"
    blobs = dict(part.split("=", 1) for part in seen["AzureWebJobsStorage"].split(";") if part)["BlobEndpoint"]
    assert httpx.get(blobs).status_code < 500
