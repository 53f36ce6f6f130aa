"""Who sends a request: credentials are taken from its headers, and judged by the use cases."""

from scim.admin import access_tokens, sessions
from scim.admin.context import Principal
from scim.admin.problems import Denied, SignInRequired
from scim.admin.services import Services
from scim.admin.sessions import Ticket
from scim.api.cookies import ticket_in
from scim.api.messages import ApiRequest

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestAuthenticator:
    """`scim.api.dispatch.Authenticator`: a personal access token, or a session of the console."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def authenticate(self, request: ApiRequest) -> Principal:
        """See `Authenticator`."""
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await access_tokens.signed_in_by(self._services, text.strip())
        ticket = ticket_in(request.headers.get("cookie", ""))
        if ticket is None:
            raise SignInRequired("Sign in first.")
        principal = await sessions.signed_in_by(self._services, ticket)
        self._check_csrf(request, ticket)
        return principal

    def admit(self, request: ApiRequest) -> None:
        """See `Authenticator`."""
        origin = request.headers.get("origin")
        if request.method not in SAFE_METHODS and origin not in {None, _origin_of(self._services.public_url)}:
            raise Denied("This request comes from the page of another site.", "csrf")

    def _check_csrf(self, request: ApiRequest, ticket: Ticket) -> None:
        """A browser sends the cookie along whoever makes it send a request; the header only our own pages can set."""
        if request.method in SAFE_METHODS:
            return
        self.admit(request)
        if not ticket.is_csrf_token(request.headers.get("x-csrf-token", "")):
            raise Denied("This request does not come from the console: X-CSRF-Token is missing or wrong.", "csrf")


def _origin_of(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}".lower()
