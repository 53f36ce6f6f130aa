"""What an administrator does who connects an identity provider, from the first click to the last, in a browser.

The identity provider itself is simulated (`tests.simulations`): it has what was copied out of the window, and nothing
else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from scim.bootstrap import Application
from tests.browser.people import Backstage, Person
from tests.simulations.directory import Directory
from tests.simulations.entra import EntraJob
from tests.simulations.expected import differences
from tests.simulations.in_process import DispatcherTransport

TITLE = "System for Cross-domain Identity Management (SCIM)"
DASH = "\N{EN DASH}"
SWITCH = "Enable SCIM provisioning"
WARNING = "Copy and store the token securely. It is displayed only once."
NOT_COPIED = "You have not copied the token. It cannot be shown again."


@dataclass
class Connection:
    """A provider of this test's own, and its administrator at the browser."""

    id: str
    name: str
    page: Page
    console: str
    scim_url: str
    boss: Person
    backstage: Backstage
    directory: Directory

    @property
    def address(self) -> str:
        return f"{self.console}/administration/accounts/identity-providers/{self.id}"

    def open_window(self, button: str) -> Locator:
        """Open the window by the button of the card."""
        self.page.get_by_role("region", name=TITLE).get_by_role("link", name=button, exact=True).click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog.get_by_role("heading", name=TITLE)).to_be_visible()
        return dialog

    def close(self, dialog: Locator) -> None:
        """Close the window; the page behind it, which is stale, is loaded anew."""
        with self.page.expect_event("load"):
            dialog.get_by_role("link", name="Close").last.click()
        expect(dialog).to_be_hidden()

    def generate(self, dialog: Locator) -> str:
        """Switch provisioning on, and generate a token; its text."""
        dialog.get_by_role("switch", name=SWITCH).click()
        dialog.get_by_role("button", name="Generate token").click()
        expect(dialog.get_by_text(WARNING)).to_be_visible()
        return dialog.get_by_label("Secret token", exact=True).input_value()

    def provision(self, url: str, token: str) -> None:
        """Let the identity provider fill users and groups."""

        async def work(client: httpx.AsyncClient) -> tuple[list[str], list[str]]:
            job = EntraJob(client, url, token, self.directory, "2020", concurrency=4)
            await job.initial_cycle()
            return job.failures, await differences(client, url, token, job.expected())

        assert over_http(work) == ([], [])

    def scim_status(self, token: str) -> int:
        """What the identity provider is answered with this token.

        By an instance of its own on the same storage: one that has just served the token may do so for thirty seconds
        more, which `tests/integration/test_token_ends.py` waits for.
        """

        async def ask(app: Application) -> int:
            async with httpx.AsyncClient(transport=DispatcherTransport(app.dispatcher, self.scim_url)) as client:
                headers = {"Authorization": f"Bearer {token}"}
                return (await client.get(f"{self.scim_url}/Users?count=0", headers=headers)).status_code

        return self.backstage.do(ask)

    def somebody(self) -> dict[str, Any]:
        """A user whom the provider manages, as the API tells."""
        return self.boss.api("GET", f"/users?provider={self.id}&limit=200")["items"][0]

    def edit(self, user: dict[str, Any], name: str) -> httpx.Response:
        """Change a user's name by the API."""
        return self.boss.client.request("PATCH", f"/users/{user['id']}", json={"familyName": name})


def over_http[T](work: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    """Run something on a client in a thread of its own: Playwright has a loop in this one."""

    async def run() -> T:
        async with httpx.AsyncClient(timeout=60) as client:
            return await work(client)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


@pytest.fixture
def connection(
    page: Page, console: str, run: dict[str, Any], boss: Person, backstage: Backstage
) -> Iterator[Connection]:
    """A new provider, whose page is open."""
    domain = f"{uuid4().hex[:12]}.example"
    directory = Directory(Random(7), domain, tuple(each["id"] for each in run["organizations"]))
    directory.populate(users=8, groups=2, members=3)
    name = f"Entra of {domain}"
    provider = boss.api("POST", "/identity-providers", {"name": name, "kind": "entra", "emailDomains": [domain]})
    made = Connection(provider["id"], name, page, console, run["scim_url"], boss, backstage, directory)
    page.goto(made.address)
    yield made
    boss.client.close()


def test_from_enabling_scim_to_revoking_its_token(connection, page, boss):
    """R013, R027-R032, R036, R098-R102, AMB-9, AMB-15."""
    dialog = connection.open_window("Enable")
    expect(dialog.get_by_role("switch", name=SWITCH)).to_have_attribute("aria-checked", "false")
    token = connection.generate(dialog)

    page.keyboard.press("Escape")
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text(NOT_COPIED)
    question.get_by_role("button", name="Go back").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name=f"Copy {DASH} SCIM API endpoint URL (tenant URL)").click()
    url = page.evaluate("navigator.clipboard.readText()")
    dialog.get_by_role("button", name=f"Copy {DASH} Secret token").click()
    expect(dialog.get_by_text("Copied.").last).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == token
    connection.close(dialog)

    dialog = connection.open_window("Edit")
    expect(dialog.get_by_role("row", name=f"••••{token.rsplit('_', 1)[0][-4:]}")).to_be_visible()
    assert "Secret token" not in dialog.inner_text()
    assert token not in page.content()

    connection.provision(url, token)
    user = connection.somebody()
    refused = connection.edit(user, "Elsewhere")
    assert refused.status_code == 409
    assert f"This field is managed by {connection.name} through SCIM." in refused.json()["detail"]

    dialog.get_by_role("switch", name=SWITCH).click()
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog.get_by_role("switch", name=SWITCH)).to_have_attribute("aria-checked", "true")
    dialog.get_by_role("switch", name=SWITCH).click()
    expect(dialog.get_by_role("heading", name="Disable SCIM provisioning?")).to_be_visible()
    dialog.get_by_role("button", name="Disable SCIM").click()
    expect(dialog.get_by_text("SCIM provisioning is off.")).to_be_visible()
    connection.close(dialog)
    assert connection.scim_status(token) == 403
    assert connection.edit(user, "Here").status_code == 200

    dialog = connection.open_window("Enable")
    dialog.get_by_role("switch", name=SWITCH).click()
    expect(dialog.get_by_text("1 user was changed.")).to_be_visible()
    dialog.get_by_role("button", name="Enable", exact=True).click()
    expect(dialog.get_by_role("switch", name=SWITCH)).to_have_attribute("aria-checked", "true")
    assert connection.scim_status(token) == 200
    assert connection.edit(user, "Elsewhere").status_code == 409

    dialog.get_by_role("link", name="Revoke token").click()
    expect(dialog.get_by_role("heading", name="Revoke token")).to_be_visible()
    dialog.get_by_role("button", name="Revoke token").click()
    expect(dialog.get_by_role("heading", name="Verify it's you")).to_be_visible()
    dialog.get_by_label("Code").fill(boss.code())
    dialog.get_by_role("button", name="Verify").click()
    expect(dialog.get_by_text("Token revoked.")).to_be_visible()
    connection.close(dialog)
    assert connection.scim_status(token) == 401


def test_a_mapped_group_gives_its_members_a_role_that_only_the_provider_takes_away(connection, page, boss, console):
    """R004, R005, R082-R089: the account page names the source of the role, and refuses to edit what is not ours."""
    boss.api("POST", f"/identity-providers/{connection.id}/scim:enable", {})
    token = boss.api("POST", f"/identity-providers/{connection.id}/scim/tokens", {})["token"]
    for person in connection.directory.people.values():
        person.user_type = "technician"
    connection.provision(connection.scim_url, token)
    role = boss.api("POST", "/roles", {"name": f"Helpdesk {uuid4().hex[:8]}", "type": "technician"})
    groups = boss.api("GET", f"/identity-providers/{connection.id}/groups")["items"]
    group = next(each for each in groups if each["members"]["number"])

    page.goto(connection.address)
    row = page.get_by_role("row", name=group["name"])
    row.get_by_role("link", name="Edit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(f"Choose roles {DASH} Technician roles").click()
    dialog.get_by_role("group", name="Technician roles").get_by_label(role["name"]).check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=group["name"])).to_contain_text(role["name"])

    def has_role(user: dict[str, Any]) -> bool:
        given = boss.api("GET", f"/users/{user['id']}/roles")["items"]
        return any(each["role"]["id"] == role["id"] for each in given)

    users = boss.api("GET", f"/users?provider={connection.id}&limit=200")["items"]
    member = next(user for user in users if has_role(user))
    page.goto(f"{console}/administration/accounts/users/{member['id']}/roles")
    row = page.get_by_role("row", name=role["name"])
    expect(row).to_contain_text("SCIM")
    expect(row).to_contain_text(group["name"])
    expect(row.get_by_role("link", name="Remove")).to_have_count(0)
    page.goto(f"{console}/administration/accounts/users/{member['id']}")
    locked = (
        f"This field is managed by {connection.name} through SCIM. Change it there, or disable SCIM for this provider."
    )
    expect(page.get_by_text(locked).first).to_be_attached()
    expect(page.locator("[name=familyName]")).to_have_count(0)
    assert connection.edit(member, "Elsewhere").json()["detail"] == locked
