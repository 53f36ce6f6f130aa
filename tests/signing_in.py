"""Somebody who signs in at an identity provider, in the test's process: a browser with its cookies, and two doubles.

    provider = SamlProvider(admin)
    await provider.connect(SsoState.ENABLED)
    browser = Browser(admin)
    await browser.leave()                                        # the link of the provider
    page = await browser.come_back(provider, name="ana@contoso.com")   # what the provider has it post
    page = await browser.get("account")                          # with the session that has begun

`OidcProvider(admin, double)` is one of OpenID Connect: `await browser.come_back(provider)`.
"""

import html
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from scim.domain.sso import OidcConfiguration, SamlConfiguration, Sso, SsoState, client_secret_name
from tests.admin_world import AdminWorld
from tests.saml_identity_provider import Answer, Signer, signer
from tests.unit.sso.oidc.double import CLIENT_ID, CODE, SECRET, Double
from tests.visitor import PageReply, Visitor

ENTITY_ID = "https://sts.windows.net/0f1e2d3c-0000-4000-8000-000000000001/"
SIGN_ON_URL = "https://login.microsoftonline.com/0f1e2d3c-0000-4000-8000-000000000001/saml2"
OURS = "https://rollcall.example/console/sso"


class _Provider:
    def __init__(self, admin: AdminWorld, provider_id: str = "entra") -> None:
        self.admin = admin
        self.id = provider_id

    async def connect(self, state: SsoState = SsoState.NOT_TESTED, **policies: object) -> None:
        """Store the connection, with single sign-on in this state."""
        before = await self.admin.services.providers.get(self.id)
        sso = Sso(state=state, is_configured=True, since=self.admin.clock.now())
        after = replace(before, sso=sso, policies=replace(before.policies, **policies))
        await self.admin.services.providers.update(before, after, await self.configuration())

    async def switch(self, state: SsoState) -> None:
        """Let single sign-on be in this state, without the ways there."""
        before = await self.admin.services.providers.get(self.id)
        switched = before.sso.switched(state, self.admin.clock.now(), "test")
        await self.admin.services.providers.update(before, replace(before, sso=switched))


class SamlProvider(_Provider):
    """An identity provider that speaks SAML."""

    @property
    def signer(self) -> Signer:
        return signer("idp", self.admin.clock.moment.replace(year=2028, month=1, day=1, hour=0, minute=0, second=0))

    async def configuration(self) -> SamlConfiguration:
        return SamlConfiguration(entity_id=ENTITY_ID, sign_on_url=SIGN_ON_URL, certificates=(self.signer.pem,))

    def answer(self, request_id: str | None, **changes: object) -> Answer:
        """What it says: of Ana, unless told otherwise."""
        now, answered = self.admin.clock.now(), f"_{request_id}" if request_id else None
        right = Answer(
            name="ana@contoso.com",
            attributes={"department": ("Helpdesk &lt;b&gt;",)},
            audience=f"{OURS}/{self.id}/metadata",
            recipient=f"{OURS}/{self.id}/acs",
            destination=f"{OURS}/{self.id}/acs",
            in_response_to=answered,
            response_in_response_to=answered,
            issued=now,
            not_before=now - timedelta(minutes=5),
            not_on_or_after=now + timedelta(minutes=55),
            confirmed_until=now + timedelta(minutes=5),
            signs_assertion=self.signer,
            assertion_id=f"_{request_id or 'unsolicited'}",
        )
        return right.but(**changes)


class OidcProvider(_Provider):
    """An identity provider that speaks OpenID Connect: a server on this machine."""

    def __init__(self, admin: AdminWorld, double: Double, provider_id: str = "entra") -> None:
        super().__init__(admin, provider_id)
        self.double = double

    async def configuration(self) -> OidcConfiguration:
        version = await self.admin.services.secrets.set(client_secret_name(self.id), SECRET)
        return OidcConfiguration(issuer=self.double.issuer, client_id=CLIENT_ID, secret_version=version)


class Browser(Visitor):
    """A visitor whose cookies are kept as browsers keep them; nobody is signed in."""

    def __init__(self, admin: AdminWorld) -> None:
        super().__init__(None, admin)
        self.cookies: dict[str, str] = {}
        self.went_to = ""

    async def _call(self, method: str, path: str, query: str, body: bytes, *, fragment: bool) -> PageReply:
        self.headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.person:
            self.person.cookie = self.headers["cookie"]
        reply = await super()._call(method, path, query, body, fragment=fragment)
        if given := reply.headers.get("Set-Cookie"):
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        return reply

    async def leave(self, provider_id: str = "entra", **query: object) -> PageReply:
        """Go to the provider by its link."""
        return self.sent(await self.get(f"sso/{provider_id}", **query))

    def sent(self, reply: PageReply) -> PageReply:
        """Follow a redirect to a provider."""
        self.went_to = reply.location
        return reply

    def follow(self, page: PageReply) -> PageReply:
        """Go where a page sends the browser by itself."""
        self.went_to = html.unescape(page.html.partition('content="0; url=')[2].partition('"')[0])
        return page

    @property
    def asked(self) -> dict[str, str]:
        """What the provider was asked."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.went_to).query).items()}

    async def come_back(self, provider: SamlProvider | OidcProvider, **changes: object) -> PageReply:
        """Bring what the provider says; `changes` are those of its answer, or of the parameters."""
        if isinstance(provider, OidcProvider):
            provider.double.authorize(self.went_to)
            right = {"code": CODE, "state": self.asked["state"]} | changes
            return await self.get(f"sso/{provider.id}/callback?{urlencode(right)}")
        state = self.asked.get("RelayState")
        return await self.post(provider, provider.answer(state, **changes).posted(), relay_state=state or "x")

    async def post(self, provider: SamlProvider, answer: Answer | str, *, relay_state: str = "x") -> PageReply:
        """Send a form as the provider's page has a browser send it: from another site, without the session's cookie."""
        text = answer if isinstance(answer, str) else answer.posted()
        kept, self.headers["origin"] = self.cookies.pop("__Host-rollcall", None), "https://login.microsoftonline.com"
        try:
            return await self.send(f"sso/{provider.id}/acs", SAMLResponse=text, RelayState=relay_state)
        finally:
            del self.headers["origin"]
            if kept:
                self.cookies.setdefault("__Host-rollcall", kept)
