"""Child processes: started with a log, waited for, and never left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.02
STOP_SECONDS = 5.0
LAST_LINES = 20
_PR_SET_PDEATHSIG = 1


class StartFailure(Exception):
    """Something could not be started; the message is one sentence for the person at the terminal."""


class Interrupted(Exception):
    """The person, or the system, asked to stop while something was starting."""


@dataclass(slots=True)
class Child:
    """A running process in a process group of its own.

    Attributes:
        name: What to call it in messages.
        process: The process.
        log: The file that its output goes to.
        stop_signal: The signal on which it ends in good order.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End it and whatever it started, first kindly; calling it again does nothing."""
        if self.is_running():
            self._signal_group(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
        self._signal_group(signal.SIGKILL)
        self.process.wait()

    def last_output(self) -> str:
        """The last lines that it wrote."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:])

    def failure(self) -> StartFailure:
        """What to say when it ended although nobody stopped it."""
        output = self.last_output()
        return StartFailure(f"{self.name} stopped unexpectedly." + (f" It said last:\n{output}" if output else ""))

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


def start(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    directory: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    descriptors: Collection[int] = (),
) -> Child:
    """Start a process in its own group, so that Ctrl-C reaches this process alone, which then stops its children.

    On Linux the child also gets `stop_signal` when this process dies without a chance to stop it.

    Args:
        name: What to call it in messages.
        command: The program and its arguments.
        log: Where its output goes; replaced.
        environment: Its whole environment.
        directory: Where it runs.
        stop_signal: The signal on which it ends in good order.
        descriptors: Open files that it inherits.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)  # another process may still write to the old one
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=directory,
            pass_fds=tuple(descriptors),
            start_new_session=True,
            preexec_fn=_die_with_parent(stop_signal),  # noqa: PLW1509 - only calls prctl
        )
    return Child(name, process, log, stop_signal)


def wait_until(
    is_ready: Callable[[], bool], child: Child, *, seconds: float = 60, is_stopping: Callable[[], bool] = lambda: False
) -> None:
    """Return as soon as `is_ready`.

    Raises:
        StartFailure: The child ended, or the time is over.
        Interrupted: `is_stopping` became true.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        if is_stopping():
            raise Interrupted
        if not child.is_running():
            raise child.failure()
        if time.monotonic() > deadline:
            raise StartFailure(
                f"{child.name} was not ready after {seconds:.0f} s. It said last:\n{child.last_output()}"
            )
        time.sleep(POLL_SECONDS)


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    # The kernel watches the thread that started the child, so only the main thread, which lives longest, asks for it.
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
