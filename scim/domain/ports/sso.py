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
        redirect_uri: Of OpenID Connect.
    """

    identifier: str
    reply_url: str
    redirect_uri: str


class SingleSignOn(Protocol):
    """The two protocols, whichever of them a provider uses."""

    def addresses(self, provider_id: str) -> Addresses:
        """What we are to a provider."""
        ...

    def metadata(self, provider_id: str) -> bytes:
        """Our SAML metadata for a provider: an XML document."""
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
