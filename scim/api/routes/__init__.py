"""Every endpoint, area by area."""

from scim.api.endpoints import Endpoint
from scim.api.routes import (
    access_tokens,
    accounts,
    activities,
    adoptions,
    mapping,
    organizations,
    providers,
    roles,
    sign_in,
    sso,
    tokens,
    user_roles,
)
from scim.api.routes.document import document_endpoint

_AREAS: tuple[Endpoint, ...] = (
    *sign_in.ENDPOINTS,
    *access_tokens.ENDPOINTS,
    *accounts.ENDPOINTS,
    *adoptions.ENDPOINTS,
    *tokens.ENDPOINTS,
    *organizations.ENDPOINTS,
    *roles.ENDPOINTS,
    *mapping.ENDPOINTS,
    *user_roles.ENDPOINTS,
    *activities.ENDPOINTS,
    *providers.ENDPOINTS,
    *sso.ENDPOINTS,
)
ENDPOINTS: tuple[Endpoint, ...] = (*_AREAS, document_endpoint(_AREAS))
