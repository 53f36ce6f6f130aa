"""Every endpoint, area by area."""

from scim.api.endpoints import Endpoint
from scim.api.routes import access_tokens

ENDPOINTS: tuple[Endpoint, ...] = (*access_tokens.ENDPOINTS,)
