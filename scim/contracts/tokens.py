"""Provisioning tokens of identity providers, and the banners about them."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from scim.admin.banners import Banner, BannerKind
from scim.admin.token_issuing import IssuedToken
from scim.admin.tokens import TokenPage
from scim.contracts.base import Contract, Moment, Name, PageOf
from scim.domain.tokens import Ending, EndReason, Rotation, Token, TokenState, TokenUse


class NewToken(Contract):
    """What a new token is to be."""

    label: Name | None = None
    """What administrators call it."""


class TokenUseDetails(Contract):
    """The last request that came with a token, to within five minutes."""

    at: Moment
    address: str | None = None
    """Where it came from."""
    agent: str | None = None
    """How the client names itself; Entra ID does not."""

    @classmethod
    def of_use(cls, use: TokenUse) -> Self:
        """From the domain."""
        return cls(at=use.at, address=use.address or None, agent=use.agent or None)


class TokenEnding(Contract):
    """The end of a token."""

    at: Moment
    reason: EndReason
    by: str
    """Who ended it; "Rollcall" when it ended by itself."""

    @classmethod
    def of_ending(cls, ending: Ending) -> Self:
        """From the domain."""
        return cls(at=ending.at, reason=ending.reason, by=ending.actor.name or ending.actor.id)


class TokenDetails(Contract):
    """A provisioning token, without its text."""

    id: str
    label: str | None = None
    last_four: str
    """The last four characters of the secret, to recognise the token by."""
    state: Literal["active", "expired", "revoked"]
    created_at: Moment
    created_by: str
    """Who generated it."""
    expires_at: Moment
    """From this moment on it is refused: six calendar months after it was generated."""
    days_left: Annotated[int, Field(ge=0)]
    """Until it expires, a begun day counted whole; 0 when it has ended."""
    last_use: TokenUseDetails | None = None
    ended: TokenEnding | None = None

    @classmethod
    def at(cls, token: Token, now: datetime, /, **more: object) -> Self:
        """The token as it is at a moment."""
        expired = token.state is not TokenState.REVOKED and token.is_expired(now)
        state = TokenState.EXPIRED if expired else token.state
        return cls.of(
            token,
            label=token.label or None,
            state=state.value,
            created_by=token.created_by_name or token.created_by,
            days_left=token.days_left(now) if token.is_live(now) else 0,
            last_use=TokenUseDetails.of_use(token.last_use) if token.last_use else None,
            ended=TokenEnding.of_ending(token.ending) if token.ending else None,
            **more,
        )


class NewTokenDetails(TokenDetails):
    """A new token: the only time that its text is to be had (R031)."""

    token: str
    """Secret token: paste it into the identity provider."""
    scim_url: str
    """SCIM API endpoint URL (tenant URL): paste it there too."""

    @classmethod
    def of_issued(cls, issued: IssuedToken, now: datetime, scim_url: str) -> Self:
        """From the use case."""
        return cls.at(issued.token, now, token=issued.text, scim_url=scim_url)


class RotationDetails(Contract):
    """A rotation that is running: both tokens are live."""

    old: str
    """The id of the token that is replaced."""
    new: str
    """The id of the token that replaces it."""
    has_switched: bool
    """Whether the identity provider's last request came with the new token: then the rotation can be finished."""

    @classmethod
    def of_rotation(cls, rotation: Rotation) -> Self:
        """From the domain."""
        return cls(old=rotation.old.id, new=rotation.new.id, has_switched=rotation.has_switched)


class ProviderTokens(PageOf[TokenDetails]):
    """Tokens of an identity provider, newest first."""

    scim_url: str
    """SCIM API endpoint URL (tenant URL)."""
    rotation: RotationDetails | None = None
    """The rotation that is running, whatever the page."""

    @classmethod
    def at_moment(cls, page: TokenPage, now: datetime, scim_url: str) -> Self:
        """From the use case."""
        return cls(
            items=tuple(TokenDetails.at(token, now) for token in page.tokens),
            next=page.next,
            scim_url=scim_url,
            rotation=RotationDetails.of_rotation(page.rotation) if page.rotation else None,
        )


class BannerDetails(Contract):
    """What needs somebody's attention."""

    kind: BannerKind
    detail: str
    """For people."""
    provider_id: str
    token_id: str | None = None
    """Absent when the banner is not about a token."""
    expires_at: Moment | None = None
    days_left: int | None = None

    @classmethod
    def of_banner(cls, banner: Banner) -> Self:
        """From the use case."""
        return cls(
            kind=banner.kind,
            detail=banner.detail,
            provider_id=banner.provider.id,
            token_id=banner.token.id if banner.token else None,
            expires_at=banner.token.expires_at if banner.token else None,
            days_left=banner.days_left,
        )


class Banners(Contract):
    """The banners for you, most urgent first."""

    items: tuple[BannerDetails, ...]
