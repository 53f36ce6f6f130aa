"""The key that assertions may be encrypted for: one for the deployment, made when it is first asked for.

It is in Key Vault, and its certificate in our metadata. Key Vault cannot be told to write only if there is nothing yet;
so a row of storage says which version is in force. Of two instances that make one at once, both use the first's.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from scim.domain.ports import Clock
from scim.domain.ports.people import VaultSecrets
from scim.domain.ports.sso import SecretVersions
from scim.errors import Unavailable
from scim.sentences import Sentence
from scim.sso.saml.service_provider import EncryptionKey

SECRET_NAME = "saml-encryption-key"  # noqa: S105 - a name
_RSA_BITS = 3072
_LIFE = timedelta(days=3652)
"""Ten years: identity providers are not told of another one, so it is exchanged by hand."""
_NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Rollcall SAML encryption")])
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


class EncryptionKeys:
    """The key, which is remembered.

    Args:
        secrets: Where it is.
        versions: Which version of it is in force.
        clock: From when its certificate is good.
    """

    def __init__(self, secrets: VaultSecrets, versions: SecretVersions, clock: Clock) -> None:
        self._secrets = secrets
        self._versions = versions
        self._clock = clock
        self._known: EncryptionKey | None = None
        self._one_at_a_time = asyncio.Lock()

    async def current(self) -> EncryptionKey:
        """The key; a new one where there is none, or where the one in force is switched off or lost.

        Raises:
            Unavailable: The vault, or storage, cannot be reached.
        """
        async with self._one_at_a_time:  # making one takes a second of a processor
            if self._known is not None:
                return self._known
            with _telling():
                before, found = await self._look()
                return await self._settled(before, found or await self._made())

    async def present(self) -> EncryptionKey | None:
        """The key, if there is one: without it nobody has encrypted anything for us.

        Raises:
            Unavailable: See `current`.
        """
        if self._known is not None:
            return self._known
        with _telling():
            before, found = await self._look()
            return await self._settled(before, found) if found else None

    async def _look(self) -> tuple[str, tuple[str, str] | None]:
        """Which version is in force, and what it holds; the latest one while none is."""
        version = await self._versions.in_force(SECRET_NAME)
        return version, await self._secrets.get(SECRET_NAME, version)

    async def _made(self) -> tuple[str, str]:
        key = await asyncio.to_thread(new_key, self._clock.now())
        value = key.private_key + key.certificate
        return value, await self._secrets.set(SECRET_NAME, value)

    async def _settled(self, before: str, found: tuple[str, str]) -> EncryptionKey:
        """What was found is in force from now on, unless another instance was faster."""
        version = await self._versions.settle(SECRET_NAME, found[1], instead_of=before)
        theirs = found if version == found[1] else await self._secrets.get(SECRET_NAME, version)
        if theirs is None:  # switched off in this moment
            raise Unavailable
        self._known = _read(theirs[0])
        return self._known


def new_key(now: datetime) -> EncryptionKey:
    """An RSA key, and a certificate that it signs itself: identity providers want the public key in that form."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    builder = x509.CertificateBuilder(_NAME, _NAME, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(now).not_valid_after(now + _LIFE).sign(key, hashes.SHA256())
    return EncryptionKey(
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        certificate=certificate.public_bytes(Encoding.PEM).decode(),
    )


def _read(value: str) -> EncryptionKey:
    """The secret holds the key, and its certificate behind it."""
    private_key, begins, certificate = value.partition(_CERTIFICATE)
    return EncryptionKey(private_key=private_key, certificate=begins + certificate)


@contextmanager
def _telling() -> Iterator[None]:
    """Say what cannot be reached, and for what it is."""
    try:
        yield
    except Unavailable as error:
        raise Unavailable(
            Sentence("The key for encrypted assertions cannot be read at the moment. Try again in a minute."),
            error.retry_after_seconds,
        ) from error
