"""`make run`: the emulators, the demo tenant, the app; then wait, and stop everything together."""

import fcntl
import importlib.util
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localdev import summary
from localdev.ports import listen
from localdev.processes import Interrupted, StartFailure
from localdev.settings import RunSettings
from localdev.stack import Stack

SEED = "localdev.seed"
WATCH_SECONDS = 0.2


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
    listen(settings.port).close()  # say at once that it is taken
    with _data_folder(settings) as folder, _stack(settings, folder, stop) as stack:
        url = settings.public_url or f"http://127.0.0.1:{settings.port}"
        environment = {"PUBLIC_URL": url, "LOCAL_DIR": str(settings.directory)}
        _note_emulators(settings, stack)
        is_seeded = importlib.util.find_spec(SEED) is not None
        if is_seeded:
            stack.run("The demo tenant", SEED, environment)
        app = stack.start_app(settings.port, directory=settings.app, host=settings.host, environment=environment)
        run_file = settings.directory / "run.json" if is_seeded else None
        print(summary.describe(url, run_file, app.log, time.monotonic() - started), flush=True)
        _watch(stack, stop)
        print("Stopping.", flush=True)


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
    """Leave a note for a second run on the same storage: what it needs as TABLES_URL, KEY_VAULT_URL and CA_FILE."""
    note = {"TABLES_URL": stack.tables_url, "KEY_VAULT_URL": stack.vault_url, "CA_FILE": str(stack.authority)}
    (settings.directory / "emulators.json").write_text(json.dumps(note, indent=2) + "\n", "utf-8")


def _watch(stack: Stack, stop: _StopRequest) -> None:
    while not stop():
        for child in stack.children:
            if not child.is_running():
                raise child.failure()
        time.sleep(WATCH_SECONDS)


@contextmanager
def _data_folder(settings: RunSettings) -> Iterator[Path]:
    """The folder for certificates, data and logs, for this run alone."""
    settings.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.memory:
        with tempfile.TemporaryDirectory(prefix="rollcall-") as folder:
            yield Path(folder)
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
