"""The relying party, as the tests use it."""

from dataclasses import dataclass, field

from scim.domain.sso import Identity, NameClaim, OidcConfiguration, SignInRequest
from scim.sso.fetching import Fetcher
from scim.sso.oidc.answers import Answers, Client
from scim.sso.oidc.discovery import Issuers
from scim.sso.oidc.requests import authorization_url, new_request, redirect_uri
from tests.unit.sso.oidc.double import CLIENT_ID, CODE, SECRET, Double
from tests.world import StandingClock

REDIRECT_URI = redirect_uri("https://rollcall.example", "entra")


@dataclass
class Party:
    """Rollcall, as the provider meets it."""

    double: Double
    clock: StandingClock
    fetcher: Fetcher
    name_claims: tuple[NameClaim, ...] = OidcConfiguration.DEFAULT_NAME_CLAIMS
    secret: str = SECRET
    issuer: str = ""
    request: SignInRequest = field(init=False)

    def __post_init__(self) -> None:
        self.issuers = Issuers(self.fetcher, self.clock)
        self.answers = Answers(self.issuers, self.fetcher, self.clock)
        self.request = new_request(self.clock.now())

    @property
    def client(self) -> Client:
        configuration = OidcConfiguration(
            issuer=self.issuer or self.double.issuer, client_id=CLIENT_ID, name_claims=self.name_claims
        )
        return Client(configuration=configuration, secret=self.secret, redirect_uri=REDIRECT_URI)

    async def leave(self) -> str:
        """Send somebody to the provider; returns the address."""
        server = await self.issuers.server(self.client.configuration.issuer)
        self.request = new_request(self.clock.now())
        url = authorization_url(server, self.client.configuration, self.request, REDIRECT_URI)
        self.double.authorize(url)
        return url

    async def judge(self, *more: tuple[str, str], **parameters: str | None) -> Identity:
        """Judge the answer that has these parameters besides, or in place of, the right ones."""
        right = {"code": CODE, "state": self.request.id} | parameters
        pairs = [(name, value) for name, value in right.items() if value is not None]
        return await self.answers.identity([*pairs, *more], self.request, self.client)

    async def sign_in(self) -> Identity:
        """The whole way."""
        await self.leave()
        return await self.judge()
