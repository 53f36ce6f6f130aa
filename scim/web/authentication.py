"""Who sends a request: credentials are taken from its headers, and judged by the use cases."""

from scim.admin import access_tokens, sessions
from scim.admin.context import Principal
from scim.admin.problems import Denied, SignInRequired
from scim.admin.services import Services
from scim.admin.sessions import Ticket
from scim.sentences import Sentence
from scim.web.cookies import ticket_in
from scim.web.messages import WebRequest

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestAuthenticator:
    """`scim.api.dispatch.Authenticator`: a personal access token, or a session of the console."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def authenticate(self, request: WebRequest) -> Principal:
        """See `Authenticator`."""
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await access_tokens.signed_in_by(self._services, text.strip())
        return await self.visitor(request, request.headers.get("x-csrf-token", ""))

    async def visitor(self, request: WebRequest, csrf_token: str) -> Principal:
        """The person whose session the cookie holds.

        Args:
            request: From a browser.
            csrf_token: What came along to show that a page of ours sent it.

        Raises:
            SignInRequired: No session that is alive.
            Denied: `csrf`: a request that changes something, and not from a page of ours.
        """
        ticket = ticket_in(request.headers.get("cookie", ""))
        if ticket is None:
            raise SignInRequired(Sentence("Sign in first."))
        principal = await sessions.signed_in_by(self._services, ticket)
        self._check_csrf(request, ticket, csrf_token)
        return principal

    def admit(self, request: WebRequest) -> None:
        """See `Authenticator`."""
        origin = request.headers.get("origin")
        if request.method not in SAFE_METHODS and origin not in {None, _origin_of(self._services.public_url)}:
            raise Denied(Sentence("This request comes from the page of another site."), "csrf")

    def _check_csrf(self, request: WebRequest, ticket: Ticket, csrf_token: str) -> None:
        """A browser sends the cookie along whoever makes it send a request; the token only our own pages know."""
        if request.method in SAFE_METHODS:
            return
        self.admit(request)
        if not ticket.is_csrf_token(csrf_token):
            raise Denied(
                Sentence("This request does not come from the console: X-CSRF-Token is missing or wrong."), "csrf"
            )


def _origin_of(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}".lower()
