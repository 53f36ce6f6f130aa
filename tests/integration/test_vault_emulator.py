"""The emulated vault behaves as Key Vault does, to the official client."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.identity.aio import ManagedIdentityCredential
from azure.keyvault.secrets.aio import SecretClient

from localdev.stack import Stack
from localdev.vault.store import Properties, Store

DATE = datetime(2031, 5, 17, 12, tzinfo=UTC)


@pytest.fixture
async def client(emulators):
    async with ManagedIdentityCredential() as credential, SecretClient(emulators.vault_url, credential) as client:
        yield client


@pytest.fixture
async def http(emulators):
    """A plain client, for what the official one would not send."""
    async with httpx.AsyncClient(base_url=emulators.vault_url, verify=emulators.tls) as http:
        yield http


@pytest.fixture
async def signed_in(http, emulators):
    """The plain client with a token for the vault."""
    headers = {"X-IDENTITY-HEADER": emulators.environment["IDENTITY_HEADER"]}
    resource = f"https://0.0.1:{http.base_url.port}"
    async with httpx.AsyncClient() as identity:
        reply = await identity.get(emulators.identity_url, params={"resource": resource}, headers=headers)
    http.headers["Authorization"] = f"Bearer {reply.json()['access_token']}"
    http.params = {"api-version": "7.6"}
    return http


@pytest.fixture
def name():
    return f"secret-{uuid4().hex}"


def code(error):
    """`code/innererror.code` of a refusal."""
    body = error.value.response.json()["error"]
    return "/".join(filter(None, (body["code"], body.get("innererror", {}).get("code"))))


async def test_a_secret_is_kept_with_its_properties(client, name):
    await client.set_secret(
        name, "välue", enabled=True, tags={"a": "b"}, content_type="text/x", not_before=DATE, expires_on=DATE
    )

    secret = await client.get_secret(name)
    properties = secret.properties
    assert (secret.name, secret.value) == (name, "välue")
    assert (properties.enabled, properties.tags, properties.content_type) == (True, {"a": "b"}, "text/x")
    assert (properties.not_before, properties.expires_on) == (DATE, DATE)
    assert properties.created_on is not None
    assert properties.updated_on is not None
    assert properties.recovery_level == "Recoverable+Purgeable"


async def test_names_are_the_same_in_any_letter_case(client, name):
    await client.set_secret(name, "1")

    assert (await client.get_secret(name.upper())).value == "1"


async def test_every_write_is_a_version(client, name):
    first = await client.set_secret(name, "1")
    second = await client.set_secret(name, "2")

    assert (await client.get_secret(name)).properties.version == second.properties.version
    assert (await client.get_secret(name, first.properties.version)).value == "1"
    versions = {version.version async for version in client.list_properties_of_secret_versions(name)}
    assert versions == {first.properties.version, second.properties.version}


async def test_a_missing_secret_or_version_is_404(client, name):
    with pytest.raises(ResourceNotFoundError) as error:
        await client.get_secret(name)
    assert code(error) == "SecretNotFound"

    await client.set_secret(name, "1")
    with pytest.raises(ResourceNotFoundError):
        await client.get_secret(name, "0" * 32)


async def test_a_disabled_secret_is_not_read(client, name):
    await client.set_secret(name, "1", enabled=False)

    with pytest.raises(HttpResponseError) as error:
        await client.get_secret(name)
    assert error.value.status_code == 403
    assert code(error) == "Forbidden/SecretDisabled"


async def test_updating_leaves_what_is_not_given(client, name):
    await client.set_secret(name, "1", tags={"a": "b"}, expires_on=DATE)
    await client.update_secret_properties(name, enabled=False)
    await client.update_secret_properties(name, enabled=True, tags={"c": "d"})

    secret = await client.get_secret(name)
    assert (secret.value, secret.properties.tags, secret.properties.expires_on) == ("1", {"c": "d"}, DATE)


async def test_a_secret_past_its_expiry_or_before_its_time_is_still_read(client, name):
    await client.set_secret(name, "1", expires_on=datetime(2020, 1, 1, tzinfo=UTC), not_before=DATE)

    assert (await client.get_secret(name)).value == "1"


async def test_deletion_is_soft(client, name):
    await client.set_secret(name, "1")
    deleted = await client.delete_secret(name)

    assert deleted.recovery_id.endswith(f"/deletedsecrets/{name}")
    assert deleted.scheduled_purge_date > deleted.deleted_date
    with pytest.raises(ResourceNotFoundError):
        await client.get_secret(name)
    assert (await client.get_deleted_secret(name)).name == name
    assert name in {secret.name async for secret in client.list_deleted_secrets()}
    assert name not in {secret.name async for secret in client.list_properties_of_secrets()}
    with pytest.raises(ResourceExistsError) as error:
        await client.set_secret(name, "2")
    assert code(error) == "Conflict/ObjectIsDeletedButRecoverable"


async def test_a_deleted_secret_comes_back_with_its_versions(client, name):
    first = await client.set_secret(name, "1")
    await client.set_secret(name, "2")
    await client.delete_secret(name)

    await client.recover_deleted_secret(name)

    assert (await client.get_secret(name)).value == "2"
    assert (await client.get_secret(name, first.properties.version)).value == "1"


async def test_a_purged_name_is_free(client, name):
    await client.set_secret(name, "1")
    await client.delete_secret(name)
    await client.purge_deleted_secret(name)

    with pytest.raises(ResourceNotFoundError):
        await client.get_deleted_secret(name)
    assert (await client.set_secret(name, "2")).value == "2"


async def test_only_a_deleted_secret_is_recovered_or_purged(client, name):
    await client.set_secret(name, "1")

    for call in (client.recover_deleted_secret, client.purge_deleted_secret, client.get_deleted_secret):
        with pytest.raises(ResourceNotFoundError):
            await call(name)


async def test_lists_come_in_pages_of_25(client, signed_in, name):
    names = {f"{name}-{number}" for number in range(60)}
    for each in names:
        await client.set_secret(each, "1", enabled=False)

    page = (await signed_in.get("/secrets")).json()
    assert len(page["value"]) == 25
    assert "value" not in page["value"][0]
    listed = [secret.name async for secret in client.list_properties_of_secrets()]
    assert len(listed) == len(set(listed))
    assert names <= set(listed)
    assert (await signed_in.get("/secrets", params={"maxresults": "26"})).status_code == 400
    assert len((await signed_in.get("/secrets", params={"maxresults": "3"})).json()["value"]) == 3


@pytest.mark.parametrize("bad", ["under_score", "d.ot", "x" * 128, "ümlaut"])
async def test_names_are_letters_digits_and_hyphens(client, bad):
    with pytest.raises(HttpResponseError) as error:
        await client.set_secret(bad, "1")
    assert error.value.status_code == 400
    assert code(error) == "BadParameter"


async def test_values_end_at_25_kib(client, name):
    await client.set_secret(name, "x" * 25 * 1024)
    with pytest.raises(HttpResponseError) as error:
        await client.set_secret(name, "x" * (25 * 1024 + 1))
    assert (error.value.status_code, code(error)) == (400, "BadParameter")


@pytest.mark.parametrize("tags", [{str(number): "" for number in range(16)}, {"a": "x" * 257}], ids=["many", "long"])
async def test_tags_are_bounded(client, name, tags):
    with pytest.raises(HttpResponseError) as error:
        await client.set_secret(name, "1", tags=tags)
    assert (error.value.status_code, code(error)) == (400, "BadParameter")


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"value": 1}'])
async def test_a_body_without_a_value_is_refused(signed_in, name, body):
    reply = await signed_in.put(f"/secrets/{name}", content=body)

    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "BadParameter")


async def test_a_request_without_a_version_of_the_api_is_refused(signed_in):
    signed_in.params = {}

    assert (await signed_in.get("/secrets")).status_code == 400


@pytest.mark.parametrize("authorization", [None, "Bearer x", "Bearer a.b.c", "Basic abc"])
async def test_a_request_without_a_token_is_challenged(http, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    reply = await http.get("/secrets", params={"api-version": "7.6"}, headers=headers)

    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"].startswith('Bearer authorization="https://login.microsoftonline.com/')
    assert f'resource="https://0.0.1:{http.base_url.port}"' in reply.headers["WWW-Authenticate"]


async def test_a_token_for_storage_does_not_open_the_vault(http):
    async with ManagedIdentityCredential() as credential:
        token = (await credential.get_token("https://storage.azure.com/.default")).token

    reply = await http.get("/secrets", params={"api-version": "7.6"}, headers={"Authorization": f"Bearer {token}"})

    assert reply.status_code == 401


async def test_the_identity_wants_its_header_and_a_resource(emulators):
    url = emulators.identity_url
    right = {"X-IDENTITY-HEADER": emulators.environment["IDENTITY_HEADER"]}
    async with httpx.AsyncClient() as http:
        assert (await http.get(url, params={"resource": "x"})).status_code == 401
        assert (await http.get(url, params={"resource": "x"}, headers={"X-IDENTITY-HEADER": "y"})).status_code == 401
        assert (await http.get(url, headers=right)).status_code == 400
        assert (await http.get(url, params={"resource": "x"}, headers=right)).json()["resource"] == "x"


async def test_a_fault_that_does_not_exist_is_refused(http):
    assert (await http.put("/faults", json={"explode": True})).status_code == 400


def test_secrets_are_kept_in_a_file_that_only_the_owner_reads(tmp_path):
    file = tmp_path / "vault.json"
    store = Store(file)
    store.set("one", "1", Properties(tags={"a": "b"}, enabled=False))
    store.set("two", "2", Properties())
    store.delete("two")

    again = Store(file)

    assert again.versions("one").latest == store.versions("one").latest
    assert again.get_deleted("two").deleted is not None
    assert file.stat().st_mode & 0o777 == 0o600


async def test_the_data_of_a_stack_outlives_it(tmp_path):
    for is_first in (True, False):
        with Stack(tmp_path, memory=False) as stack:
            async with httpx.AsyncClient(verify=stack.tls, params={"api-version": "7.6"}) as http:
                await _use_vault(http, stack, is_first=is_first)
                await _use_tables(http, stack, is_first=is_first)


async def _use_vault(http, stack, *, is_first):
    port = stack.vault_url.rpartition(":")[2]
    headers = await _authorization(http, stack, f"https://0.0.1:{port}")
    if is_first:
        await http.put(f"{stack.vault_url}/secrets/kept", json={"value": "1"}, headers=headers)
    assert (await http.get(f"{stack.vault_url}/secrets/kept", headers=headers)).json()["value"] == "1"


async def _use_tables(http, stack, *, is_first):
    headers = await _authorization(http, stack, "https://storage.azure.com")
    headers |= {"x-ms-version": "2019-02-02", "Accept": "application/json"}
    if is_first:
        await http.post(f"{stack.tables_url}/Tables", json={"TableName": "kept"}, headers=headers)
    tables = (await http.get(f"{stack.tables_url}/Tables", headers=headers)).json()["value"]
    assert [table["TableName"] for table in tables] == ["kept"]


async def _authorization(http, stack, resource):
    headers = {"X-IDENTITY-HEADER": stack.environment["IDENTITY_HEADER"]}
    reply = await http.get(stack.identity_url, params={"resource": resource}, headers=headers)
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}
