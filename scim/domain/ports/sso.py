"""What the sign-in at identity providers needs from the outside. See `scim.domain.ports`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scim.domain.sso import (
    Certificate,
    Identity,
    SamlConfiguration,
    SignInRequest,
    SsoConfiguration,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """What administrators enter at an identity provider.

    Attributes:
        identifier: Identifier (Entity ID) of SAML; our metadata is there.
        reply_url: Reply URL of SAML.
        encryption_certificate: Where the certificate is that assertions of SAML may be encrypted for.
        redirect_uri: Of OpenID Connect.
        sign_in_link: Whoever opens it goes to the provider to sign in.
    """

    identifier: str
    reply_url: str
    encryption_certificate: str
    redirect_uri: str
    sign_in_link: str


class SecretVersions(Protocol):
    """Which version of a secret in the vault is in force, where several instances may make one at once."""

    async def in_force(self, name: str) -> str:
        """The version; "" for none yet."""
        ...

    async def settle(self, name: str, version: str, *, instead_of: str) -> str:
        """Let a version be in force, unless another one than `instead_of` has come to be; returns the one that is."""
        ...


class SingleSignOn(Protocol):
    """The two protocols, whichever of them a provider uses."""

    def addresses(self, provider_id: str) -> Addresses:
        """What we are to a provider."""
        ...

    async def metadata(self, provider_id: str) -> bytes:
        """Our SAML metadata for a provider: an XML document.

        Raises:
            Unavailable: The key whose certificate is in there cannot be read.
        """
        ...

    async def encryption_certificate(self) -> Certificate:
        """The certificate that assertions may be encrypted for; the key is made when it is first asked for.

        Raises:
            Unavailable: See `metadata`.
        """
        ...

    async def begin(
        self, provider_id: str, configuration: SsoConfiguration, *, fresh: bool = False, login_hint: str = ""
    ) -> tuple[SignInRequest, str]:
        """A sign-in that begins, and where the browser is to go.

        Args:
            provider_id: The provider.
            configuration: Its own.
            fresh: Whether it is to ask for the password even of somebody who has a session there.
            login_hint: Who wants to sign in, as typed; "" for nobody yet.

        Raises:
            AnswerRefused: The provider cannot be used, or not be reached.
        """
        ...

    async def identity(
        self,
        provider_id: str,
        configuration: SsoConfiguration,
        answer: Sequence[tuple[str, str]],
        request: SignInRequest | None,
        client_secret: str,
    ) -> Identity:
        """Who has signed in. It may ask the provider, so an answer is judged once.

        Args:
            provider_id: The provider.
            configuration: Its own.
            answer: The fields of the form, or the parameters of the address, as they came.
            request: What has to be answered. None takes only what answers no request at all, in SAML.
            client_secret: Of OpenID Connect; "" for SAML.

        Raises:
            AnswerRefused: The answer lets nobody in.
            Unavailable: It is encrypted, and the key to it cannot be read.
        """
        ...

    def certificates(self, texts: Sequence[str]) -> Sequence[Certificate]:
        """The certificates that an administrator pasted, those left out that have expired beside one that has not.

        Raises:
            ConfigurationRefused: One is none, or too weak, or all have expired.
        """
        ...

    def stored_certificates(self, configuration: SamlConfiguration) -> Sequence[Certificate]:
        """The certificates of a configuration, expired ones, too; what cannot be read is left out."""
        ...

    def read_metadata(self, document: bytes) -> SamlConfiguration:
        """The configuration that a provider's SAML metadata describes.

        Raises:
            ConfigurationRefused: Says what is the matter.
        """
        ...

    async def fetch_metadata(self, url: str) -> SamlConfiguration:
        """The same, from where the provider publishes it.

        Raises:
            ConfigurationRefused: It cannot be got, or says what is the matter.
        """
        ...
