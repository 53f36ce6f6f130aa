"""Every endpoint, area by area."""

from scim.api.endpoints import Endpoint
from scim.api.routes import access_tokens, providers, sign_in
from scim.api.routes.document import document_endpoint

_AREAS: tuple[Endpoint, ...] = (
    *sign_in.ENDPOINTS,
    *access_tokens.ENDPOINTS,
    *providers.ENDPOINTS,
)
ENDPOINTS: tuple[Endpoint, ...] = (*_AREAS, document_endpoint(_AREAS))
