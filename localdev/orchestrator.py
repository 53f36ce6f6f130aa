"""`make run`: the emulators, the tenant, the app; then wait, and stop everything together."""

import fcntl
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from localdev import summary
from localdev.ports import listen
from localdev.processes import Interrupted, StartFailure
from localdev.settings import RunSettings, Seed
from localdev.stack import Stack

WATCH_SECONDS = 0.2
_TENANTS: Mapping[Seed, tuple[str, str]] = {
    "demo": ("The demo tenant", "localdev.seed"),
    "none": ("The empty tenant", "localdev.empty"),
}
"""What makes the tenant, and what it is called when that fails."""


def main() -> int:
    """Run until a signal or a failure; the status for the shell."""
    stop = _StopRequest()
    try:
        settings = RunSettings.from_environment(os.environ)  # noqa: TID251 - a program of its own
        _run(settings, stop)
    except Interrupted:
        return 0
    except StartFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


class _StopRequest:
    """Whether a signal asked to stop. It raises nothing, so that no child is lost between start and bookkeeping."""

    def __init__(self) -> None:
        self.is_made = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._make)

    def _make(self, _number: int, _frame: object) -> None:
        self.is_made = True

    def __call__(self) -> bool:
        return self.is_made


def _run(settings: RunSettings, stop: _StopRequest) -> None:
    started = time.monotonic()
    with _data_folder(settings) as folder, _stopped_in_the_end(_stack(settings, folder, stop)) as stack:
        environment = {"LOCAL_DIR": str(settings.directory)}
        if settings.public_url is not None:
            environment["PUBLIC_URL"] = settings.public_url
        listen(settings.port).close()  # say at once that it is taken
        stack.launch()
        if settings.tables_url is None:
            stack.environment["BACKUP_CONTAINER_URL"] = stack.launch_backups()
        # The app loads while the emulators start, and opens when the tenant is there.
        pending = stack.prepare_app(settings.port, directory=settings.app, host=settings.host, environment=environment)
        _note_emulators(settings, stack)
        stack.wait_ready()
        url = settings.public_url or pending.url
        run_file = _tenant(settings, stack, {**environment, "PUBLIC_URL": url})
        app = pending.open()
        print(summary.describe(run_file, app.log, time.monotonic() - started), flush=True)
        _watch(stack, stop)
        print("Stopping.", flush=True)


def _tenant(settings: RunSettings, stack: Stack, environment: Mapping[str, str]) -> Path:
    """Make the tenant; returns the file that describes it."""
    stack.run(*_TENANTS[settings.seed], environment)
    return settings.directory / "run.json"


@contextmanager
def _stopped_in_the_end(stack: Stack) -> Iterator[Stack]:
    try:
        yield stack
    finally:
        stack.stop()


def _stack(settings: RunSettings, folder: Path, stop: _StopRequest) -> Stack:
    return Stack(
        folder,
        memory=settings.memory,
        tables_url=settings.tables_url,
        vault_url=settings.vault_url,
        authorities=settings.authorities,
        is_stopping=stop,
    )


def _note_emulators(settings: RunSettings, stack: Stack) -> None:
    """Leave a note of where the emulators are.

    A second run on the same storage needs TABLES_URL, KEY_VAULT_URL and CA_FILE of it, a tool for operators the others.
    """
    bundle = stack.environment["SSL_CERT_FILE"]
    own = ("BACKUP_CONTAINER_URL", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
    known = {name: stack.environment[name] for name in own if name in stack.environment}
    note = {"TABLES_URL": stack.tables_url, "KEY_VAULT_URL": stack.vault_url, "CA_FILE": bundle} | known
    (settings.directory / "emulators.json").write_text(json.dumps(note, indent=2) + "\n", "utf-8")


def _watch(stack: Stack, stop: _StopRequest) -> None:
    while not stop():
        for child in stack.children:
            if not child.is_running():
                raise child.failure()
        time.sleep(WATCH_SECONDS)


@contextmanager
def _data_folder(settings: RunSettings) -> Iterator[Path]:
    """The folder for certificates, data and logs; no two runs write to the same data."""
    settings.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.memory:
        with tempfile.TemporaryDirectory(prefix="rollcall-") as folder:
            yield Path(folder)
        return
    if settings.tables_url and settings.vault_url:
        yield settings.directory
        return
    with (settings.directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as cause:
            raise StartFailure(
                f"Another run uses the folder {settings.directory}; choose another: "
                f"make run PORT={settings.port} LOCAL_DIR=.local-2"
            ) from cause
        yield settings.directory
