"""Fixtures with the real emulators: Azurite, Key Vault and the managed identity.

`emulators` starts them once for the whole run (about 1.5 s) in a temporary folder, in memory, and gives their `Stack`:

    async def test_something(emulators):
        async with ManagedIdentityCredential() as credential:
            async with TableServiceClient(emulators.tables_url, credential=credential) as tables: ...

* Clients of the Azure SDK need no option: while the fixture lives, this process is where the app would be. The
  variables of the identity and of the certificates are set, and aiohttp, which reads them when it is imported and
  perhaps was imported before, is told to trust the emulators. For other clients: `verify=emulators.tls`.
* Build clients and credentials inside the test, or in an async fixture of function scope, and close them there: each
  belongs to one event loop.
* Tests share the emulators and run in random order: use tables, partitions and secrets of your own (`uuid4().hex`).
* `emulators.start_app()` starts the app on them and returns its URL; `emulators.environment` is what it gets.
* `vault_faults(status=429)` and `identity_faults(hang_seconds=9)` make an emulator fail until the test ends; see
  `localdev.vault.faults` for the ways.
"""

import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from localdev.stack import Stack

SDK_VARIABLES = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")

type SetFaults = Callable[..., None]


@pytest.fixture(scope="session")
def emulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The emulators, running; see the module."""
    with Stack(tmp_path_factory.mktemp("emulators"), memory=True) as stack, pytest.MonkeyPatch.context() as patch:
        for name in SDK_VARIABLES:
            patch.setenv(name, stack.environment[name])
        _trust(stack)
        yield stack


@pytest.fixture(scope="session")
def backup_service(emulators: Stack) -> str:
    """The URL of a container `backups`, still to be made, in a blob service that is started for those who ask."""
    url = emulators.launch_backups()
    emulators.wait_ready()
    return url


@pytest.fixture
def vault_faults(emulators: Stack) -> Iterator[SetFaults]:
    """Make the vault fail as the keywords say; they are the members of `localdev.vault.faults.Fault`."""
    yield from _faults(emulators, emulators.vault_url)


@pytest.fixture
def identity_faults(emulators: Stack) -> Iterator[SetFaults]:
    """Make the managed identity fail likewise."""
    yield from _faults(emulators, emulators.identity_url)


def _trust(stack: Stack) -> None:
    connector = sys.modules.get("aiohttp.connector")
    if connector is not None:
        connector._SSL_CONTEXT_VERIFIED.load_verify_locations(stack.authority)


def _faults(stack: Stack, url: str) -> Iterator[SetFaults]:
    address = urlsplit(url)
    control = f"{address.scheme}://{address.netloc}/faults"
    tls = stack.tls if address.scheme == "https" else None

    def send(method: str, body: bytes | None = None) -> None:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(control, body, headers, method=method)  # noqa: S310 - our own URL
        urllib.request.urlopen(request, timeout=10, context=tls).close()  # noqa: S310 - our own URL

    yield lambda **fault: send("PUT", json.dumps(fault).encode())
    send("DELETE")
