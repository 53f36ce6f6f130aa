"""Azurite, Microsoft's storage emulator: the npm package of the lock file, over TLS and with tokens, as in Azure."""

import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import which

from localdev.certificates import Certificates
from localdev.ports import accepts, free_port
from localdev.processes import Child, StartFailure, start, wait_until

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's documented account and its key, the same on every machine."""
IDLE_SECONDS = 60
"""How long an idle connection stays open. Azurite's own five seconds are less than clients count on: one that is closed
while a request is on its way loses it."""
ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "node_modules/azurite/dist/src"


def command(service: str, port: int, data: Path | None) -> list[str]:
    """How to start one of Azurite's services, `table` or `blob`.

    Args:
        service: Which one.
        port: Where it listens.
        data: Where it keeps its data; None for memory only.

    Raises:
        StartFailure: Node.js or the package is missing.
    """
    node, program = which("node"), PROGRAM / service / "main.js"
    if node is None:
        raise StartFailure(
            "Rollcall needs Node.js 20 or newer for the storage emulator Azurite: install it and run make again."
        )
    if not program.exists():
        raise StartFailure("The storage emulator Azurite is not installed: run make setup.")
    keep = ["--inMemoryPersistence"] if data is None else ["--location", str(data)]
    return [
        node, str(program), f"--{service}Port", str(port), *keep,
        "--silent", "--disableTelemetry", "--skipApiVersionCheck",
    ]  # fmt: skip


def start_tables(
    certificates: Certificates,
    data: Path | None,
    *,
    log: Path,
    environment: Mapping[str, str],
    directory: Path,
) -> tuple[Child, int]:
    """Start the table service; returns it with its port. It may still be starting."""
    port = free_port()
    idle = ["--tableKeepAliveTimeout", str(IDLE_SECONDS)]
    return _start(
        [*command("table", port, data), *idle, *_tls(certificates)], "Azurite", log, environment, directory
    ), port


def start_blobs(*, log: Path, environment: Mapping[str, str], directory: Path) -> tuple[Child, int]:
    """Start the blob service in memory, over plain http: Core Tools keep their timers' locks in it."""
    port = free_port()
    return _start(command("blob", port, None), "Azurite (blobs)", log, environment, directory), port


def start_backups(
    certificates: Certificates, data: Path | None, *, log: Path, environment: Mapping[str, str], directory: Path
) -> tuple[Child, int]:
    """Start a blob service as in Azure, over TLS and with tokens: backups are in it."""
    port = free_port()
    idle = ["--blobKeepAliveTimeout", str(IDLE_SECONDS)]
    arguments = [*command("blob", port, data), *idle, *_tls(certificates)]
    return _start(arguments, "Azurite (backups)", log, environment, directory), port


def wait_ready(azurite: Child, port: int, is_stopping: Callable[[], bool]) -> None:
    """Return as soon as it listens."""
    wait_until(lambda: accepts(port), azurite, is_stopping=is_stopping)


def tables_url(port: int) -> str:
    """The URL of the account's table service."""
    return f"https://127.0.0.1:{port}/{ACCOUNT}"


def blobs_connection_string(port: int) -> str:
    """The connection string of the account's blob service."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
        f"BlobEndpoint=http://127.0.0.1:{port}/{ACCOUNT};"
    )


def container_url(port: int, container: str) -> str:
    """The URL of a container of the account's blob service."""
    return f"https://127.0.0.1:{port}/{ACCOUNT}/{container}"


def _tls(certificates: Certificates) -> list[str]:
    return ["--oauth", "basic", "--cert", str(certificates.server), "--key", str(certificates.key)]


def _start(arguments: list[str], name: str, log: Path, environment: Mapping[str, str], directory: Path) -> Child:
    directory.mkdir(parents=True, exist_ok=True)
    # Only on SIGINT does Azurite write its data to disk before it ends.
    return start(name, arguments, log=log, environment=environment, directory=directory, stop_signal=signal.SIGINT)
