"""The app as a process: in our local host, or in Core Tools."""

import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Literal

from localdev.ports import HOST, number_of, open_up
from localdev.processes import Child, StartFailure

READY_PATH = "/ws/scim/v2/ServiceProviderConfig"
"""Public, so that whatever it answers below 500 shows a running app."""
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

type Host = Literal["local", "func"]


@dataclass(frozen=True, slots=True)
class App:
    """A running app.

    Attributes:
        url: Its base URL, without a slash at the end.
        process: Its process.
    """

    url: str
    process: Child

    @property
    def log(self) -> Path:
        """The file that its output goes to."""
        return self.process.log

    def stop(self) -> None:
        """End it; the stack would do so too."""
        self.process.stop()


@dataclass(frozen=True, slots=True)
class PendingApp:
    """An app whose port is taken and refuses connections; it may be loading already.

    Attributes:
        url: What will be its base URL.
        open: Lets it serve, and returns when it does.
    """

    url: str
    open: Callable[[], App]


def url_of(server: socket.socket) -> str:
    """The base URL of what serves on a socket."""
    return f"http://{HOST}:{number_of(server)}"


def local_command(directory: Path, server: socket.socket) -> list[str]:
    """How to start our host: it loads the app at once and serves it when the socket is opened up."""
    return [sys.executable, "-m", "localdev.host", str(directory.absolute()), "--socket", str(server.fileno())]


def func_command(port: int) -> list[str]:
    """How to start Core Tools.

    Raises:
        StartFailure: They are missing.
    """
    program = which("func")
    if program is None:
        raise StartFailure("Core Tools are not installed (func is not on the PATH): run make without HOST=func.")
    return [program, "start", "--port", str(port)]


def func_environment(environment: Mapping[str, str], storage: str) -> dict[str, str]:
    """What Core Tools need besides: storage for the locks of timers, and our Python first on the path."""
    path = os.pathsep.join((str(Path(sys.executable).parent), environment.get("PATH", "")))
    extra = {"AzureWebJobsStorage": storage, "FUNCTIONS_WORKER_RUNTIME": "python", "PATH": path}
    return {**environment, **extra}


def open_local(server: socket.socket) -> None:
    """Let the app that inherited the socket serve; it is no longer ours."""
    with server:
        open_up(server)


def answers(url: str) -> bool:
    """Whether something below 500 comes back."""
    try:
        _DIRECT.open(url, timeout=2).close()
    except urllib.error.HTTPError as reply:
        with reply:
            return reply.code < 500  # noqa: PLR2004
    except OSError:
        return False
    return True
