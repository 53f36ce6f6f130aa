"""Who sends a request: credentials are taken from its headers, and judged by the use cases."""

from scim.admin import access_tokens
from scim.admin.context import Principal
from scim.admin.problems import SignInRequired
from scim.admin.services import Services
from scim.api.messages import ApiRequest


class RequestAuthenticator:
    """`scim.api.dispatch.Authenticator`: a personal access token, or a session of the console."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def authenticate(self, request: ApiRequest) -> Principal:
        """See `Authenticator`."""
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await access_tokens.signed_in_by(self._services, text.strip())
        raise SignInRequired("Sign in first.")
