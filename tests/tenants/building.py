"""Builds a tenant through the API, through SCIM and, where time has to pass or only a sign-in would do, through ports.

    tenant = await build(app, PLAIN, people=40)
    tenant.ids["provider"], tenant.texts["organization"], tenant.cookie

`app` may be on any storage; its clock is not used: the tenant's begins half a year ago, and stands at `now` at the end.
What `ids` and `texts` name is what `tests.browser.sites` speaks of.
"""

import unicodedata
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scim.admin import sessions
from scim.admin.provider_switches import record_sso_test
from scim.bootstrap import Application, assemble
from scim.domain.providers import Provider
from scim.domain.tokens import TokenUse
from scim.domain.users import User
from scim.schema.urns import CORE_USER, ENTERPRISE_USER, NINJAONE_USER
from tests.admin_world import AdminWorld
from tests.certificates import FIRST
from tests.people import Person
from tests.tenants.words import Words
from tests.world import QUICK_PASSWORDS, ClockIdentifiers, StandingClock, World, remove_members

LIFE = timedelta(days=181)
"""Of a token, at least: half a year."""
KINDS = ("okta", "entra", "entra", "okta", "okta", "entra", "other")
"""Of providers, as their plain names say."""
PASSWORD = "correct horse battery staple"


@dataclass
class Tenant:
    """What there is.

    Attributes:
        ids: Ids by what they are of: `provider`, `rotating`, `user`, `native`, `group`, …
        texts: What these are called, by the same names.
        email, secret, cookie: Of the system administrator who looks at everything.
        invitation: The text of an invitation that is open.
    """

    ids: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    email: str = ""
    secret: str = ""
    cookie: str = ""

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


async def build(app: Application, words: Words, *, now: datetime, people: int = 16) -> Tenant:
    """Make the tenant; see the module."""
    builder = await _Builder.on(app, words, now)
    await builder.organizations()
    await builder.roles()
    await builder.providers()
    await builder.provision(people)
    await builder.map_groups()
    await builder.natives()
    await builder.switch()
    await builder.own_security()
    return builder.tenant


class _Builder:
    """See `build`: its steps, in order."""

    def __init__(self, admin: AdminWorld, boss: User, words: Words, now: datetime) -> None:
        self.admin = admin
        self.words = words
        self.now = now
        self.boss = boss
        self.tenant = Tenant(email=boss.user_name)
        self._renewed = admin.clock.now()
        self._tokens: dict[str, str] = {}
        self._users: list[tuple[str, str]] = []
        self._groups: list[str] = []

    @classmethod
    async def on(cls, app: Application, words: Words, now: datetime) -> "_Builder":
        clock = StandingClock(now - LIFE - timedelta(days=21))
        past = assemble(
            app.rows,
            app.vault,
            app.secrets,
            base_url=app.services.base_url,
            passwords=QUICK_PASSWORDS,
            clock=clock,
            identifiers=ClockIdentifiers(clock),
        )
        admin = AdminWorld(World(past, app.rows, Provider(id="", name=""), ""), "")
        boss = await admin.account("hanna.devries@contoso.com", administrator=True)
        builder = cls(await admin.as_(boss), boss, words, now)
        builder.tenant.ids["boss"] = boss.id
        name = {"givenName": builder.word("given name", 7), "familyName": builder.word("family name", 13)}
        await builder.call("PATCH", f"/users/{boss.id}", name)
        return builder

    # Small things

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """The API, in the administrator's name; an access token lasts ninety days."""
        if self.admin.clock.now() > self._renewed + timedelta(days=80):
            self.admin, self._renewed = await self.admin.as_(self.boss), self.admin.clock.now()
        return await self.admin.done(method, path, body)

    def at(self, **ago: float) -> None:
        """Move to so long before the end."""
        self.admin.clock.moment = max(self.admin.clock.moment, self.now - timedelta(**ago))

    def keep(self, name: str, id_: str, text: str) -> str:
        """Remember what something is called."""
        self.tenant.ids[name], self.tenant.texts[name] = id_, text
        return id_

    def word(self, kind: str, number: int) -> str:
        """The number-th of a kind; they begin again when there are no more."""
        return self.words[kind][number % len(self.words[kind])]

    def scim(self, provider: str) -> World:
        """SCIM, with a provider's token."""
        world = self.admin.world
        return World(world.app, world.rows, Provider(id=self.tenant.ids[provider], name=""), self._tokens[provider])

    # Steps

    async def organizations(self) -> None:
        for number, name in enumerate(self.words["organization"]):
            made = await self.call("POST", "/organizations", {"name": name})
            self.keep(f"organization {number}", made["id"], name)
            self.admin.clock.advance(minutes=7)
        self.keep("organization", self.tenant.ids["organization 0"], self.tenant.texts["organization 0"])
        made = await self.call("POST", "/organizations", {"name": "Empty"})
        self.keep("empty organization", made["id"], "Empty")

    async def roles(self) -> None:
        for kind, type_, template in (
            ("technician role", "technician", "full"),
            ("end user role", "endUser", "blank"),
        ):
            for number, name in enumerate(self.words[kind]):
                text = self.word("description", number)
                body = {
                    "name": name,
                    "type": type_,
                    "description": text,
                    "template": template if not number else "blank",
                }
                made = await self.call("POST", "/roles", body)
                self.keep(f"{kind} {number}", made["id"], name)
            self.keep(kind, self.tenant.ids[f"{kind} 0"], self.tenant.texts[f"{kind} 0"])

    async def providers(self) -> None:
        """In every state that its page knows: tokens that expired, that expire, two at once, none."""
        states: tuple[tuple[str, dict[str, float], bool], ...] = (
            ("expired", {"days": LIFE.days + 15}, True),
            ("expiring", {"days": LIFE.days - 12}, True),
            ("provider", {"days": 40}, True),
            ("rotating", {"days": 39}, True),
            ("switched off", {"days": 38}, True),
            ("tokenless", {"days": 37}, False),
            ("untouched", {"days": 36}, False),
        )
        for number, (name, ago, has_token) in enumerate(states):
            self.at(**ago)
            body = {
                "name": self.word("provider", number),
                "kind": KINDS[number],
                "emailDomains": [self.word("sign-in address", number)],
                "policies": {"adoption": "ask"},
            }
            made = await self.call("POST", "/identity-providers", body)
            self.keep(name, made["id"], body["name"])
            if name != "untouched":
                await self.call("POST", f"/identity-providers/{made['id']}/scim:enable")
            if has_token:
                await self.token(name, number)
        for name in ("provider", "rotating", "untouched"):
            await self.connect(name)
        self.at(days=6)
        path = f"/identity-providers/{self.tenant.ids['rotating']}/scim/tokens"
        made = await self.call("POST", f"{path}:rotate", {"label": self.word("label", 3)})
        self.keep("newer token", made["id"], made["label"])

    async def token(self, name: str, number: int) -> None:
        path = f"/identity-providers/{self.tenant.ids[name]}/scim/tokens"
        made = await self.call("POST", path, {"label": self.word("label", number)})
        self.keep(f"{name} token", made["id"], made["label"])
        self._tokens[name] = made["token"]

    async def connect(self, name: str) -> None:
        """Single sign-on, tested and, but for one, enabled."""
        id_ = self.tenant.ids[name]
        sso = {
            "entityId": self.word("entity ID", 0),
            "signOnUrl": "https://login.microsoftonline.com/5f2a/saml2",
            "certificates": [FIRST],
        }
        await self.call("PATCH", f"/identity-providers/{id_}", {"sso": sso})
        configured = await self.admin.services.providers.sso_configuration(id_)
        await record_sso_test(self.admin.services, id_, configured, self.word("given name", 2), "")

    async def provision(self, people: int) -> None:
        """What an identity provider sends: people of both kinds, groups, changes."""
        self.at(days=30)
        for number in range(people):
            self.admin.clock.advance(minutes=11)
            await self.person(number)
        self.at(days=20)
        scim = self.scim("provider")
        for number, name in enumerate(self.words["group"]):
            members = [id_ for place, (id_, _) in enumerate(self._users) if place % len(self.words["group"]) == number]
            id_ = await scim.created("/Groups", {"displayName": name, "members": [{"value": each} for each in members]})
            self.keep(f"group {number}", id_, name)
            self._groups.append(id_)
        self.keep("group", self._groups[0], self.words["group"][0])
        self.keep("user", *self._users[0])
        self.keep("end user", *self._users[1])
        self.keep("inactive", *self._users[2])
        for day in range(9, 0, -1):
            self.at(days=day)
            id_, _ = self._users[day % len(self._users)]
            await self.patch(id_, "title", self.word("title", day + 1))
        await self.patch(self._users[2][0], "active", value=False)
        await scim.call("PATCH", f"/Groups/{self._groups[-1]}", remove_members(self._users[-1][0]))
        await self.use()

    async def person(self, number: int) -> None:
        given = self.word("given name", number)
        family = self.word("family name", number + number // len(self.words["given name"]))
        domain = self.word("sign-in address", 2)
        plain = _seen(f"{given}.{family}".lower().replace(" ", ""))
        is_technician = number % 5 == 0
        kind = {"userType": "technician"} if is_technician else {"userType": "endUser"}
        organization = "All" if number % 9 == 1 else self.tenant.ids[f"organization {number % 5}"]
        body = {
            "schemas": [CORE_USER, ENTERPRISE_USER, NINJAONE_USER],
            "externalId": f"{number}-{given}",
            "userName": f"{plain}@{domain}",
            "name": {"givenName": given, "familyName": family, "formatted": f"{given} {family}", "middleName": given},
            "displayName": f"{given} {family}",
            "nickName": given,
            "title": self.word("title", number),
            "emails": [{"value": f"{plain}@{domain}", "type": "work", "primary": True}],
            "phoneNumbers": [{"value": given, "type": "work"}],
            "addresses": [{"formatted": given, "locality": family, "type": "work"}],
            "preferredLanguage": "en-US",
            "active": True,
            ENTERPRISE_USER: {"department": self.word("department", number), "costCenter": given},
            NINJAONE_USER: kind if is_technician else kind | {"organizationId": organization},
        }
        self._users.append((await self.scim("provider").created("/Users", body), body["displayName"]))

    async def patch(self, id_: str, path: str, value: object) -> None:
        body = {"schemas": [], "Operations": [{"op": "replace", "path": path, "value": value}]}
        body["schemas"] = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
        reply = await self.scim("provider").call("PATCH", f"/Users/{id_}", body)
        assert reply.status < 300, reply

    async def use(self) -> None:
        """When tokens were last used: noted in the background, to within minutes."""
        for name in ("provider", "rotating", "switched off", "expired", "expiring"):
            token = self.tenant.ids[f"{name} token"]
            at = self.admin.clock.now() - timedelta(minutes=12)
            agent = self.word("agent", 0).encode("ascii", "replace").decode()
            await self.admin.services.tokens.record_use(token, TokenUse(at, "20.190.151.7", agent))

    async def map_groups(self) -> None:
        self.at(hours=20)
        base = f"/identity-providers/{self.tenant.ids['provider']}/groups"
        for number, group in enumerate(self._groups[:-1]):
            body = {
                "technicianRoles": [self.tenant.ids[f"technician role {number % 5}"]],
                "endUserRoles": [self.tenant.ids[f"end user role {place}"] for place in range(1 + number % 3)],
            }
            await self.call("PUT", f"{base}/{group}/mapping", body)

    async def natives(self) -> None:
        """Accounts that nobody provisions: invited, inactive, deleted, asked for by a provider."""
        self.at(hours=8)
        for number, name in enumerate(("native", "technician", "deactivated", "deleted", "wanted")):
            given = self.word("given name", number + 4)
            address = f"{name}@{self.word('sign-in address', 2)}"
            body = {"email": address, "givenName": given, "familyName": self.word("family name", number + 5)}
            kind = {"userType": "technician"} if name == "technician" else {"organizationId": self._organization}
            made = await self.call("POST", "/users", body | kind)
            self.keep(name, made["id"], made["name"])
        await self.call("POST", f"/users/{self.tenant.ids['deactivated']}:deactivate")
        await self.call("DELETE", f"/users/{self.tenant.ids['deleted']}")
        await self.call("POST", self._role_of("native", "end user role"))
        await self.call("POST", self._role_of("technician", "technician role"))
        await self.call("PATCH", f"/users/{self.tenant.ids['native']}", {"phone": "+34 600 000 000", "language": "es"})
        wanted = {"userName": f"wanted@{self.word('sign-in address', 2)}"}
        asked = wanted | {NINJAONE_USER: {"organizationId": self._organization}}
        await self.scim("provider").call("POST", "/Users", asked)

    @property
    def _organization(self) -> str:
        return self.tenant.ids["organization"]

    def _role_of(self, account: str, role: str) -> str:
        return f"/users/{self.tenant.ids[account]}/roles/{self.tenant.ids[role]}"

    async def switch(self) -> None:
        """What is on and what is off in the end."""
        boss = await self._equipped()
        for name, verb in (("provider", "enable"), ("rotating", "enable"), ("rotating", "disable")):
            id_ = self.tenant.ids[name]
            proof = await boss.proof(f"{verb}Sso", id_)
            path = f"/identity-providers/{id_}/sso:{verb}"
            reply = await boss.call("POST", path, {} if verb == "disable" else None, headers={"X-Step-Up-Proof": proof})
            assert reply.status == 200, reply
        self.at(hours=3)
        off = f"/identity-providers/{self.tenant.ids['switched off']}"
        await self.call("POST", f"{off}/scim:disable", {})
        self.signed_in = boss

    async def _equipped(self) -> Person:
        boss = await Person(self.admin, self.boss).equip()
        self.tenant.secret = boss.secret
        await boss.sign_in()
        return boss

    async def own_security(self) -> None:
        """Sessions and access tokens of the administrator; the last session is the one to look around with."""
        await self.signed_in.sign_in()
        for number in range(2):
            made = await self.signed_in.call("POST", "/me/access-tokens", {"label": self.word("label", number)})
            assert made.status == 201, made
            self.keep("access token", made.json["id"], made.json["label"])
        self.at(hours=0)
        for number in range(4):
            ticket = await sessions.begin(self.admin.services, self.boss, self.word("agent", number))
            if not number:
                self.keep("session", ticket.session_id, self.word("agent", number))
        self.tenant.cookie = str(ticket)


def _seen(text: str) -> str:
    """Without what nobody sees: userNames have none of it."""
    return "".join(each for each in text if unicodedata.category(each) not in {"Cc", "Cf", "Zl"})
