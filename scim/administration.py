"""What administration is made of: the part of the bootstrap that provisioning never needs, and so never imports."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scim.admin.sealing import VaultSealer
from scim.admin.services import Services
from scim.api.dispatch import Api
from scim.api.routes import ENDPOINTS
from scim.console.application import Console
from scim.console.pages import PAGES
from scim.sso.engines import Engines
from scim.storage.tables.accounts import TableAccounts
from scim.storage.tables.activities import TableActivityLog
from scim.storage.tables.administrators import TableAdministratorGuard
from scim.storage.tables.config_table import ConfigTable
from scim.storage.tables.idempotency import TableIdempotencyKeys
from scim.storage.tables.mapping import TableGroupMappings
from scim.storage.tables.people import (
    TableAccessTokens,
    TableAttempts,
    TableCredentials,
    TableSessions,
    TableUsedProofs,
)
from scim.storage.tables.profiles import TableProfiles
from scim.storage.tables.roles import TableCensus, TableRoles
from scim.storage.tables.secret_versions import TableSecretVersions
from scim.web.authentication import RequestAuthenticator

if TYPE_CHECKING:
    from scim.bootstrap import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """Administration, wired.

    Attributes:
        services: What its use cases work with.
        api: Answers requests of scripts.
        console: Answers requests of browsers.
    """

    services: Services
    api: Api
    console: Console


def administration(app: "Application") -> Administration:
    """The administration of an application."""
    config, public_url = ConfigTable(app.rows, ""), app.services.base_url.removesuffix("/ws/scim/v2")
    services = Services(
        accounts=TableAccounts(app.table, app.users, app.providers, app.clock),
        administrator_guard=TableAdministratorGuard(app.table),
        activities=app.activities,
        activity_log=TableActivityLog(app.table, app.months, app.clock, app.activity_retention),
        users=app.users,
        groups=app.groups,
        organizations=app.organizations,
        providers=app.providers,
        roles=TableRoles(app.table),
        mappings=TableGroupMappings(app.table),
        census=TableCensus(app.table, config),
        tokens=app.tokens,
        vault=app.vault,
        profiles=TableProfiles(app.table),
        credentials=TableCredentials(config),
        sessions=TableSessions(config),
        access_tokens=TableAccessTokens(config),
        used_proofs=TableUsedProofs(config),
        attempts=TableAttempts(config),
        idempotency_keys=TableIdempotencyKeys(config),
        secrets=app.secrets,
        sealer=VaultSealer(app.secrets),
        sso=Engines(
            public_url,
            app.secrets,
            TableSecretVersions(config),
            app.clock,
            allows_loopback=app.local_identity_providers,
        ),
        passwords=app.passwords,
        clock=app.clock,
        identifiers=app.identifiers,
        background=app.background,
        activity_retention=app.activity_retention,
        public_url=public_url,
    )
    authenticator = RequestAuthenticator(services)
    return Administration(
        services=services,
        api=Api(services=services, authenticator=authenticator, endpoints=ENDPOINTS),
        console=Console(services, authenticator, PAGES),
    )
