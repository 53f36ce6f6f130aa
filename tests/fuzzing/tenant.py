"""A tenant with something of everything, that each request finds as it was made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import azure.functions as func

from localdev.host.requests import decode_path
from scim.admin import step_up
from scim.admin.context import Context, Principal
from scim.admin.people import principal_of
from scim.api.endpoints import Endpoint
from scim.domain.authority import Permission
from scim.domain.mapping import GroupMapping
from scim.domain.roles import Role
from scim.domain.users import UserType
from scim.triggers.web import _http_response, _web_request
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person
from tests.world import OKTA, ORGANIZATIONS, World, add_members, group, patch, user

BASE = "/api"
TRACES = {"attempt", "cred", "once", "onceidx", "pat", "proof", "ses", "sesidx"}
"""Partitions of `config` in which a refused request may leave that it was made, and by whom."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: the headers that sign them in, and whom these stand for."""

    headers: Mapping[str, str]
    principal: Principal | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes over the wire."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back, and whether the tenant is still what it was."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    left_alone: bool


@dataclass(frozen=True, slots=True)
class Tenant:
    """See the module.

    Attributes:
        world: As it was made.
        known: Ids of what there is, by kind.
        callers: By name.
    """

    world: World
    known: Mapping[str, Sequence[str]]
    callers: Mapping[str, Caller]

    @classmethod
    async def build(cls) -> "Tenant":
        """The tenant."""
        admin = await AdminWorld.on(FakeRows())
        ana = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
        await ana.sign_in()
        await admin.services.sso.encryption_certificate()  # whoever asks first has the key made
        callers = {
            "nobody": Caller({}),
            "script": await _caller(admin, ana, {"authorization": f"Bearer {(await admin.as_(ana.user)).token}"}),
            "console": await _caller(admin, ana, {"cookie": ana.cookie, "x-csrf-token": ana.csrf}),
        }
        return cls(
            admin.world, await _populate(admin) | {"session": [callers["console"].principal.credential]}, callers
        )

    def ids(self, name: str) -> Sequence[str]:
        """What a parameter or a member of this name may stand for; empty for what is no id."""
        kind = name.removesuffix("Ids").removesuffix("Id").removesuffix("s").lower()
        return next((ids for known, ids in self.known.items() if kind.endswith(known)), ())

    async def answer(self, sent: Sent, caller: Caller, endpoint: Endpoint) -> Answer:
        """The reply of an instance of its own, on a copy of the tenant, through the trigger."""
        world = await self.world.instance(self.world.rows.copy())
        path = decode_path(sent.url.partition("?")[0].encode("latin-1")).partition(BASE)[2]
        headers = {**sent.headers, **caller.headers, **await _proof(world, caller, endpoint, path)}
        before = _contents(world)
        request = func.HttpRequest(
            sent.method, sent.url, headers=headers, route_params={"path": path.removeprefix("/")}, body=sent.body
        )
        asked = _web_request(request)
        reply = _http_response(await world.app.administration.api.answer(asked), asked.id)
        await world.app.background.drain()
        body, told = reply.get_body() or b"", dict(reply.headers)
        if body:
            told["Content-Type"] = reply.mimetype  # as the host does
        return Answer(reply.status_code, told, body, before == _contents(world))


async def _populate(admin: AdminWorld) -> dict[str, list[str]]:
    """Make something of everything; returns the ids."""
    world, services = admin.world, admin.services
    await world.provided(OKTA)
    native = [(await admin.account(f"{name}@contoso.com")).id for name in ("tess", "theo")]
    users = await world.users(3)
    users.append(await world.created("/Users", user("gone@contoso.com")))
    groups = [await world.created("/Groups", group(name, users)) for name in ("Helpdesk", "Billing")]
    await world.call("PATCH", f"/Groups/{groups[0]}", add_members(*users))
    await world.call("PATCH", f"/Users/{users[0]}", patch(("replace", "active", False)))
    await world.call("DELETE", f"/Users/{users[-1]}")
    roles = {kind: (await services.roles.create(_role(kind, admin))).id for kind in UserType}
    mapping = GroupMapping(
        provider=world.provider.id,
        group=groups[0],
        technician_roles=(roles[UserType.TECHNICIAN],),
        end_user_roles=(roles[UserType.END_USER],),
    )
    await services.mappings.save(mapping)
    return {
        "provider": [world.provider.id, OKTA.id],
        "organization": [*ORGANIZATIONS, "All"],
        "account": [*native, *users],
        "user": [*native, *users],
        "group": groups,
        "role": list(roles.values()),
        "token": [world.token.split("_")[1], admin.token.split("_")[1]],
    }


def _role(user_type: UserType, admin: AdminWorld) -> Role:
    permissions = frozenset(Permission) if user_type is UserType.TECHNICIAN else frozenset()
    return Role(
        id=admin.services.identifiers.new(),
        name="Everything",
        user_type=user_type,
        permissions=permissions,
        created_at=admin.clock.now(),
        created_by="test",
    )


async def _caller(admin: AdminWorld, person: Person, headers: Mapping[str, str]) -> Caller:
    via, tokens = "accessToken", await admin.services.access_tokens.of(person.user.id)
    credential = tokens[0].id
    if "cookie" in headers:
        via, credential = "session", (await admin.services.sessions.of(person.user.id))[0].id
    principal = await principal_of(
        admin.services, person.user, via=via, credential=credential, verified_at=admin.clock.now()
    )
    return Caller(headers, principal)


async def _proof(world: World, caller: Caller, endpoint: Endpoint, path: str) -> dict[str, str]:
    """The proof of identity that the request needs, as it is given for a code."""
    match = endpoint.pattern.fullmatch(path)
    if endpoint.proof is None or caller.principal is None or match is None:
        return {}
    context = Context(services=world.app.administration.services, principal=caller.principal)
    target = match[endpoint.parameters[-1]] if endpoint.parameters else caller.principal.account_id
    bond = step_up._bond(context, endpoint.proof, target)
    content = [str(uuid4()), *bond, (context.now + step_up.LIFETIME).timestamp()]
    return {"X-Step-Up-Proof": await context.services.sealer.seal(step_up._PURPOSE, json.dumps(content))}


def _contents(world: World) -> object:
    config = world.rows.contents("config")
    return world.rows.contents("directory"), {key: config[key] for key in config if key[0].split("|")[0] not in TRACES}
