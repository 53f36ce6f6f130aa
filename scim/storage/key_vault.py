"""Digests of provisioning tokens in Azure Key Vault: one secret for each token.

Importing the SDK's client costs a cold start about 0.1 s, and while the cache of verdicts is warm nobody asks the
vault: so the client is imported and built when it is first needed.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, cast

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from scim.errors import Unavailable
from scim.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from azure.core.credentials_async import AsyncTokenCredential
    from azure.core.rest import HttpResponse
    from azure.keyvault.secrets.aio import SecretClient

SECRET_PREFIX = "scim-token-"  # noqa: S105 - the beginning of a name
TIMEOUT_SECONDS = 5.0
"""How long a call takes at most, with everything that the SDK does for it: challenge, token, retry."""
MAX_RETRY_AFTER_SECONDS = 60
_ATTEMPT_SECONDS = 2.0
_UNREACHABLE = Sentence("The vault that holds the tokens is not reachable.")


class KeyVaultTokens:
    """`scim.domain.ports.TokenVault` over Key Vault.

    A secret is named after the token's id; its value is the digest, and it carries the expiry and the id as a tag.

    Args:
        client_factory: Called once, at the first use; see `connect`.
    """

    def __init__(self, client_factory: Callable[[], SecretClient]) -> None:
        self._client_factory = client_factory
        self._client: SecretClient | None = None

    async def digest(self, token_id: str) -> str | None:
        """See the port."""
        try:
            secret = await _bounded(self._connected().get_secret(_name(token_id)))
        except ResourceNotFoundError:
            return None
        except HttpResponseError as error:
            if _is_disabled(error):
                return None
            raise _unavailable(error) from error
        if not isinstance(secret.value, str):
            raise Unavailable(_UNREACHABLE)
        return secret.value

    async def put(self, token_id: str, digest: str, expires: datetime, *, enabled: bool) -> None:
        """See the port."""
        try:
            await _bounded(
                self._connected().set_secret(
                    _name(token_id), digest, enabled=enabled, expires_on=expires, tags={"tokenId": token_id}
                )
            )
        except HttpResponseError as error:
            raise _unavailable(error) from error

    async def set_enabled(self, token_id: str, *, enabled: bool) -> None:
        """See the port."""
        try:
            await _bounded(self._connected().update_secret_properties(_name(token_id), enabled=enabled))
        except ResourceNotFoundError:
            return
        except HttpResponseError as error:
            raise _unavailable(error) from error

    async def close(self) -> None:
        """Close the client, if one was built."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connected(self) -> SecretClient:
        if self._client is None:
            self._client = self._client_factory()
        return self._client


class KeyVaultSecrets:
    """`scim.domain.ports.people.VaultSecrets` over Key Vault.

    Args:
        client_factory: Called once, at the first use; see `connect`.
    """

    def __init__(self, client_factory: Callable[[], SecretClient]) -> None:
        self._client_factory = client_factory
        self._client: SecretClient | None = None

    async def get(self, name: str, version: str = "") -> tuple[str, str] | None:
        """See the port."""
        try:
            secret = await _bounded(self._connected().get_secret(name, version or None))
        except ResourceNotFoundError:
            return None
        except HttpResponseError as error:
            if _is_disabled(error):
                return None
            raise _unavailable(error) from error
        if not isinstance(secret.value, str) or not secret.properties.version:
            raise Unavailable(_UNREACHABLE)
        return secret.value, secret.properties.version

    async def set(self, name: str, value: str) -> str:
        """See the port."""
        try:
            secret = await _bounded(self._connected().set_secret(name, value))
        except HttpResponseError as error:
            raise _unavailable(error) from error
        if not secret.properties.version:
            raise Unavailable(_UNREACHABLE)
        return secret.properties.version

    async def disable(self, name: str) -> None:
        """See the port."""
        try:
            await _bounded(self._connected().update_secret_properties(name, enabled=False))
        except ResourceNotFoundError:
            return
        except HttpResponseError as error:
            raise _unavailable(error) from error

    async def delete(self, name: str) -> None:
        """See the port."""
        try:
            await _bounded(self._connected().delete_secret(name))
        except ResourceNotFoundError:
            return
        except HttpResponseError as error:
            raise _unavailable(error) from error

    async def close(self) -> None:
        """Close the client, if one was built."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connected(self) -> SecretClient:
        if self._client is None:
            self._client = self._client_factory()
        return self._client


def connect(vault_url: str, credential: AsyncTokenCredential) -> SecretClient:
    """A client that gives up soon: one retry when the connection fails, none when the vault refuses.

    A refusal says when to come back, and the identity provider that calls us can wait where we cannot.
    """
    from azure.keyvault.secrets.aio import SecretClient  # noqa: PLC0415 - see the module

    return SecretClient(
        vault_url,
        credential,
        retry_total=1,
        retry_status=0,
        retry_backoff_factor=0.1,
        connection_timeout=_ATTEMPT_SECONDS,
        read_timeout=_ATTEMPT_SECONDS,
        logging_enable=False,  # bodies hold digests
    )


async def _bounded[T](call: Awaitable[T]) -> T:
    """Await the call, for a limited time; what is no reply of the vault becomes `Unavailable`.

    Cut-off and malformed replies surface as all sorts of exceptions, of the SDK, of aiohttp and of the JSON parser.
    """
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await call
    except HttpResponseError:
        raise
    except Exception as error:
        raise Unavailable(_UNREACHABLE) from error


def _name(token_id: str) -> str:
    return f"{SECRET_PREFIX}{token_id}"


def _is_disabled(error: HttpResponseError) -> bool:
    """Whether the secret is there and disabled; other 403s mean that this app may not read it."""
    if error.status_code != 403:  # noqa: PLR2004
        return False
    try:
        reply = json.loads(error.response.text()) if error.response is not None else {}
        return bool(reply["error"]["innererror"]["code"] == "SecretDisabled")
    except (KeyError, TypeError, ValueError):
        return False


def _unavailable(error: HttpResponseError) -> Unavailable:
    response = cast("HttpResponse | None", error.response)
    wanted = "" if response is None else response.headers.get("Retry-After", "")
    if wanted.isascii() and wanted.isdecimal():
        return Unavailable(_UNREACHABLE, min(int(wanted), MAX_RETRY_AFTER_SECONDS))
    return Unavailable(_UNREACHABLE)
