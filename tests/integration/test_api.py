"""Requests that the OpenAPI document describes, and such as it forbids, against the app as it runs."""

import pytest
from azure.identity.aio import ManagedIdentityCredential
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode

from scim.bootstrap import SystemClock, assemble
from scim.storage.key_vault import KeyVaultSecrets, KeyVaultTokens, connect
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.keys import TABLES
from tests.admin_world import AdminWorld
from tests.fuzzing.requests import CHECKS, SEED, examples, operations
from tests.world import ENTRA, StandingClock, World

EXAMPLES = 2


@pytest.fixture
async def access_token(emulators):
    """A personal access token of a system administrator, put into the storage of the running app."""
    async with ManagedIdentityCredential() as credential:
        rows = AzureRows(emulators.tables_url, credential)
        await rows.ensure_tables(TABLES)
        vault = KeyVaultTokens(lambda: connect(emulators.vault_url, credential))
        secrets = KeyVaultSecrets(lambda: connect(emulators.vault_url, credential))
        clock = StandingClock(SystemClock().now())
        app = assemble(rows, vault, secrets, base_url="https://rollcall.example/ws/scim/v2", clock=clock)
        admin = AdminWorld(World(app, rows, ENTRA, ""), "")
        boss = await admin.account(f"{app.identifiers.new()}@contoso.com", administrator=True)
        yield (await admin.as_(boss)).token
        await secrets.close()
        await vault.close()
        await rows.close()


async def test_the_running_app_replies_as_the_document_says(instances, access_token):
    base_url = instances[0].removesuffix("/ws/scim/v2") + "/api"
    headers = {"Authorization": f"Bearer {access_token}"}
    print(f"seed {SEED}")  # noqa: T201 - shown when it fails
    for _, operation in operations():
        modes = st.sampled_from(list(GenerationMode))

        @examples(EXAMPLES)
        @given(case=modes.flatmap(lambda mode, operation=operation: operation.as_strategy(generation_mode=mode)))
        def check(case):
            case.validate_response(case.call(base_url=base_url, headers=headers), checks=CHECKS)

        check()
