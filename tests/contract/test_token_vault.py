"""What `scim.domain.ports.TokenVault` promises, kept by the Key Vault adapter over the official client."""

import hashlib
import logging
import subprocess
import sys
import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from azure.identity.aio import ManagedIdentityCredential
from azure.keyvault.secrets.aio import SecretClient

from localdev.ports import free_port
from scim.errors import Unavailable
from scim.storage import key_vault
from scim.storage.key_vault import KeyVaultTokens, connect

DIGEST = hashlib.sha256(b"a token").hexdigest()
EXPIRES = datetime(2031, 5, 17, 12, tzinfo=UTC)


@pytest.fixture
async def client(emulators):
    """The official client, for a look behind the adapter."""
    async with ManagedIdentityCredential() as credential, SecretClient(emulators.vault_url, credential) as client:
        yield client


@pytest.fixture
async def vault(emulators):
    async with ManagedIdentityCredential() as credential:
        vault = KeyVaultTokens(lambda: connect(emulators.vault_url, credential))
        yield vault
        await vault.close()


@pytest.fixture
def token_id():
    return uuid4().hex


async def test_a_digest_that_was_put_is_found(vault, token_id):
    await vault.put(token_id, DIGEST, EXPIRES, enabled=True)

    assert await vault.digest(token_id) == DIGEST


async def test_an_unknown_token_has_no_digest(vault, token_id):
    assert await vault.digest(token_id) is None


async def test_a_disabled_secret_has_no_digest(vault, token_id):
    await vault.put(token_id, DIGEST, EXPIRES, enabled=False)

    assert await vault.digest(token_id) is None


async def test_a_secret_is_switched_on_and_off(vault, token_id):
    await vault.put(token_id, DIGEST, EXPIRES, enabled=False)

    await vault.set_enabled(token_id, enabled=True)
    assert await vault.digest(token_id) == DIGEST
    await vault.set_enabled(token_id, enabled=False)
    assert await vault.digest(token_id) is None


async def test_switching_a_missing_secret_is_no_error(vault, token_id):
    await vault.set_enabled(token_id, enabled=True)

    assert await vault.digest(token_id) is None


async def test_the_last_digest_put_counts(vault, token_id):
    await vault.put(token_id, "0" * 64, EXPIRES, enabled=True)
    await vault.put(token_id, DIGEST, EXPIRES, enabled=True)

    assert await vault.digest(token_id) == DIGEST


async def test_the_secret_carries_name_expiry_and_the_tokens_id_alone(vault, client, token_id):
    await vault.put(token_id, DIGEST, EXPIRES, enabled=True)

    secret = await client.get_secret(f"scim-token-{token_id}")
    assert secret.value == DIGEST
    assert secret.properties.expires_on == EXPIRES
    assert secret.properties.enabled is True
    assert secret.properties.tags == {"tokenId": token_id}


async def test_switching_keeps_everything_else(vault, client, token_id):
    await vault.put(token_id, DIGEST, EXPIRES, enabled=False)
    await vault.set_enabled(token_id, enabled=True)

    properties = (await client.get_secret(f"scim-token-{token_id}")).properties
    assert properties.expires_on == EXPIRES
    assert properties.tags == {"tokenId": token_id}


async def test_an_expired_secret_is_still_found(vault, token_id):
    """Key Vault does not stop serving it; the token's record decides."""
    await vault.put(token_id, DIGEST, datetime(2020, 1, 1, tzinfo=UTC), enabled=True)

    assert await vault.digest(token_id) == DIGEST


FAULTS = [
    pytest.param({"status": 429, "retry_after_seconds": 7}, 7, id="throttled"),
    pytest.param({"status": 429, "retry_after_seconds": 86400}, 60, id="throttled-for-long"),
    pytest.param({"status": 503}, 5, id="unavailable"),
    pytest.param({"status": 500}, 5, id="broken"),
    pytest.param({"status": 401}, 5, id="refused"),
    pytest.param({"status": 403}, 5, id="forbidden"),
    pytest.param({"status": 409}, 5, id="conflict"),
    pytest.param({"drop": True}, 5, id="dropped"),
    pytest.param({"cut_off": True}, 5, id="cut-off"),
    pytest.param({"malformed": True}, 5, id="malformed"),
]


def calls(vault, token_id):
    """Each method of the port, to be called."""
    yield lambda: vault.digest(token_id)
    yield lambda: vault.put(token_id, DIGEST, EXPIRES, enabled=True)
    yield lambda: vault.set_enabled(token_id, enabled=False)


@pytest.mark.parametrize(("fault", "retry_after"), FAULTS)
async def test_a_failing_vault_is_unavailable(vault, vault_faults, token_id, fault, retry_after):
    await vault.put(token_id, DIGEST, EXPIRES, enabled=True)
    vault_faults(**fault)

    for call in calls(vault, token_id):
        with pytest.raises(Unavailable) as raised:
            await call()
        assert raised.value.headers == {"Retry-After": str(retry_after)}


def test_a_call_takes_five_seconds_at_most():
    assert key_vault.TIMEOUT_SECONDS == 5


async def test_a_hanging_vault_is_unavailable_when_the_time_is_over(vault, vault_faults, token_id, monkeypatch):
    await vault.put(token_id, DIGEST, EXPIRES, enabled=True)
    vault_faults(hang_seconds=30)
    monkeypatch.setattr(key_vault, "TIMEOUT_SECONDS", 0.5)

    for call in calls(vault, token_id):
        started = time.monotonic()
        with pytest.raises(Unavailable):
            await call()
        assert 0.5 <= time.monotonic() - started < 2, "later than told, or as late as the SDK would be"


@pytest.mark.parametrize("fault", [{"status": 500}, {"hang_seconds": 30}, {"malformed": True}], ids=str)
async def test_a_failing_identity_is_unavailable(vault, identity_faults, token_id, fault, monkeypatch):
    identity_faults(**fault)
    monkeypatch.setattr(key_vault, "TIMEOUT_SECONDS", 0.5)

    with pytest.raises(Unavailable):
        await vault.digest(token_id)


@pytest.mark.usefixtures("emulators")
async def test_a_vault_that_is_not_there_is_unavailable(token_id):
    async with ManagedIdentityCredential() as credential:
        vault = KeyVaultTokens(lambda: connect(f"https://127.0.0.1:{free_port()}", credential))
        with pytest.raises(Unavailable):
            await vault.digest(token_id)
        await vault.close()


async def test_a_moment_of_failure_is_over_with_the_next_call(vault, vault_faults, token_id):
    await vault.put(token_id, DIGEST, EXPIRES, enabled=True)
    vault_faults(status=503, count=1)
    with pytest.raises(Unavailable):
        await vault.digest(token_id)

    assert await vault.digest(token_id) == DIGEST


async def test_one_broken_connection_is_tried_again(vault, vault_faults, token_id):
    await vault.put(token_id, DIGEST, EXPIRES, enabled=True)
    vault_faults(drop=True, count=1)

    assert await vault.digest(token_id) == DIGEST


async def test_no_log_shows_a_digest(vault, token_id, caplog):
    caplog.set_level(logging.DEBUG)

    await vault.put(token_id, DIGEST, EXPIRES, enabled=True)
    await vault.digest(token_id)

    assert caplog.records
    assert DIGEST not in caplog.text


def test_the_sdk_of_the_vault_is_imported_at_the_first_use():
    code = "import sys, scim.storage.key_vault; sys.exit('azure.keyvault.secrets' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own code
