"""Every endpoint, area by area."""

from scim.api.endpoints import Endpoint
from scim.api.routes import access_tokens, activities, sign_in
from scim.api.routes.document import document_endpoint

_AREAS: tuple[Endpoint, ...] = (
    *sign_in.ENDPOINTS,
    *access_tokens.ENDPOINTS,
    *activities.ENDPOINTS,
)
ENDPOINTS: tuple[Endpoint, ...] = (*_AREAS, document_endpoint(_AREAS))
