"""Single sign-on from the first click to the last, at real identity providers: see `tests.identity_providers`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from localdev.stack import Stack
from scim.schema.urns import NINJAONE_USER, PATCH_OP
from tests.browser.axe import violations
from tests.browser.people import Person
from tests.certificates import FIRST
from tests.identity_providers.starting import IdentityProvider
from tests.saml_identity_provider import signer

PROVIDERS = "administration/accounts/identity-providers"
BEGUN_THERE = "The sign-in was started at the identity provider, which is not switched on."


@dataclass
class Journey:
    """A provider of this test's own, its identity provider, and the administrator at the browser.

    Attributes:
        page: The administrator's.
        new_page: Opens another browser, which may go to the identity provider.
        console: Its URL.
        boss: The administrator.
        there: The identity provider.
        scim: The SCIM endpoint, with the provider's token once there is one.
        domain: The provider's e-mail domain.
        id: The provider's; "" until it is added.
        user_id: The technician's; "" until it is provisioned.
        is_connected: Whether there is a connection, another than which takes a code.
    """

    page: Page
    new_page: Callable[[], Page]
    console: str
    boss: Person
    there: IdentityProvider
    scim: httpx.Client
    domain: str
    id: str = ""
    user_id: str = ""
    is_connected: bool = False

    @property
    def name(self) -> str:
        return f"Works {self.domain}"

    @property
    def email(self) -> str:
        return f"tess@{self.domain}"

    @property
    def card(self) -> Locator:
        return self.page.get_by_role("region", name="Single Sign-On")

    def add(self) -> None:
        """Add the provider; its page is open then."""
        self.page.goto(f"{self.console}/{PROVIDERS}")
        self.page.get_by_role("main").get_by_role("link", name="Add provider").first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Display name").fill(self.name)
        dialog.get_by_label("E-mail domain 1").fill(self.domain)
        dialog.get_by_role("button", name="Add provider").click()
        self.expect_told("Identity provider added.")
        self.id = self.page.url.rpartition("/")[2].partition("?")[0]

    def expect_told(self, sentence: str) -> None:
        expect(self.page.get_by_role("status").last).to_contain_text(sentence)

    def open_dialog(self, link: str) -> Locator:
        """Open a dialog of the card."""
        self.card.get_by_role("link", name=link, exact=True).click()
        return self.page.get_by_role("dialog")

    def import_metadata(self, fill: Callable[[Locator], None]) -> None:
        dialog = self.open_dialog("Import metadata")
        fill(dialog)
        dialog.get_by_role("button", name="Import metadata").click()
        if self.is_connected:
            self.verify("change how people sign in through")
        self.is_connected = True
        self.expect_told("Identity provider changed.")
        expect(self.card).to_contain_text(f"{self.there.origin}/metadata")

    def verify(self, purpose: str) -> None:
        """Show a code in the dialog that asks for it."""
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_contain_text(
            f"Enter the time-based code from your authenticator app to {purpose} {self.name}."
        )
        dialog.get_by_label("Code").fill(self.boss.code())
        dialog.get_by_role("button", name="Verify").click()

    def connect_scim(self) -> str:
        """Switch provisioning on, and generate a token."""
        self.page.get_by_role("region", name=re.compile("SCIM")).get_by_role("link", name="Enable", exact=True).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("switch", name="Enable SCIM provisioning").click()
        dialog.get_by_role("button", name="Generate token").click()
        return dialog.get_by_label("Secret token", exact=True).input_value()

    def provision(self, token: str, organization: str) -> None:
        """Have a technician provisioned; the provider's page is open then."""
        self.scim.headers["Authorization"] = f"Bearer {token}"
        made = self.scim.post("/Users", json={
            "userName": self.email,
            "name": {"givenName": "Tess", "familyName": "Technician"},
            "emails": [{"type": "work", "value": self.email, "primary": True}],
            NINJAONE_USER: {"organizationId": organization, "userType": "technician"},
        })  # fmt: skip
        assert made.status_code == 201, made.text
        self.user_id = made.json()["id"]
        self.page.goto(f"{self.console}/{PROVIDERS}/{self.id}")

    def activate(self, *, active: bool) -> None:
        """What the provider sends when somebody leaves, or comes back."""
        change = {"op": "replace", "path": "active", "value": active}
        reply = self.scim.patch(f"/Users/{self.user_id}", json={"schemas": [PATCH_OP], "Operations": [change]})
        assert reply.status_code == 200, reply.text

    def test_connection(self) -> Page:
        """Test it in the new tab, up to what the tab says then."""
        with self.page.expect_popup() as opened:
            self.card.get_by_role("link", name="Test connection").click()
        opened.value.get_by_role("button", name="Test connection").click()
        sign_in_there(opened.value, self.email)
        return opened.value

    def pass_test(self) -> None:
        tab = self.test_connection()
        expect(tab.get_by_role("main")).to_contain_text(
            f"Signed in as {self.email}: that is the account of Tess Technician."
        )
        expect(tab.get_by_role("main")).to_contain_text(f"Known as {self.email}")
        assert violations(tab) == []
        tab.close()
        self.page.reload()

    def expect_not_enabled(self) -> None:
        """There is no button before a test has passed, and the API refuses it, too."""
        expect(self.card.get_by_role("link", name="Test connection")).to_be_visible()
        expect(self.card.get_by_role("link", name="Enable SSO")).to_have_count(0)
        refused = self.boss.client.post(f"/identity-providers/{self.id}/sso:enable")
        assert refused.json()["code"] == "sso_not_tested"

    def enable(self) -> None:
        self.open_dialog("Enable SSO").get_by_role("button", name="Enable SSO").click()
        self.verify("enable SSO for")
        self.expect_told("SSO enabled.")

    def sign_in_by_email(self, page: Page) -> None:
        """From the sign-in page to the identity provider's."""
        page.goto(f"{self.console}/dashboard")
        page.get_by_label("E-mail").fill(self.email)
        page.keyboard.press("Enter")

    def disable(self) -> None:
        """Disable SSO from the ellipsis of its row, with a code."""
        self.page.goto(f"{self.console}/{PROVIDERS}?search={self.domain}")
        row = self.page.get_by_role("row", name=self.name)
        row.get_by_title("Actions").click()
        row.get_by_role("link", name="Disable SSO").click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_contain_text("1 person signs in only through this provider")
        dialog.get_by_role("button", name="Disable SSO").click()
        self.verify("disable SSO for")
        self.expect_told("SSO disabled.")

    def expect_disabled(self, page: Page) -> None:
        """The sign-in link leads nowhere any more."""
        page.goto(f"{self.console}/sso/{self.id}")
        told = f"Single sign-on for {self.name} is disabled. Ask your administrator."
        expect(page.get_by_role("main")).to_contain_text(told)

    def end(self) -> None:
        """Leave nobody behind who cannot sign in: banners of other tests would tell of it."""
        self.scim.delete(f"/Users/{self.user_id}")
        self.scim.close()
        self.there.stop()


def sign_in_there(page: Page, email: str) -> None:
    """Say who it is, at the identity provider."""
    page.get_by_label("Name", exact=True).fill(email)
    page.get_by_role("button", name="Sign in").click()


def expect_welcome(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Tess Technician")


def expect_signed_out(page: Page) -> None:
    page.reload()
    expect(page.get_by_label("E-mail")).to_be_visible()


@pytest.fixture
def set_out(
    run: dict[str, Any], console: str, boss: Person, new_page: Callable[..., Page], emulators: Stack, tmp_path: Any
) -> Iterator[Callable[[str], Journey]]:
    """Sets out with an identity provider of the given program; here there is no provider yet."""
    made: list[Journey] = []

    def begin(program: str) -> Journey:
        there = IdentityProvider(program, emulators, tmp_path)

        def open_page(person: Person | None = None) -> Page:
            return new_page(person, visits=[there.host])

        scim = httpx.Client(base_url=run["scim_url"], timeout=60)
        domain = f"{uuid4().hex[:12]}.example"
        made.append(Journey(open_page(boss), open_page, console, boss, there, scim, domain))
        return made[-1]

    yield begin
    for journey in made:
        journey.end()


def test_saml_from_metadata_to_the_end_of_every_session(set_out, run, emulators):
    """R014, R015, R023, R095, R096, AMB-20, AMB-30.

    The file that was imported first is older than the certificate that is signed with now.
    """
    journey = set_out("saml")
    page, there = journey.page, journey.there
    journey.add()
    identifier = journey.card.get_by_label("Identifier (Entity ID)", exact=True).input_value()
    idp = signer("journey", datetime.now(UTC) + timedelta(days=900))  # noqa: TID251 - a real one, in a real browser
    there.start(key=idp.key_pem, certificate=idp.pem, serviceProvider=identifier)

    url = f"{there.origin}/metadata"
    published = httpx.get(url, verify=emulators.tls).text
    old = re.sub("(?<=X509Certificate>)[^<]+", "".join(FIRST.splitlines()[1:-1]), published)
    file = {"name": "metadata.xml", "mimeType": "application/xml", "buffer": old.encode()}
    journey.import_metadata(lambda dialog: dialog.get_by_label("File").set_input_files(file))
    journey.provision(journey.connect_scim(), run["organizations"][0]["id"])
    tab = journey.test_connection()
    expect(tab.get_by_role("main")).to_contain_text("The answer is not signed with the configured certificate.")
    assert violations(tab) == []
    tab.close()
    journey.expect_not_enabled()
    journey.import_metadata(lambda dialog: dialog.get_by_label("Metadata URL").fill(url))
    journey.pass_test()
    journey.enable()

    tess = journey.new_page()
    journey.sign_in_by_email(tess)
    sign_in_there(tess, journey.email)
    expect_welcome(tess)
    journey.activate(active=False)
    expect_signed_out(tess)
    journey.sign_in_by_email(tess)
    sign_in_there(tess, journey.email)
    inactive = f"Your account is inactive. It is managed by {journey.name}; ask your administrator."
    expect(tess.get_by_role("main")).to_contain_text(inactive)
    assert violations(tess) == []

    journey.activate(active=True)
    tess = journey.new_page()
    tess.goto(f"{there.origin}/tile")
    sign_in_there(tess, journey.email)
    expect(tess.get_by_role("main")).to_contain_text(BEGUN_THERE)
    rules = journey.open_dialog("Sign-in rules")
    rules.get_by_label("Let sign-ins begin at the provider").check()
    rules.get_by_role("button", name="Save").click()
    journey.verify("change how people sign in through")
    journey.expect_told("Identity provider changed.")
    tess.goto(f"{there.origin}/tile")
    sign_in_there(tess, journey.email)
    expect_welcome(tess)

    journey.disable()
    expect(page.get_by_role("region", name="Single Sign-On")).to_contain_text("Disabled")
    expect_signed_out(tess)
    journey.expect_disabled(tess)


def test_openid_connect_from_its_secret_to_the_end_of_every_session(set_out, run, boss):
    """R014, R015, R023, R095, R096, AMB-20, AMB-30. The provider and its token are there already."""
    journey = set_out("openid_connect")
    there, secret = journey.there, uuid4().hex
    wanted = {"name": journey.name, "kind": "other", "emailDomains": [journey.domain]}
    journey.id = boss.api("POST", "/identity-providers", wanted)["id"]
    boss.api("POST", f"/identity-providers/{journey.id}/scim:enable", {})
    token = boss.api("POST", f"/identity-providers/{journey.id}/scim/tokens", {})["token"]
    journey.provision(token, run["organizations"][0]["id"])
    dialog = journey.open_dialog("OpenID Connect")
    redirect_uri = dialog.get_by_label("Redirect URI", exact=True).input_value()
    there.start(clientId="rollcall", clientSecret=secret, redirectUri=redirect_uri)
    for label, value in {"Issuer": there.origin, "Client ID": "rollcall", "Client secret": secret}.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name="Save").click()
    journey.expect_told("Identity provider changed.")
    journey.expect_not_enabled()
    journey.pass_test()
    journey.enable()

    tess = journey.new_page()
    journey.sign_in_by_email(tess)
    expect(tess.get_by_label("Name", exact=True)).to_have_value(journey.email)
    tess.get_by_role("button", name="Sign in").click()
    expect_welcome(tess)
    journey.disable()
    expect_signed_out(tess)
    journey.expect_disabled(tess)
