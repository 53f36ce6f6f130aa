"""Everything that the app needs around it, on free ports of this machine: for `make run` and for tests alike.

    with Stack(directory, memory=True) as stack:
        app = stack.start_app()
        httpx.get(f"{app.url}/ws/scim/v2/ServiceProviderConfig")

`stack.environment` is the whole difference between running here and running in Azure.
"""

import os
import secrets
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from types import TracebackType
from typing import Literal, Self

from localdev import azurite, certificates
from localdev.ports import HOST, listen, number_of
from localdev.processes import Child, StartFailure, start, wait_until

ROOT = Path(__file__).parent.parent
READY_PATH = "/ws/scim/v2/ServiceProviderConfig"
"""Public, so that whatever it answers below 500 shows a running app."""
_CLEARED = ("MSI_ENDPOINT", "MSI_SECRET", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT", "AZURE_CLIENT_ID")
"""Variables by which the SDK would look for another identity than ours."""
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


class Stack:
    """The emulators and the apps on them; a context manager that leaves no process behind.

    Enter it in the main thread: on Linux its processes then end even when this one is killed.

    Args:
        directory: Where certificates, data and logs are.
        memory: Whether data is kept in memory only.
        tables_url: A table service to use instead of a new Azurite.
        vault_url: A vault to use instead of a new one.
        authorities: A PEM file to trust as well.
        is_stopping: Asked while something starts; true makes the start fail with `Interrupted`.
    """

    def __init__(
        self,
        directory: Path,
        *,
        memory: bool = False,
        tables_url: str | None = None,
        vault_url: str | None = None,
        authorities: Path | None = None,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.directory = directory.absolute()
        self.tables_url = tables_url or ""
        self.vault_url = vault_url or ""
        self.identity_url = ""
        self.environment: dict[str, str] = {}
        self._memory = memory
        self._authorities = authorities
        self._is_stopping = is_stopping
        self._children: list[Child] = []
        self._identity_header = secrets.token_hex(16)

    def __enter__(self) -> Self:
        """Start the emulators; they are ready when this returns."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop everything."""
        self.stop()

    @property
    def children(self) -> tuple[Child, ...]:
        """The processes, in the order in which they were started."""
        return tuple(self._children)

    @property
    def authority(self) -> Path:
        """The certificate to trust for the emulators alone; `SSL_CERT_FILE` of the environment has all others too."""
        return self._certificates.authority

    @property
    def tls(self) -> ssl.SSLContext:
        """A context that trusts the emulators, for clients that take one."""
        return ssl.create_default_context(cafile=self._certificates.authority)

    def stop(self) -> None:
        """End all processes, the last started first; calling it again does nothing."""
        while self._children:
            self._children.pop().stop()

    def start_app(
        self,
        port: int = 0,
        *,
        directory: Path = ROOT,
        host: Host = "local",
        environment: Mapping[str, str] | None = None,
    ) -> App:
        """Start the app and wait until it answers.

        Args:
            port: Where it listens; 0 for a free one.
            directory: The folder with `host.json` and `function_app.py`.
            host: Our local host, or `func` of Core Tools.
            environment: Variables that it gets besides the stack's. Unless they give it, `PUBLIC_URL` is `App.url`.

        Raises:
            StartFailure: The port is taken, or the app did not start; the message says why.
        """
        socket = listen(port)
        with socket:
            url = f"http://{HOST}:{number_of(socket)}"
            variables = self.environment | {"PUBLIC_URL": url} | dict(environment or {})
            if host == "func":
                socket.close()
                child = self._start_func(url.rpartition(":")[2], directory, variables)
            else:
                command = [sys.executable, "-m", "localdev.host", str(directory.absolute())]
                child = self._spawn(
                    "The app", [*command, "--socket", str(socket.fileno())], variables, descriptors=(socket.fileno(),)
                )
        wait_until(lambda: _answers(url + READY_PATH), child, is_stopping=self._is_stopping)
        return App(url, child)

    def run(self, name: str, module: str, environment: Mapping[str, str] | None = None) -> None:
        """Run a Python module to its end, with the environment of the app.

        Raises:
            StartFailure: It ended with an error.
        """
        command = [sys.executable, "-m", module]
        child = self._spawn(name, command, self.environment | dict(environment or {}))
        try:
            while child.is_running():
                wait_until(lambda: not child.is_running(), child, is_stopping=self._is_stopping)
        finally:
            self._children.remove(child)
            child.stop()
        if child.process.returncode:
            raise child.failure()

    def _start(self) -> None:
        self._certificates = certificates.prepare(self.directory / "certificates", self._authorities)
        self.environment = self._common_environment()
        tables = None if self.tables_url else self._start_azurite()
        emulators = self._start_emulators()
        if tables is not None:
            azurite.wait_ready(*tables, self._is_stopping)
        wait_until(lambda: _answers(self.identity_url), emulators, is_stopping=self._is_stopping)
        self.environment |= {"TABLES_URL": self.tables_url, "KEY_VAULT_URL": self.vault_url}

    def _common_environment(self) -> dict[str, str]:
        bundle = str(self._certificates.bundle)
        inherited = {name: value for name, value in os.environ.items() if name not in _CLEARED}  # noqa: TID251 - as above
        no_proxy = ",".join(filter(None, (HOST, "localhost", inherited.get("NO_PROXY") or inherited.get("no_proxy"))))
        return inherited | {
            "NO_PROXY": no_proxy,
            "no_proxy": no_proxy,
            "SSL_CERT_FILE": bundle,
            "REQUESTS_CA_BUNDLE": bundle,
            "IDENTITY_HEADER": self._identity_header,
            "AzureWebJobsDisableHomepage": "true",
        }

    def _start_azurite(self) -> tuple[Child, int]:
        data = self.directory / "azurite"
        child, port = azurite.start_tables(
            self._certificates,
            None if self._memory else data,
            log=self._log("azurite"),
            environment=self.environment,
            directory=data,
        )
        self._children.append(child)
        self.tables_url = azurite.tables_url(port)
        return child, port

    def _start_emulators(self) -> Child:
        tls = ["--certificate", str(self._certificates.server), "--key", str(self._certificates.key)]
        command = [sys.executable, "-m", "localdev.emulators", *tls]
        if not self._memory:
            command += ["--secrets", str(self.directory / "vault.json")]
        with listen() as identity_socket, listen() as vault_socket:
            command += ["--identity", str(identity_socket.fileno())]
            descriptors = [identity_socket.fileno()]
            if not self.vault_url:
                command += ["--vault", str(vault_socket.fileno())]
                descriptors.append(vault_socket.fileno())
                self.vault_url = f"https://{HOST}:{number_of(vault_socket)}"
            self.identity_url = f"http://{HOST}:{number_of(identity_socket)}/msi/token"
            self.environment["IDENTITY_ENDPOINT"] = self.identity_url
            return self._spawn("The Key Vault emulator", command, self.environment, descriptors=tuple(descriptors))

    def _start_func(self, port: str, directory: Path, variables: Mapping[str, str]) -> Child:
        program = which("func")
        if program is None:
            raise StartFailure("Core Tools are not installed (func is not on the PATH): run make without HOST=func.")
        blobs, blobs_port = azurite.start_blobs(
            log=self._log("azurite-blobs"), environment=variables, directory=self.directory / "azurite"
        )
        self._children.append(blobs)
        azurite.wait_ready(blobs, blobs_port, self._is_stopping)
        extra = {
            "AzureWebJobsStorage": azurite.blobs_connection_string(blobs_port),
            "FUNCTIONS_WORKER_RUNTIME": "python",
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), variables.get("PATH", ""))),
        }
        return self._spawn("func", [program, "start", "--port", port], {**variables, **extra}, directory=directory)

    def _spawn(
        self,
        name: str,
        command: list[str],
        environment: Mapping[str, str],
        *,
        directory: Path = ROOT,
        descriptors: tuple[int, ...] = (),
    ) -> Child:
        log = self._log(name.lower().removeprefix("the ").replace(" ", "-"))
        child = start(name, command, log=log, environment=environment, directory=directory, descriptors=descriptors)
        self._children.append(child)
        return child

    def _log(self, name: str) -> Path:
        taken = {child.log for child in self._children}
        logs = self.directory / "logs"
        numbered = (logs / f"{name}{number or ''}.log" for number in range(len(taken) + 1))
        return next(log for log in numbered if log not in taken)


def _answers(url: str) -> bool:
    """Whether something below 500 comes back."""
    try:
        _DIRECT.open(url, timeout=2).close()
    except urllib.error.HTTPError as reply:
        with reply:
            return reply.code < 500  # noqa: PLR2004
    except OSError:
        return False
    return True
