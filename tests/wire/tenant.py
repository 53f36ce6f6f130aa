"""The tenant that a case talks to, and what its steps do in the console."""

from collections.abc import Mapping
from typing import Any

from scim.domain.organizations import Organization
from scim.domain.providers import NATIVE, AdoptionPolicy, OrganizationPolicy, Policies, Provider
from scim.domain.resources import document_text
from scim.domain.tokens import PREFIX, _checksum, generate_token
from scim.domain.users import User, standing_of, with_defaults
from scim.protocol.resources import parse_resource
from scim.schema.catalog import user_type
from scim.schema.urns import NINJAONE_USER
from scim.schema.values import UnknownAttributes
from scim.storage.tables.rows import Merge
from tests.fakes.rows import FakeRows
from tests.wire.modes import providers_in
from tests.world import World, user

DOMAINS = {"entra": ["contoso.com"], "okta": ["fabrikam.com"]}


class Tenant:
    """The world of one case.

    Attributes:
        policies: By provider, as the case and the mode have them.
        worlds: By provider; the first one calls when a step does not say who does.
        names: What a case can write in braces: tokens, broken tokens, ids of native accounts.
        secrets: What no reply may tell, by what it is.
    """

    def __init__(self, rows: FakeRows) -> None:
        self.rows = rows
        self.policies: dict[str, Mapping[str, str]] = {}
        self.worlds: dict[str, World] = {}
        self.names: dict[str, str] = {}
        self.secrets: dict[str, str] = {}

    @classmethod
    async def build(cls, case: Mapping[str, Any], mode: str) -> "Tenant":
        """The tenant that a case describes, in the mode."""
        tenant = cls(FakeRows())
        for wanted in providers_in(case, mode):
            tenant.policies[wanted["id"]] = wanted["policies"]
            await tenant._add_provider(_provider(wanted))
        for name, account in case.get("accounts", {}).items():
            tenant.names[name] = (await tenant._add_account(account)).id
        return tenant

    @property
    def world(self) -> World:
        """The instance, called by the first provider."""
        return next(iter(self.worlds.values()))

    async def console(self, action: Mapping[str, Any]) -> None:
        """What an administrator does between two requests."""
        for verb, subject in action.items():
            match verb:
                case "revoke_token":
                    token_id = self.names[f"{subject}.token"].split("_")[1]
                    await self.rows.batch("config", "tok", [Merge(token_id, {"state": "revoked"})])
                case "disable_scim" | "enable_scim":
                    await self.rows.batch("config", "idp", [Merge(subject, {"scimEnabled": verb == "enable_scim"})])
                case "create_organization":
                    await self.world.app.organizations.create(Organization(id=subject, name=f"Organization {subject}"))
                case _:
                    raise ValueError(verb)

    async def _add_provider(self, provider: Provider) -> None:
        rows = self.rows
        world = await (self.world.provided(provider) if self.worlds else World.on(rows, provider))
        self.worlds[provider.id] = world
        _, token_id, secret, checksum = world.token.split("_")
        mistyped = f"{PREFIX}_{token_id}_{secret[::-1]}"
        digest = world.app.vault.digests[token_id]
        self.names |= {
            f"{provider.id}.token": world.token,
            f"{provider.id}.digest": digest,
            f"{provider.id}.wrong_checksum": f"{mistyped}_{checksum}",
            f"{provider.id}.wrong_secret": f"{mistyped}_{_checksum(mistyped)}",
            "unknown.token": generate_token().text,
        }
        self.secrets |= {f"{provider.id}'s secret": secret, f"{provider.id}'s digest": digest}

    async def _add_account(self, wanted: Mapping[str, Any]) -> User:
        """An account that the console made: native, unless it says which provider has adopted it since."""
        app, provider = self.world.app, wanted.get("provider", NATIVE)
        body = user(wanted["userName"])
        body[NINJAONE_USER] |= {name: wanted[name] for name in ("userType",) if name in wanted}
        document = parse_resource(with_defaults(body), user_type(), UnknownAttributes.REJECT).document
        now = app.clock.now()
        account = User(
            id=app.services.identifiers.new(),
            provider=provider,
            text=document_text(document),
            created=now,
            modified=now,
            standing=standing_of(document, self.world.provider, organization_exists=True),
            administrator=wanted.get("administrator", False),
        )
        return await app.users.create(account, self.world.activity(account.id, provider))


def _provider(wanted: Mapping[str, Any]) -> Provider:
    policies = wanted["policies"]
    return Provider(
        id=wanted["id"],
        name=wanted["id"].title(),
        email_domains=frozenset(wanted.get("emailDomains", DOMAINS.get(wanted["id"], ()))),
        default_organization=wanted.get("defaultOrganization"),
        policies=Policies(
            unknown_attributes=UnknownAttributes(policies["unknownAttributes"]),
            organization=OrganizationPolicy(policies["organization"]),
            adoption=AdoptionPolicy(policies["adoption"]),
        ),
    )
