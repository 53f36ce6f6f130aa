"""Real identity providers, one of each protocol, on this machine and with keys of their own.

    identity_provider = IdentityProvider("saml", stack, folder)     # `origin` is known, and can be entered
    identity_provider.start(serviceProvider="http://…/metadata")    # with what it has to know of us
    identity_provider.stop()

They are npm packages, behind a form on which people say who they are. For SAML it is samlify: it is kept up, signs
assertions with RSA-SHA256, and needs ten small packages; saml-idp brings Express along, and a branch of samlp that only
GitHub has. For OpenID Connect it is oidc-provider, which is certified by the OpenID Foundation.

They are at "localhost" and the app is at 127.0.0.1: another site, so the browser treats its cookies as in life.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from localdev.ports import listen, number_of
from localdev.processes import Child, start
from localdev.stack import Stack

FOLDER = Path(__file__).parent


class IdentityProvider:
    """One that has its address already, and waits for what it has to know of us.

    Args:
        program: `saml` or `openid_connect`, with its settings at the top.
        stack: Whose certificate it serves with: the app trusts it.
        folder: For its settings and its log.

    Attributes:
        host: As in `origin`.
        origin: Its address, without a slash at its end.
    """

    def __init__(self, program: str, stack: Stack, folder: Path) -> None:
        self._program = program
        self._stack = stack
        self._folder = folder
        self._socket = listen()  # who connects before it has started is served as soon as it has
        self._child: Child | None = None
        self.host = f"localhost:{number_of(self._socket)}"
        self.origin = f"https://{self.host}"

    def start(self, **settings: Any) -> None:
        """Start it."""
        node = shutil.which("node")
        assert node, "The identity providers of the tests need Node.js."
        tls = {"certificate": str(self._stack.certificates.server), "key": str(self._stack.certificates.key)}
        known = {"origin": self.origin, "socket": self._socket.fileno(), "tls": tls, **settings}
        file = self._folder / f"{self._program}.json"
        file.write_text(json.dumps(known), "utf-8")
        self._child = start(
            f"The identity provider ({self._program})",
            [node, str(FOLDER / f"{self._program}.mjs"), str(file)],
            log=self._folder / f"{self._program}.log",
            environment=self._stack.environment,
            directory=self._folder,
            descriptors=[self._socket.fileno()],
        )
        self._socket.close()  # when it ends, connections are refused

    def stop(self) -> None:
        """Stop it.

        Raises:
            StartFailure: It has ended by itself; what it said last is in the message.
        """
        self._socket.close()
        if self._child is None:
            return
        failure = None if self._child.is_running() else self._child.failure()
        self._child.stop()
        if failure:
            raise failure
