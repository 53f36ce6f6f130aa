"""The port `scim.domain.ports.sso` over SAML and OpenID Connect, each loaded when somebody first signs in by it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from scim.domain.ports import Clock
from scim.domain.ports.people import VaultSecrets
from scim.domain.ports.sso import Addresses, SecretVersions
from scim.domain.sso import (
    AnswerRefused,
    Certificate,
    ConfigurationRefused,
    Identity,
    OidcConfiguration,
    SamlConfiguration,
    SignInRequest,
    SsoConfiguration,
)

if TYPE_CHECKING:
    from scim.sso.fetching import Fetcher
    from scim.sso.oidc.answers import Answers
    from scim.sso.oidc.discovery import Issuers
    from scim.sso.saml.encryption_keys import EncryptionKeys


class Engines:
    """See `scim.domain.ports.sso.SingleSignOn`.

    Args:
        public_url: The base of all links, without a slash at its end.
        secrets: Where the key for encrypted assertions is.
        versions: Which version of it is in force.
        clock: The time.
        allows_loopback: Whether identity providers may be on this machine, without TLS: for local runs and tests.
    """

    def __init__(
        self,
        public_url: str,
        secrets: VaultSecrets,
        versions: SecretVersions,
        clock: Clock,
        *,
        allows_loopback: bool,
    ) -> None:
        self._public_url = public_url
        self._secrets = secrets
        self._versions = versions
        self._clock = clock
        self._allows_loopback = allows_loopback

    def addresses(self, provider_id: str) -> Addresses:
        """See there."""
        base = f"{self._public_url}/console/sso/{provider_id}"
        return Addresses(
            identifier=f"{base}/metadata",
            reply_url=f"{base}/acs",
            encryption_certificate=f"{base}/encryption.cer",
            redirect_uri=f"{base}/callback",
            sign_in_link=base,
        )

    async def metadata(self, provider_id: str) -> bytes:
        """See there. Two calls of storage and one of the vault the first time, then none."""
        from scim.sso.saml.service_provider import ServiceProvider  # noqa: PLC0415

        key = await self._encryption_keys.current()
        return ServiceProvider.of(self._public_url, provider_id, key).metadata()

    async def encryption_certificate(self) -> Certificate:
        """See there. As many calls as `metadata`."""
        from scim.sso.saml.certificates import described  # noqa: PLC0415

        (certificate,) = described([(await self._encryption_keys.current()).certificate])
        return certificate

    async def begin(
        self, provider_id: str, configuration: SsoConfiguration, *, fresh: bool = False, login_hint: str = ""
    ) -> tuple[SignInRequest, str]:
        """See there. One fetch in an hour for OpenID Connect, none for SAML."""
        from scim.sso.oidc.requests import new_request  # noqa: PLC0415 - it needs nothing but hashes

        request = new_request(self._clock.now())
        match configuration:
            case SamlConfiguration():
                return request, self._saml_url(provider_id, configuration, request, fresh=fresh)
            case OidcConfiguration():
                url = await self._oidc_url(provider_id, configuration, request, fresh=fresh, login_hint=login_hint)
                return request, url

    def _saml_url(
        self, provider_id: str, configuration: SamlConfiguration, request: SignInRequest, *, fresh: bool
    ) -> str:
        from scim.sso.saml.requests import sign_in_url  # noqa: PLC0415
        from scim.sso.saml.service_provider import ServiceProvider  # noqa: PLC0415

        us = ServiceProvider.of(self._public_url, provider_id)
        return sign_in_url(configuration, us, request, force=fresh)

    async def _oidc_url(
        self,
        provider_id: str,
        configuration: OidcConfiguration,
        request: SignInRequest,
        *,
        fresh: bool,
        login_hint: str,
    ) -> str:
        from scim.sso.oidc.requests import authorization_url, redirect_uri  # noqa: PLC0415

        try:
            server = await self._issuers.server(configuration.issuer)
        except ConfigurationRefused as refusal:
            raise AnswerRefused(refusal.detail, refusal.code) from None
        back = redirect_uri(self._public_url, provider_id)
        return authorization_url(server, configuration, request, back, fresh=fresh, login_hint=login_hint)

    async def identity(
        self,
        provider_id: str,
        configuration: SsoConfiguration,
        answer: Sequence[tuple[str, str]],
        request: SignInRequest | None,
        client_secret: str,
    ) -> Identity:
        """See there."""
        match configuration:
            case SamlConfiguration():
                return await self._saml_identity(provider_id, configuration, answer, request)
            case OidcConfiguration():
                return await self._oidc_identity(provider_id, configuration, answer, request, client_secret)

    async def _saml_identity(
        self,
        provider_id: str,
        configuration: SamlConfiguration,
        answer: Sequence[tuple[str, str]],
        request: SignInRequest | None,
    ) -> Identity:
        from scim.sso.saml.refusals import refused  # noqa: PLC0415
        from scim.sso.saml.responses import read_answer  # noqa: PLC0415
        from scim.sso.saml.service_provider import ServiceProvider  # noqa: PLC0415

        posted = [value for name, value in answer if name == "SAMLResponse"]
        if len(posted) != 1:
            raise refused("not_a_response")
        us, now = ServiceProvider.of(self._public_url, provider_id), self._clock.now()
        try:
            return read_answer(posted[0], configuration, us, request, now)
        except AnswerRefused as refusal:
            if refusal.code != "encrypted" or (key := await self._encryption_keys.present()) is None:
                raise
        return read_answer(posted[0], configuration, replace(us, encryption_key=key), request, now)

    async def _oidc_identity(
        self,
        provider_id: str,
        configuration: OidcConfiguration,
        answer: Sequence[tuple[str, str]],
        request: SignInRequest | None,
        client_secret: str,
    ) -> Identity:
        from scim.sso.oidc.answers import Client  # noqa: PLC0415
        from scim.sso.oidc.requests import redirect_uri  # noqa: PLC0415

        if request is None:
            raise ValueError("An answer of OpenID Connect always answers a request.")
        client = Client(
            configuration=configuration,
            secret=client_secret,
            redirect_uri=redirect_uri(self._public_url, provider_id),
        )
        return await self._answers.identity(answer, request, client)

    def certificates(self, texts: Sequence[str]) -> Sequence[Certificate]:
        """See there."""
        from scim.sso.saml.certificates import read_certificates  # noqa: PLC0415

        found: list[Certificate] = []
        expired: ConfigurationRefused | None = None
        for text in texts:
            try:
                found += read_certificates(text, self._clock.now())
            except ConfigurationRefused as refusal:
                if refusal.code != "certificate_expired":
                    raise
                expired = refusal
        if expired is not None and not found:
            raise expired
        return list(dict.fromkeys(found))

    def stored_certificates(self, configuration: SamlConfiguration) -> Sequence[Certificate]:
        """See there."""
        from scim.sso.saml.certificates import described  # noqa: PLC0415

        return described(configuration.certificates)

    def read_metadata(self, document: bytes) -> SamlConfiguration:
        """See there."""
        from scim.sso.saml.metadata import read_metadata  # noqa: PLC0415

        return read_metadata(document, self._clock.now(), local=self._allows_loopback).configuration

    async def fetch_metadata(self, url: str) -> SamlConfiguration:
        """See there. One fetch."""
        from scim.sso.saml.metadata import LIMIT  # noqa: PLC0415

        return self.read_metadata(await self._fetcher.fetch(url, limit=LIMIT))

    @cached_property
    def _fetcher(self) -> "Fetcher":
        from scim.sso.fetching import Fetcher  # noqa: PLC0415

        return Fetcher(allows_loopback=self._allows_loopback)

    @cached_property
    def _encryption_keys(self) -> "EncryptionKeys":
        from scim.sso.saml.encryption_keys import EncryptionKeys  # noqa: PLC0415

        return EncryptionKeys(self._secrets, self._versions, self._clock)

    @cached_property
    def _issuers(self) -> "Issuers":
        from scim.sso.oidc.discovery import Issuers  # noqa: PLC0415

        return Issuers(self._fetcher, self._clock)

    @cached_property
    def _answers(self) -> "Answers":
        from scim.sso.oidc.answers import Answers  # noqa: PLC0415

        return Answers(self._issuers, self._fetcher, self._clock)
