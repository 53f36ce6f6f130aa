"""The key for encrypted assertions: one for the deployment, whoever makes it, and found again."""

import asyncio
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from scim.errors import Unavailable
from scim.sso.saml import encryption_keys
from scim.sso.saml.encryption_keys import SECRET_NAME, EncryptionKeys
from scim.storage.tables.config_table import ConfigTable
from scim.storage.tables.secret_versions import TableSecretVersions
from tests.fakes.rows import FakeRows
from tests.saml_identity_provider import signer
from tests.world import MemoryVault, StandingClock


class Deployment:
    """A vault and storage, on which instances begin."""

    def __init__(self):
        self.vault = MemoryVault()
        self.versions = TableSecretVersions(ConfigTable(FakeRows(), ""))

    def instance(self):
        return EncryptionKeys(self.vault, self.versions, StandingClock())

    @property
    def made(self):
        return list(self.vault.secrets.get(SECRET_NAME, {}))


@pytest.fixture
def deployment():
    return Deployment()


@pytest.fixture
def quick(monkeypatch):
    """Keys that were made before."""
    names = iter("abcdef")

    def new_key(_now):
        made = signer(f"reader {next(names)}")
        return encryption_keys.EncryptionKey(private_key=made.key_pem, certificate=made.pem)

    monkeypatch.setattr(encryption_keys, "new_key", new_key)


async def test_of_two_instances_that_make_one_at_once_both_use_the_first(deployment):
    """A real key: RSA with 3,072 bits, and a certificate of its own for ten years."""
    one, other = deployment.instance(), deployment.instance()
    first, second = await asyncio.gather(one.current(), other.current())
    assert first == second == await deployment.instance().present()
    certificate = x509.load_pem_x509_certificate(first.certificate.encode())
    private_key = load_pem_private_key(first.private_key.encode(), password=None)
    assert private_key.key_size == 3072
    assert private_key.public_key() == certificate.public_key()
    certificate.verify_directly_issued_by(certificate)
    assert certificate.not_valid_after_utc == datetime(2036, 11, 22, 12, tzinfo=UTC)


@pytest.mark.usefixtures("quick")
async def test_it_is_made_once_and_found_by_whoever_begins_later(deployment):
    assert await deployment.instance().present() is None
    assert deployment.made == []
    key = await deployment.instance().current()
    assert await deployment.instance().current() == await deployment.instance().present() == key
    assert len(deployment.made) == 1


@pytest.mark.usefixtures("quick")
async def test_many_who_ask_one_instance_at_once_have_one_made(deployment):
    instance = deployment.instance()
    found = await asyncio.gather(*(instance.current() for _ in range(5)))
    assert len(deployment.made) == 1
    assert "PRIVATE" not in repr(found)


@pytest.mark.usefixtures("quick")
async def test_a_later_version_in_the_vault_does_not_take_its_place(deployment):
    key = await deployment.instance().current()
    await deployment.vault.set(SECRET_NAME, "of somebody who was slower")
    assert await deployment.instance().current() == key


@pytest.mark.usefixtures("quick")
async def test_where_storage_was_restored_from_before_the_vaults_key_stays(deployment):
    key = await deployment.instance().current()
    deployment.versions = TableSecretVersions(ConfigTable(FakeRows(), ""))
    assert await deployment.instance().present() == key
    assert await deployment.versions.in_force(SECRET_NAME) in deployment.made
    assert len(deployment.made) == 1


@pytest.mark.usefixtures("quick")
async def test_one_that_was_switched_off_or_lost_is_replaced(deployment):
    """How operators exchange it."""
    key = await deployment.instance().current()
    await deployment.vault.delete(SECRET_NAME)
    assert await deployment.instance().present() is None
    other = await deployment.instance().current()
    assert other != key
    assert await deployment.instance().present() == other


class Overtaken:
    """Another instance's version is in force by the time that ours is made, and the vault does not have it any more."""

    async def in_force(self, _name):
        return ""

    async def settle(self, _name, _version, *, instead_of):
        return f"{instead_of}{'0' * 32}"


@pytest.mark.usefixtures("quick")
async def test_without_the_one_in_force_nothing_is_handed_out(deployment):
    deployment.versions = Overtaken()
    with pytest.raises(Unavailable, match="The key for encrypted assertions cannot be read at the moment"):
        await deployment.instance().current()
