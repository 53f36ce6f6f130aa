"""Everything that the app needs around it, on free ports of this machine: for `make run` and for tests alike.

    with Stack(directory, memory=True) as stack:
        app = stack.start_app()
        httpx.get(f"{app.url}/ws/scim/v2/ServiceProviderConfig")

`stack.environment` is the whole difference between running here and running in Azure.
"""

import contextlib
import os
import secrets
import ssl
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from localdev import apps, azurite, certificates
from localdev.apps import READY_PATH, App, Host, PendingApp, answers
from localdev.certificates import Certificates
from localdev.ports import HOST, listen, number_of, reserve
from localdev.processes import Child, start, wait_until

ROOT = Path(__file__).parent.parent
_CLEARED = ("MSI_ENDPOINT", "MSI_SECRET", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT", "AZURE_CLIENT_ID")
"""Variables by which the SDK would look for another identity than ours."""
_DEFAULTS = {"SECURITY_CONTACT": "mailto:security@contoso.com", "LOCAL_IDENTITY_PROVIDERS": "true"}
"""What the app gets unless the environment says otherwise: the demo tenant's own."""


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
        self._waits: list[Callable[[], None]] = []
        self._sockets = contextlib.ExitStack()
        self._identity_header = secrets.token_hex(16)

    def __enter__(self) -> Self:
        """Start the emulators; they are ready when this returns."""
        try:
            self.launch()
            self.wait_ready()
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
    def certificates(self) -> Certificates:
        """What to serve with on this machine, so that the app trusts it."""
        return self._certificates

    @property
    def authority(self) -> Path:
        """The certificate to trust for the emulators alone; `SSL_CERT_FILE` of the environment has all others too."""
        return self._certificates.authority

    @property
    def tls(self) -> ssl.SSLContext:
        """A context that trusts the emulators, for clients that take one."""
        return ssl.create_default_context(cafile=self._certificates.authority)

    def launch(self) -> None:
        """Start the emulators without waiting for them; their URLs and `environment` are known when this returns."""
        self._certificates = certificates.prepare(self.directory / "certificates", self._authorities)
        self.environment = self._common_environment()
        if not self.tables_url:
            self._launch_azurite()
        self._launch_emulators()
        self.environment |= {"TABLES_URL": self.tables_url, "KEY_VAULT_URL": self.vault_url}

    def launch_backups(self) -> str:
        """Start a blob service without waiting for it; returns the URL of a container, which is still to be made."""
        data = self.directory / "azurite"
        child, port = azurite.start_backups(
            self._certificates,
            None if self._memory else data,
            log=self._log("azurite-backups"),
            environment=self.environment,
            directory=data,
        )
        self._children.append(child)
        self._waits.append(lambda: azurite.wait_ready(child, port, self._is_stopping))
        return azurite.container_url(port, "backups")

    def wait_ready(self) -> None:
        """Return when all that was launched is ready.

        Raises:
            StartFailure: Something did not start.
        """
        while self._waits:
            self._waits.pop()()

    def stop(self) -> None:
        """End all processes, the last started first; calling it again does nothing."""
        while self._children:
            self._children.pop().stop()
        self._sockets.close()

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
        return self.prepare_app(port, directory=directory, host=host, environment=environment).open()

    def prepare_app(
        self,
        port: int = 0,
        *,
        directory: Path = ROOT,
        host: Host = "local",
        environment: Mapping[str, str] | None = None,
    ) -> PendingApp:
        """Take the port and let the app load while other things happen; see `start_app`."""
        server = self._sockets.enter_context(reserve(port))
        url = apps.url_of(server)
        variables = {**self.environment, "PUBLIC_URL": url, **(environment or {})}
        if host == "func":
            command = apps.func_command(number_of(server))
            server.close()
            return PendingApp(url, lambda: self._open_func(url, command, directory, variables))
        command = apps.local_command(directory, server)
        child = self._spawn("The app", command, variables, descriptors=(server.fileno(),))

        def open_local() -> App:
            apps.open_local(server)
            return self._opened(url, child)

        return PendingApp(url, open_local)

    def run(self, name: str, module: str, environment: Mapping[str, str] | None = None) -> None:
        """Run a Python module to its end, with the environment of the app.

        Raises:
            StartFailure: It ended with an error.
        """
        child = self._spawn(name, [sys.executable, "-m", module], {**self.environment, **(environment or {})})
        try:
            wait_until(lambda: not child.is_running(), child, is_stopping=self._is_stopping)
        finally:
            self._children.remove(child)
            child.stop()
        if child.process.returncode:
            raise child.failure()

    def _common_environment(self) -> dict[str, str]:
        bundle = str(self._certificates.bundle)
        inherited = {name: value for name, value in os.environ.items() if name not in _CLEARED}  # noqa: TID251 - as above
        no_proxy = ",".join(filter(None, (HOST, "localhost", inherited.get("NO_PROXY") or inherited.get("no_proxy"))))
        return (
            _DEFAULTS
            | inherited
            | {
                "NO_PROXY": no_proxy,
                "no_proxy": no_proxy,
                "SSL_CERT_FILE": bundle,
                "REQUESTS_CA_BUNDLE": bundle,
                "IDENTITY_HEADER": self._identity_header,
                "AzureWebJobsDisableHomepage": "true",
            }
        )

    def _launch_azurite(self) -> None:
        data = self.directory / "azurite"
        child, port = azurite.start_tables(
            self._certificates,
            None if self._memory else data,
            log=self._log("azurite"),
            environment=self.environment,
            directory=data,
        )
        self._children.append(child)
        self._waits.append(lambda: azurite.wait_ready(child, port, self._is_stopping))
        self.tables_url = azurite.tables_url(port)

    def _launch_emulators(self) -> None:
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
            child = self._spawn("The Key Vault emulator", command, self.environment, descriptors=tuple(descriptors))
        self._waits.append(lambda: wait_until(lambda: answers(self.identity_url), child, is_stopping=self._is_stopping))

    def _open_func(self, url: str, command: list[str], directory: Path, variables: Mapping[str, str]) -> App:
        blobs, port = azurite.start_blobs(
            log=self._log("azurite-blobs"), environment=variables, directory=self.directory / "azurite"
        )
        self._children.append(blobs)
        azurite.wait_ready(blobs, port, self._is_stopping)
        environment = apps.func_environment(variables, azurite.blobs_connection_string(port))
        return self._opened(url, self._spawn("func", command, environment, directory=directory))

    def _opened(self, url: str, child: Child) -> App:
        wait_until(lambda: answers(url + READY_PATH), child, is_stopping=self._is_stopping)
        return App(url, child)

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
