"""Every endpoint, area by area."""

from scim.api.endpoints import Endpoint
from scim.api.routes import access_tokens, sign_in

ENDPOINTS: tuple[Endpoint, ...] = (*sign_in.ENDPOINTS, *access_tokens.ENDPOINTS)
