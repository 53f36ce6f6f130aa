"""What the person who started the command reads, and what they must not."""

import json
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

BLANK = "••••••••"


class Refused(Exception):
    """Something could not be done; the message is for the person, and says what to do."""


class Terminated(KeyboardInterrupt):
    """The process is to end now (SIGTERM); unlike after Ctrl-C, there may be nobody to ask."""


class Console:
    """Tells what happens. A secret that it was told of never gets out, wherever it turns up.

    Args:
        write: Takes a line.
    """

    def __init__(self, write: Callable[[str], object] = print) -> None:
        self._write = write
        self._secrets: set[str] = set()

    def keep(self, secret: SecretStr) -> SecretStr:
        """Blank this text from now on."""
        self._secrets.add(secret.get_secret_value())
        return secret

    def say(self, text: str) -> None:
        """Tell something."""
        for secret in filter(None, self._secrets):
            text = text.replace(secret, BLANK)
        self._write(text)

    def show_call(self, method: str, url: str, body: Any) -> None:
        """Tell of a request that was not sent."""
        self.say(f"  would send {method} {url}")
        if body is not None:
            text = json.dumps(body, indent=2, ensure_ascii=False, default=lambda _: BLANK)
            self.say("\n".join(f"    {line}" for line in text.splitlines()))


def as_sent(body: Any) -> bytes:
    """A body as JSON. Secrets are `SecretStr` until here."""
    return json.dumps(body, default=SecretStr.get_secret_value).encode()
