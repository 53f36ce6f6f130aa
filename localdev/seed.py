"""The demo tenant: what a new user finds, and what conformance tools are pointed at.

`python -m localdev.seed` runs with the environment of the app, before the app. It makes what is missing, and writes
`run.json` into `LOCAL_DIR`: where everything is, and a live token for each provider.
"""

import asyncio
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from localdev import run_file
from localdev.application import opened
from scim.admin.codes import SECRET
from scim.admin.set_up import native_technician
from scim.bootstrap import Application
from scim.domain.activities import Activity, Actor, Status, created_status
from scim.domain.authority import Permission
from scim.domain.organizations import Organization
from scim.domain.ports import TooManyTokens
from scim.domain.providers import NATIVE, OrganizationPolicy, Policies, Provider, ProviderKind
from scim.domain.roles import Role
from scim.domain.tokens import TokenState, TokenText, parse_token
from scim.domain.totp import new_secret
from scim.domain.users import User, UserType
from scim.schema.values import UnknownAttributes
from scim.settings import Settings

ORGANIZATIONS = (
    Organization(id="1", name="Contoso Ltd"),
    Organization(id="2", name="Fabrikam Inc"),
    Organization(id="3", name="Northwind Traders"),
    Organization(id="4", name="Tailspin Toys"),
    Organization(id="5", name="Wingtip Toys"),
)
DEFAULT_ORGANIZATION = ORGANIZATIONS[0].id


@dataclass(frozen=True, slots=True)
class DemoProvider:
    """A provider of the demo tenant."""

    name: str
    kind: ProviderKind = ProviderKind.OTHER
    email_domains: frozenset[str] = frozenset()
    policies: Policies = field(default_factory=Policies)


PROVIDERS = (
    DemoProvider("Contoso Entra", ProviderKind.ENTRA, frozenset({"contoso.com"})),
    DemoProvider("Fabrikam Okta", ProviderKind.OKTA, frozenset({"fabrikam.com"})),
    DemoProvider(
        "Interop",  # for generic conformance tools, which know no organizations
        policies=Policies(unknown_attributes=UnknownAttributes.REJECT, organization=OrganizationPolicy.DEFAULT_UNKNOWN),
    ),
)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A native account of the demo tenant. Contoso Entra adopts the technician; nobody adopts an administrator."""

    user_name: str
    given_name: str
    family_name: str
    administrator: bool = False


ADMINISTRATOR = DemoAccount("demo.admin@contoso.com", "Demo", "Administrator", administrator=True)
ACCOUNTS = (ADMINISTRATOR, DemoAccount("demo.native@contoso.com", "Demo", "Native"))


@dataclass(frozen=True, slots=True)
class DemoRole:
    """A role of the demo tenant."""

    name: str
    user_type: UserType
    description: str
    permissions: frozenset[Permission] = frozenset()


ROLES = (
    DemoRole(
        "Helpdesk L1",
        UserType.TECHNICIAN,
        "Looks people and organizations up",
        frozenset({Permission.VIEW_ACCOUNTS, Permission.VIEW_ORGANIZATIONS}),
    ),
    DemoRole(
        "Identity Auditor",
        UserType.TECHNICIAN,
        "Sees identity providers and the system's activities",
        frozenset({Permission.VIEW_IDENTITY}),
    ),
    DemoRole("Portal", UserType.END_USER, "Uses the portal"),
    DemoRole("Tickets", UserType.END_USER, "Files tickets"),
)


async def seed(environment: Mapping[str, str]) -> None:
    """Make what is missing of the demo tenant, and write `run.json`."""
    settings = Settings.from_environment(environment)
    file = Path(environment["LOCAL_DIR"]) / "run.json"
    async with opened(settings) as app:
        for organization in ORGANIZATIONS:
            if not await app.organizations.exists(organization.id):
                await app.organizations.create(organization)
        providers = [await _provider(app, wanted) for wanted in PROVIDERS]
        accounts = await seed_accounts(app)
        await seed_roles(app)
        known = run_file.read(file)
        tokens = [await _token(app, provider, _known_tokens(known).get(provider.id)) for provider in providers]
        run = {
            "scim_url": settings.scim_base_url,
            "providers": [
                {"id": provider.id, "name": provider.name, "scim_token": token}
                for provider, token in zip(providers, tokens, strict=True)
            ],
            "organizations": [
                {"id": organization.id, "name": organization.name} for organization in await app.organizations.all()
            ],
            "console_url": f"{app.administration.services.public_url}/console",
            "api_url": f"{app.administration.services.public_url}/api",
            "admin": await _sign_in(app, accounts[0], known.get("admin") or {}),
            "accounts": [{"id": account.id, "user_name": account.user_name} for account in accounts],
        }
    run_file.write(file, run)


async def _provider(app: Application, wanted: DemoProvider) -> Provider:
    for present in await app.providers.all():
        if present.name == wanted.name:
            return present
    provider = Provider(
        id=app.services.identifiers.new(),
        name=wanted.name,
        kind=wanted.kind,
        created_at=app.clock.now(),
        email_domains=wanted.email_domains,
        default_organization=DEFAULT_ORGANIZATION,
        policies=wanted.policies,
    )
    await app.providers.create(provider)
    return provider


async def seed_accounts(app: Application) -> list[User]:
    """The accounts, made if they are missing; the administrator is the first."""
    return [await _account(app, wanted) for wanted in ACCOUNTS]


async def _account(app: Application, wanted: DemoAccount) -> User:
    providers = [provider.id for provider in await app.providers.all()]
    present = await app.users.find_by_name(wanted.user_name, {NATIVE, *providers})
    if present is not None:
        return present
    return await make_account(app, wanted)


async def make_account(app: Application, wanted: DemoAccount) -> User:
    """A native technician, who has neither password nor authenticator app."""
    user = native_technician(
        app.administration.services,
        wanted.user_name,
        wanted.given_name,
        wanted.family_name,
        administrator=wanted.administrator,
    )
    activity = Activity(
        id=app.identifiers.new(),
        time=user.created,
        status=created_status(user),
        provider=NATIVE,
        actor=_ACTOR,
        subject_kind="user",
        subject_id=user.id,
        subject_name=user.user_name,
    )
    return await app.users.create(user, activity)


async def seed_roles(app: Application) -> None:
    """Make the roles that are missing."""
    roles = app.administration.services.roles
    present = {(role.user_type, role.name) for role in await roles.all()}
    for wanted in ROLES:
        if (wanted.user_type, wanted.name) not in present:
            role = Role(
                id=app.identifiers.new(),
                name=wanted.name,
                user_type=wanted.user_type,
                description=wanted.description,
                permissions=wanted.permissions,
                created_at=app.clock.now(),
                created_by="Demo",
            )
            await roles.create(role, _role_activity(app, role))


def _role_activity(app: Application, role: Role) -> Activity:
    return Activity(
        id=app.identifiers.new(),
        time=role.created_at,
        status=Status.ROLE_CREATED,
        provider="",
        actor=_ACTOR,
        subject_kind="role",
        subject_id=role.id,
        subject_name=role.name,
    )


async def _token(app: Application, provider: Provider, known: str | None) -> str | None:
    """The token that `run.json` had, if it is alive, else a new one; None when two others are alive."""
    presented = parse_token(known or "")
    if presented and await _is_alive(app, presented):
        return presented.text
    try:
        return (await app.token_issuer.issue(provider.id, "Demo", _ACTOR)).text
    except TooManyTokens:
        return None


async def _is_alive(app: Application, presented: TokenText) -> bool:
    record = await app.tokens.get(presented.id)
    if record is None or record.state is not TokenState.ACTIVE or record.is_expired(app.clock.now()):
        return False
    return presented.matches(await app.vault.digest(presented.id) or "")


async def _sign_in(app: Application, account: User, known: dict[str, str | None]) -> dict[str, str]:
    """How the administrator signs in: as `run.json` had it, if that still works, else anew."""
    services = app.administration.services
    password, secret = known.get("password") or "", known.get("totp_secret") or ""
    credentials = await services.credentials.get(account.id)
    purpose = f"{SECRET}|{account.id}"
    works = await services.passwords.matches(password, credentials.password_hash) and secret == (
        await services.sealer.open(purpose, credentials.totp_secret)
    )
    if not works:
        password, secret = secrets.token_urlsafe(16), new_secret()
        fresh = replace(
            credentials,
            password_hash=await services.passwords.hash(password),
            password_changed_at=app.clock.now(),
            totp_secret=await services.sealer.seal(purpose, secret),
            failures=0,
            locked_until=None,
        )
        await services.credentials.save(fresh)
    return {"email": account.user_name, "password": password, "totp_secret": secret}


def _known_tokens(known: Mapping[str, Any]) -> dict[str, str]:
    """Tokens by provider."""
    return {provider["id"]: provider["scim_token"] for provider in known.get("providers", ()) if provider["scim_token"]}


_ACTOR = Actor(kind="system", id="demo", request_id="")

if __name__ == "__main__":
    asyncio.run(seed(os.environ))  # noqa: TID251 - a program of its own
