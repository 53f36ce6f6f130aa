"""Two processes of the app on one storage, and clients of a provider of their own."""

from itertools import cycle
from uuid import uuid4

import httpx
import pytest
from azure.identity.aio import ManagedIdentityCredential

from scim.bootstrap import assemble
from scim.domain.activities import Actor
from scim.domain.organizations import Organization
from scim.domain.providers import Provider
from scim.storage.key_vault import KeyVaultSecrets, KeyVaultTokens, connect
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.keys import TABLES

BASE_PATH = "/ws/scim/v2"
ORGANIZATIONS = ("21", "22", "23")


@pytest.fixture(scope="session")
def instances(emulators):
    """The URLs of two processes of the app on one storage."""
    apps = [pending.open() for pending in [emulators.prepare_app(), emulators.prepare_app()]]
    yield [app.url + BASE_PATH for app in apps]
    for app in apps:
        app.stop()


@pytest.fixture
def scim_url(instances):
    return instances[0]


@pytest.fixture
async def app(emulators, scim_url):
    """The application in this process, on the storage of the two: for what a test makes behind their backs."""
    async with ManagedIdentityCredential() as credential:
        rows = AzureRows(emulators.tables_url, credential)
        vault = KeyVaultTokens(lambda: connect(emulators.vault_url, credential))
        await rows.ensure_tables(TABLES)
        secrets = KeyVaultSecrets(lambda: connect(emulators.vault_url, credential))
        app = assemble(rows, vault, secrets, base_url=scim_url)
        for id_ in ORGANIZATIONS:
            if not await app.organizations.exists(id_):
                await app.organizations.create(Organization(id=id_, name=f"Organization {id_}"))
        yield app
        await secrets.close()
        await vault.close()
        await rows.close()


@pytest.fixture
def new_token(app):
    """Makes a provider and a token for it, as the console does."""

    async def make():
        provider = Provider(id=app.services.identifiers.new(), name=f"Provider {uuid4()}")
        await app.providers.create(provider)
        actor = Actor(kind="system", id="test", request_id="")
        return (await app.token_issuer.issue(provider.id, "test", actor)).text

    return make


@pytest.fixture
async def client():
    async with httpx.AsyncClient(timeout=60) as client:
        yield client


@pytest.fixture
async def send(client, instances, new_token):
    """Sends requests of one provider to the two processes in turn."""
    authorization = {"Authorization": f"Bearer {await new_token()}"}
    urls = cycle(instances)

    async def send(method, path, body=None):
        return await client.request(method, next(urls) + path, json=body, headers=authorization)

    return send
