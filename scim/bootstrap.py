"""The one place that knows every concrete class."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import uuid6
from azure.identity.aio import ManagedIdentityCredential

from scim.admin.passwords import Passwords
from scim.admin.token_issuing import TokenIssuer
from scim.background import Background
from scim.domain.activity_log import DEFAULT_RETENTION
from scim.domain.ports import Clock, Identifiers, TokenVault
from scim.domain.ports.people import VaultSecrets
from scim.operations.authentication import Authenticator
from scim.operations.context import Services
from scim.operations.dispatch import Dispatcher
from scim.schema.catalog import group_type, user_type
from scim.storage.backup.blobs import BlobStore
from scim.storage.backup.blobs import connect as connect_container
from scim.storage.backup.store import BackupStore
from scim.storage.key_vault import KeyVaultSecrets, KeyVaultTokens, connect
from scim.storage.tables import entities, keys
from scim.storage.tables.activities import TableActivities
from scim.storage.tables.activity_upkeep import TableActivityUpkeep
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.bookmarks import Bookmarks
from scim.storage.tables.counters import Counters, Folding
from scim.storage.tables.cursor_key import TableCursorKey
from scim.storage.tables.directory_table import DirectoryTable
from scim.storage.tables.groups import TableGroups
from scim.storage.tables.job_runner import JobRunner
from scim.storage.tables.month_tables import MonthTables
from scim.storage.tables.organizations import TableOrganizations
from scim.storage.tables.planner import group_indexes, user_indexes
from scim.storage.tables.providers import TableProviders
from scim.storage.tables.readiness import Readiness
from scim.storage.tables.rows import TableStorage
from scim.storage.tables.search import Search, Shelf
from scim.storage.tables.tokens import TableTokens
from scim.storage.tables.users import TableUsers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import HttpUrl

    from scim.administration import Administration
    from scim.chores import Chore
    from scim.settings import Settings  # pydantic, which it needs, costs 0.1 s of a cold start


_TALKATIVE = ("azure.core", "azure.identity", "azure.monitor", "azure.keyvault", "opentelemetry")
"""Libraries that log each of their requests, with its URL."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """See `scim.domain.ports.Clock`."""
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock port


class Uuid7Identifiers:
    """UUIDv7s."""

    def new(self) -> str:
        """See `scim.domain.ports.Identifiers`."""
        return str(uuid6.uuid7())


@dataclass(frozen=True, kw_only=True)
class Application:
    """Rollcall, wired."""

    rows: TableStorage
    table: DirectoryTable
    dispatcher: Dispatcher
    services: Services
    users: TableUsers
    groups: TableGroups
    organizations: TableOrganizations
    providers: TableProviders
    tokens: TableTokens
    vault: TokenVault
    activities: TableActivities
    secrets: VaultSecrets
    passwords: Passwords
    token_issuer: TokenIssuer
    jobs: JobRunner
    bookmarks: Bookmarks
    months: MonthTables
    activity_upkeep: TableActivityUpkeep
    activity_retention: timedelta
    totals: Folding
    readiness: Readiness
    security_contact: str | None
    backup_store: BackupStore | None
    local_identity_providers: bool
    clock: Clock
    identifiers: Identifiers
    background: Background

    @cached_property
    def administration(self) -> "Administration":
        """Administration: imported and wired when it is first asked for."""
        from scim.administration import administration  # noqa: PLC0415 - it needs pydantic, and provisioning does not

        return administration(self)

    @cached_property
    def chores(self) -> "Mapping[str, Chore]":
        """What timers do, by the names of their functions: imported when the first one fires."""
        from scim.chores import chores  # noqa: PLC0415 - no request needs it

        return chores(self)


def build(settings: "Settings") -> Application:
    """The application on Azure: Table Storage and Key Vault, reached as the app's managed identity.

    Nothing is connected yet: clients connect when they are first used.
    """
    credential = ManagedIdentityCredential(client_id=settings.managed_identity_client_id)
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)
    rows = _observed(AzureRows(str(settings.tables_url), credential), settings)
    vault = KeyVaultTokens(lambda: connect(str(settings.key_vault_url), credential))
    secrets = KeyVaultSecrets(lambda: connect(str(settings.key_vault_url), credential))
    return assemble(
        rows,
        vault,
        secrets,
        base_url=settings.scim_base_url,
        activity_retention=timedelta(days=settings.activity_retention_days),
        security_contact=settings.security_contact,
        backup_store=_container(settings.backup_container_url, credential),
        local_identity_providers=settings.local_identity_providers,
    )


def _observed(rows: TableStorage, settings: "Settings") -> TableStorage:
    """The rows, with spans when they are to be sent somewhere."""
    if settings.application_insights is None:
        return rows
    from scim.observability import ObservedRows, start_when_settled  # noqa: PLC0415 - not everybody wants it

    start_when_settled(settings.application_insights, settings.managed_identity_client_id)
    return ObservedRows(rows)


def _container(url: "HttpUrl | None", credential: ManagedIdentityCredential) -> BlobStore | None:
    return None if url is None else BlobStore(lambda: connect_container(str(url), credential))


def assemble(  # noqa: PLR0913 - storage, and what tests put in its place
    rows: TableStorage,
    vault: TokenVault,
    secrets: VaultSecrets,
    *,
    base_url: str,
    activity_retention: timedelta = DEFAULT_RETENTION,
    security_contact: str | None = None,
    backup_store: BackupStore | None = None,
    passwords: Passwords | None = None,
    clock: Clock | None = None,
    identifiers: Identifiers | None = None,
    local_identity_providers: bool = False,
) -> Application:
    """The application over given storage; the one place where tests put something else in.

    `local_identity_providers` lets people sign in at identity providers on this machine, by plain HTTP.
    """
    clock, identifiers, background = clock or SystemClock(), identifiers or Uuid7Identifiers(), Background()
    table = DirectoryTable(rows)
    counters, bookmarks = Counters(table), Bookmarks(table, clock, background)
    jobs, months = JobRunner(table, clock), MonthTables(rows)
    organizations = TableOrganizations(table, clock)
    providers, tokens = TableProviders(rows), TableTokens(rows)
    user_shelf = Shelf(
        kind="u", key=keys.user, keys=keys.users, decode=entities.user_of, indexes=user_indexes(user_type())
    )
    group_shelf = Shelf(
        kind="g", key=keys.group, keys=keys.groups, decode=entities.group_of, indexes=group_indexes(group_type())
    )
    users = TableUsers(table, counters, jobs, Search(table, counters, bookmarks, user_shelf))
    groups = TableGroups(table, counters, jobs, Search(table, counters, bookmarks, group_shelf))
    activities = TableActivities(table)
    services = Services(
        users=users,
        groups=groups,
        organizations=organizations,
        cursor_key=TableCursorKey(rows),
        clock=clock,
        identifiers=identifiers,
        base_url=base_url,
    )
    authenticator = Authenticator(tokens, providers, vault, clock, background)
    return Application(
        rows=rows,
        table=table,
        dispatcher=Dispatcher(services, authenticator),
        services=services,
        users=users,
        groups=groups,
        organizations=organizations,
        providers=providers,
        tokens=tokens,
        vault=vault,
        activities=activities,
        secrets=secrets,
        passwords=passwords or Passwords(),
        token_issuer=TokenIssuer(tokens=tokens, vault=vault, activities=activities, clock=clock),
        jobs=jobs,
        bookmarks=bookmarks,
        months=months,
        activity_upkeep=TableActivityUpkeep(table, months),
        activity_retention=activity_retention,
        totals=Folding(table),
        readiness=Readiness(rows, clock),
        security_contact=security_contact,
        backup_store=backup_store,
        local_identity_providers=local_identity_providers,
        clock=clock,
        identifiers=identifiers,
        background=background,
    )
