"""What is deployed: what `.funcignore` leaves, compiled as `azure.yaml` says, started where nothing else is."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from azure.identity.aio import ManagedIdentityCredential
from pathspec import GitIgnoreSpec

from localdev.apps import READY_PATH, answers, open_local, url_of
from localdev.ports import reserve
from localdev.processes import start, wait_until
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.keys import TABLES

ROOT = Path(__file__).parents[2]
CHECKED_HASH = 0b11
"""Flags of a compiled file (PEP 552): its source is told by a hash, and looked at."""


def shipped():
    """The paths of the package; `.funcignore` is read as azd and Core Tools read it."""
    ignored = GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text("utf-8").splitlines())
    known = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert not ignored.match_file("scim/__pycache__/settings.cpython-313.pyc")
    return [path for path in known if not ignored.match_file(path) and (ROOT / path).is_file()]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package in a folder of its own, with other times than where it was compiled, as a zip would leave it."""
    folder = tmp_path_factory.mktemp("package")
    for path in shipped():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, folder / path)
    (command,) = re.findall(r"shell: sh\n +run: \$\(.*\) (-m compileall .*)", (ROOT / "azure.yaml").read_text("utf-8"))
    subprocess.run([sys.executable, *shlex.split(command)], cwd=folder, check=True)  # noqa: S603
    for source in folder.rglob("*.py"):
        os.utime(source, (0, 0))
    return folder


@pytest.fixture
async def tables(emulators):
    async with ManagedIdentityCredential() as credential:
        rows = AzureRows(emulators.tables_url, credential)
        await rows.ensure_tables(TABLES)
        await rows.close()


@pytest.fixture
def app(package, emulators, tables, tmp_path):  # noqa: ARG001 - they must be there
    """The package on Microsoft's worker, where of our folders only the local host can be imported."""
    shutil.copytree(ROOT / "localdev", tmp_path / "localdev", ignore=shutil.ignore_patterns("__pycache__"))
    with reserve(0) as server:
        url = url_of(server)
        child = start(
            "The package",
            [sys.executable, "-B", "-m", "localdev.host", str(package), "--socket", str(server.fileno())],
            log=tmp_path / "package.log",
            environment={**emulators.environment, "PUBLIC_URL": url},
            directory=tmp_path,
            descriptors=(server.fileno(),),
        )
        try:
            open_local(server)
            wait_until(lambda: answers(url + READY_PATH), child)
            yield url, child.log
        finally:
            child.stop()


def test_only_what_the_app_needs_is_shipped():
    assert {path.partition("/")[0] for path in shipped()} == {
        "scim",
        "function_app.py",
        "host.json",
        "requirements.txt",
    }


def test_every_module_is_compiled_so_that_it_stays_valid(package):
    sources = list(package.rglob("*.py"))
    compiled = [Path(importlib.util.cache_from_source(str(source))) for source in sources]
    assert len(sources) > 200
    assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled} == {CHECKED_HASH}


def test_the_package_works_by_itself(app):
    url, log = app
    with httpx.Client(base_url=url) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/.well-known/security.txt").text.startswith("Contact: mailto:security@contoso.com\n")
        page = client.get("/console/sign-in", headers={"Accept-Language": "de"}, follow_redirects=True)
        assert (page.status_code, 'lang="de"' in page.text) == (200, True)
        (style,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
        assert client.get(style).status_code == 200
        assert client.get("/api/openapi.json").json()["openapi"]
        refused = client.get("/ws/scim/v2/Users", headers={"Authorization": "Bearer wrong"})
    assert (refused.status_code, refused.json()["status"]) == (401, "401")
    assert f"request_answered id={refused.headers['x-request-id']} method=GET status=401" in log.read_text("utf-8")
