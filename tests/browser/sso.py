"""Providers for the browser tests, with single sign-on as far as a test wants it."""

from uuid import uuid4

from scim.admin.provider_switches import record_sso_test
from scim.bootstrap import Application
from tests.browser.people import Backstage, Person
from tests.certificates import FIRST

CONNECTION = {
    "entityId": "https://sts.windows.net/9f2a/",
    "signOnUrl": "https://login.microsoftonline.com/9f2a/saml2",
    "certificates": [FIRST],
}


def new_provider(boss: Person, **more: object) -> dict[str, str]:
    """A provider with a connection: `id` and `name`, among others."""
    stem = uuid4().hex[:8]
    body = {"name": f"Provider {stem}", "emailDomains": [f"{stem}.example"], "sso": CONNECTION, **more}
    made: dict[str, str] = boss.api("POST", "/identity-providers", body)
    return made


def enable_sso(boss: Person, provider_id: str) -> None:
    """Enable it, once it has been tested."""
    asked = {"code": boss.code(), "action": "enableSso", "object": provider_id}
    proof = boss.api("POST", "/mfa:verify", asked)["proof"]
    boss.api("POST", f"/identity-providers/{provider_id}/sso:enable", **{"X-Step-Up-Proof": proof})


def pass_sso_test(backstage: Backstage, provider_id: str) -> None:
    """Record what a sign-in through the stored connection records; no person can."""

    async def passed(app: Application) -> None:
        services = app.administration.services
        tested = await services.providers.sso_configuration(provider_id)
        assert tested is not None
        assert await record_sso_test(services, provider_id, tested, "ana@contoso.com", "test")

    backstage.do(passed)
