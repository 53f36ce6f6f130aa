"""Export, wipe, restore on Azurite, as operators do it: by the timer's use case and by the commands."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from azure.identity.aio import ManagedIdentityCredential

from ops.backup import __main__ as commands
from ops.backup.restore import restore
from scim.maintenance.back_up import back_up
from scim.storage.backup.blobs import BlobStore, connect
from scim.storage.backup.daily import DailyBackups
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.keys import TABLES
from tests.backups import Tenant, everything
from tests.invariants import violations
from tests.world import user


@pytest.fixture
async def credential(backup_service: str) -> AsyncIterator[ManagedIdentityCredential]:  # noqa: ARG001 - it starts
    async with ManagedIdentityCredential() as credential:
        yield credential


async def test_a_backup_of_a_tenant_in_a_container_is_restored_into_an_empty_account(
    emulators, backup_service, credential
):
    store = BlobStore(lambda: connect(backup_service.replace("backups", f"b{uuid4().hex}"), credential))
    await store.ensure_container()
    old = AzureRows(emulators.tables_url, credential, table_prefix=f"o{uuid4().hex[:20]}")
    new = AzureRows(emulators.tables_url, credential, table_prefix=f"n{uuid4().hex[:20]}")
    try:
        await old.ensure_tables(TABLES)
        tenant = await Tenant.on(old)
        world = tenant.world
        before = await everything(tenant, world)
        tables = [*TABLES, *await old.table_names("activity")]
        await back_up(DailyBackups(old, store, world.clock), world.clock)
        for table in tables:
            await old.drop_table(table)
        [manifest] = [name for name in await store.names("") if name.endswith("manifest.json")]

        report = await restore(new, store, manifest.partition("/")[0])

        assert await violations(new) == [], report.lines()
        other = await world.instance(new)
        assert await everything(tenant, other) == before
        assert (await other.call("POST", "/Users", user("new@contoso.com"))).status == 201
        assert (await other.call("DELETE", f"/Users/{tenant.people[0]}")).status == 204
    finally:
        await store.close()
        await old.close()
        await new.close()


def test_commands_say_what_is_wrong_in_a_sentence(emulators, tmp_path, capsys):
    tables = ["--tables-url", emulators.tables_url]
    assert commands.main(["restore", "--from", str(tmp_path), *tables]) == 1
    assert capsys.readouterr().err == f"There is no finished backup in {tmp_path}.\n"
    nowhere = ["--tables-url", "https://127.0.0.1:9/devstoreaccount1"]
    assert commands.main(["export", "--to", str(tmp_path), *nowhere]) == 1
    assert "Storage could not be reached" in capsys.readouterr().err
