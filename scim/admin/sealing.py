"""Sealing small texts with keys that are kept in Key Vault.

A sealed text begins with the version of the key: who opens it asks the vault for that very version. So a new key can be
made at any time, and two instances that make the first one at once harm nobody. Keys are remembered, so that the vault
is asked once for each version and instance.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from secrets import token_bytes

from scim.domain.ports.people import VaultSecrets

SECRET_NAME = "sealing-key"  # noqa: S105 - a name
_KEY_BYTES = 32
_NONCE_BYTES = 12
_PADDING = "="
_VERSION = re.compile(r"[0-9a-f]{32}")
"""How Key Vault names versions."""


class VaultSealer:
    """`scim.domain.ports.people.Sealer`: AES-256-GCM; the purpose is authenticated with the content."""

    def __init__(self, secrets: VaultSecrets) -> None:
        self._secrets = secrets
        self._keys: dict[str, bytes] = {}
        self._current = ""

    async def seal(self, purpose: str, content: str) -> str:
        """See the port."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - only sign-in needs it

        version, key = await self._newest()
        nonce = token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(key).encrypt(nonce, content.encode(), purpose.encode())
        return f"{version}.{urlsafe_b64encode(sealed).decode().rstrip(_PADDING)}"

    async def open(self, purpose: str, sealed: str) -> str | None:
        """See the port."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        version, _, text = sealed.partition(".")
        if not _VERSION.fullmatch(version) or not text.isascii():
            return None  # and the vault is not asked for what it cannot have
        key = await self._key(version)
        try:
            content = urlsafe_b64decode(text + _PADDING * (-len(text) % 4))
            if key is None:
                return None
            return AESGCM(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            return None

    async def _newest(self) -> tuple[str, bytes]:
        if not self._current:
            found = await self._secrets.get(SECRET_NAME)
            if found is None:
                value = token_bytes(_KEY_BYTES).hex()
                found = value, await self._secrets.set(SECRET_NAME, value)
            value, self._current = found
            self._keys[self._current] = bytes.fromhex(value)
        return self._current, self._keys[self._current]

    async def _key(self, version: str) -> bytes | None:
        if version not in self._keys:
            found = await self._secrets.get(SECRET_NAME, version)
            if found is None:
                return None
            self._keys[version] = bytes.fromhex(found[0])
        return self._keys[version]
