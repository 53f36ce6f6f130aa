"""Addresses that administrators are given."""

from scim.settings import Settings
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.world import BASE_URL, user


async def test_the_scim_url_is_where_resources_say_that_they_are():
    """R036-R038: without a slash at its end, and whatever host a request names."""
    admin = await AdminWorld.on(FakeRows())
    reply = await admin.world.call("POST", "/Users", user("anna@contoso.com"), headers={"Host": "brand.example"})
    assert admin.services.scim_base_url == BASE_URL == "https://rollcall.example/ws/scim/v2"
    assert reply.headers["Location"] == f"{admin.services.scim_base_url}/Users/{reply.json['id']}"


async def test_links_are_to_the_deployment_itself():
    """R038."""
    admin = await AdminWorld.on(FakeRows())
    ben = await admin.account("ben@contoso.com")
    headers = {"Host": "brand.example", "X-Forwarded-Host": "brand.example"}
    reply = await admin.call("POST", f"/users/{ben.id}:invite", headers=headers)
    assert reply.json["url"].startswith("https://rollcall.example/console/")


def test_a_slash_behind_the_public_url_is_none_in_the_scim_url():
    """R036."""
    environment = {
        "PUBLIC_URL": "https://scim.example///",
        "TABLES_URL": "https://account.table.core.windows.net",
        "KEY_VAULT_URL": "https://vault.vault.azure.net",
    }
    assert Settings.from_environment(environment).scim_base_url == "https://scim.example/ws/scim/v2"
