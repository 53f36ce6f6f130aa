"""What `scim.domain.ports.sso.SecretVersions` promises, and the key that it is there for, in a real vault."""

import asyncio

import pytest
from azure.identity.aio import ManagedIdentityCredential

from scim.sso.saml.encryption_keys import SECRET_NAME, EncryptionKeys
from scim.storage.key_vault import KeyVaultSecrets, connect
from scim.storage.tables.config_table import ConfigTable
from scim.storage.tables.secret_versions import TableSecretVersions
from tests.fakes.rows import FakeRows
from tests.world import StandingClock


@pytest.fixture
def versions(storage):
    return TableSecretVersions(ConfigTable(storage, ""))


async def test_the_first_version_that_is_settled_is_in_force(versions):
    assert await versions.in_force("key") == ""
    assert await versions.settle("key", "one", instead_of="") == "one"
    assert await versions.settle("key", "two", instead_of="") == "one"
    assert await versions.in_force("key") == "one"
    assert await versions.in_force("another") == ""


async def test_another_takes_the_place_of_the_one_that_is_named(versions):
    await versions.settle("key", "one", instead_of="")
    assert await versions.settle("key", "three", instead_of="two") == "one"
    assert await versions.settle("key", "two", instead_of="one") == "two"
    assert await versions.settle("key", "two", instead_of="two") == "two"


async def test_of_many_that_are_settled_at_once_one_is_in_force(versions):
    names = [str(number) for number in range(8)]
    found = await asyncio.gather(*(versions.settle("key", name, instead_of="") for name in names))
    assert {*found} == {await versions.in_force("key")}


async def test_the_key_for_encrypted_assertions_is_found_in_the_vault_again(emulators):
    """One key however many ask: the vault keeps its text, and its version is the one in force."""
    versions = TableSecretVersions(ConfigTable(FakeRows(), ""))
    async with ManagedIdentityCredential() as credential:
        secrets = KeyVaultSecrets(lambda: connect(emulators.vault_url, credential))
        try:
            made = await EncryptionKeys(secrets, versions, StandingClock()).current()
            assert await EncryptionKeys(secrets, versions, StandingClock()).present() == made
            found = await secrets.get(SECRET_NAME, await versions.in_force(SECRET_NAME))
            assert found[0] == made.private_key + made.certificate
        finally:
            await secrets.close()
