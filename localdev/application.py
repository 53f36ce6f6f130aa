"""The application outside of its host: for what prepares a tenant before the app starts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from azure.identity.aio import ManagedIdentityCredential

from scim.bootstrap import Application, assemble
from scim.settings import Settings
from scim.storage.backup.blobs import BlobStore
from scim.storage.backup.blobs import connect as connect_container
from scim.storage.key_vault import KeyVaultSecrets, KeyVaultTokens, connect
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.keys import TABLES


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Application]:
    """The application, with its tables made and its connections closed at the end."""
    async with ManagedIdentityCredential(client_id=settings.managed_identity_client_id) as credential:
        rows = AzureRows(str(settings.tables_url), credential)
        vault = KeyVaultTokens(lambda: connect(str(settings.key_vault_url), credential))
        vault_secrets = KeyVaultSecrets(lambda: connect(str(settings.key_vault_url), credential))
        try:
            await rows.ensure_tables(TABLES)
            await _ensure_container(settings, credential)
            yield assemble(rows, vault, vault_secrets, base_url=settings.scim_base_url)
        finally:
            await vault_secrets.close()
            await vault.close()
            await rows.close()


async def _ensure_container(settings: Settings, credential: ManagedIdentityCredential) -> None:
    if settings.backup_container_url is not None:
        container = BlobStore(lambda: connect_container(str(settings.backup_container_url), credential))
        try:
            await container.ensure_container()
        finally:
            await container.close()
