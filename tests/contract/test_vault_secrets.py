"""What `scim.domain.ports.people.VaultSecrets` promises, kept by the Key Vault adapter over the official client."""

from uuid import uuid4

import pytest
from azure.identity.aio import ManagedIdentityCredential

from scim.storage.key_vault import KeyVaultSecrets, connect


@pytest.fixture
async def secrets(emulators):
    async with ManagedIdentityCredential() as credential:
        secrets = KeyVaultSecrets(lambda: connect(emulators.vault_url, credential))
        yield secrets
        await secrets.close()


@pytest.fixture
def name():
    return f"sso-client-secret-{uuid4()}"


async def test_every_version_is_found_and_without_a_version_the_latest(secrets, name):
    first = await secrets.set(name, "one")
    second = await secrets.set(name, "two")
    assert await secrets.get(name) == ("two", second)
    assert await secrets.get(name, first) == ("one", first)
    assert await secrets.get(name, "0" * 32) is None


async def test_a_disabled_secret_is_not_found_until_there_is_another(secrets, name):
    await secrets.set(name, "one")
    await secrets.disable(name)
    assert await secrets.get(name) is None
    second = await secrets.set(name, "two")
    assert await secrets.get(name) == ("two", second)


async def test_a_deleted_secret_is_gone_with_all_its_versions(secrets, name):
    first = await secrets.set(name, "one")
    await secrets.set(name, "two")
    await secrets.delete(name)
    assert await secrets.get(name) is None
    assert await secrets.get(name, first) is None


async def test_a_secret_that_is_not_there_needs_no_deleting(secrets, name):
    for _ in range(2):
        await secrets.delete(name)
        await secrets.disable(name)
    assert await secrets.get(name) is None
