"""A whole Rollcall in the test's process: the app on given rows, a tenant with a provider, organizations and a token.

    world = await World.on(FakeRows())
    status, headers, body = await world.call("POST", "/Users", user("anna"))
    status, headers, body = await world.call("GET", "/Users", startIndex=1, count=2, filter='userName sw "a"')

* `world.app` is the `Application`; ports are `world.app.users`, `world.app.groups`, `world.app.jobs`, ...
* `world.clock` stands still; `world.clock.advance(minutes=5)` moves it.
* `await world.instance()` is a second process on the same storage: same tenant, token and clock, caches of its own.
  `await world.instance(FaultyRows(rows, plan))` is one whose storage fails.
* `await world.provided(Provider(...))` is the same instance, called by another provider, with a token of its own.
* `await world.native("boss@contoso.com")` makes a native account, as the console does.
* Requests on one resource queue within this process; with the fixture `unqueued` (contract tests) they race.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from secrets import token_hex
from typing import Any, NamedTuple, Self
from uuid import UUID

from scim.admin.passwords import Passwords
from scim.bootstrap import Application, assemble
from scim.domain.activities import Activity, Actor, Status
from scim.domain.organizations import Organization
from scim.domain.providers import NATIVE, Provider
from scim.domain.resources import document_text
from scim.domain.tokens import Token, expiry_of, generate_token
from scim.domain.users import User, standing_of, with_defaults
from scim.operations import retrying
from scim.protocol.messages import Request
from scim.schema.urns import CORE_USER, NINJAONE_USER, PATCH_OP
from scim.storage.tables.rows import Rows

QUICK_PASSWORDS = Passwords(time_cost=1, memory_kib=8, parallelism=1)
"""Argon2id that takes no time; its parameters are in the hash."""
BASE_URL = "https://rollcall.example/ws/scim/v2"
ORGANIZATIONS = ("12", "13")
ENTRA = Provider(id="entra", name="Contoso Entra", email_domains=frozenset({"contoso.com"}))
OKTA = Provider(id="okta", name="Fabrikam Okta", email_domains=frozenset({"fabrikam.com"}))

_counted = count(1)


class StandingClock:
    """A clock that moves when it is told to."""

    def __init__(self, moment: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, **duration: float) -> datetime:
        """Move by what `timedelta` takes; returns the new time."""
        self.moment += timedelta(**duration)
        return self.moment


class ClockIdentifiers:
    """UUIDv7s of the clock's time, in the order of their making, in all instances of this process."""

    def __init__(self, clock: StandingClock) -> None:
        self._clock = clock

    def new(self) -> str:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        high, low = divmod(next(_counted), 2**62)
        return str(UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low))


class MemoryVault:
    """Digests of tokens, and other secrets with their versions, in memory."""

    def __init__(self) -> None:
        self.digests: dict[str, str] = {}
        self.expiries: dict[str, datetime] = {}
        self.enabled: set[str] = set()
        self.secrets: dict[str, dict[str, str]] = {}
        self.disabled: set[str] = set()

    async def get(self, name: str, version: str = "") -> tuple[str, str] | None:
        versions = {} if name in self.disabled else self.secrets.get(name, {})
        version = version or next(reversed(versions), "")
        return (versions[version], version) if version in versions else None

    async def set(self, name: str, value: str) -> str:
        version = token_hex(16)
        self.secrets.setdefault(name, {})[version] = value
        return version

    async def disable(self, name: str) -> None:
        self.disabled.add(name)

    async def delete(self, name: str) -> None:
        self.secrets.pop(name, None)

    async def digest(self, token_id: str) -> str | None:
        return self.digests.get(token_id) if token_id in self.enabled else None

    async def put(self, token_id: str, digest: str, expires: datetime, *, enabled: bool) -> None:
        self.digests[token_id] = digest
        self.expiries[token_id] = expires
        await self.set_enabled(token_id, enabled=enabled)

    async def set_enabled(self, token_id: str, *, enabled: bool) -> None:
        if enabled and token_id in self.digests:
            self.enabled.add(token_id)
        else:
            self.enabled.discard(token_id)


class Reply(NamedTuple):
    """What a client gets."""

    status: int
    headers: Mapping[str, str]
    json: Any


class World:
    """One instance of the app, as one provider sees it. See the module."""

    def __init__(self, app: Application, rows: Rows, provider: Provider, token: str) -> None:
        self.app = app
        self.rows = rows
        self.provider = provider
        self.token = token

    @classmethod
    async def on(cls, rows: Rows, provider: Provider = ENTRA) -> Self:
        """A new tenant on these rows."""
        clock = StandingClock()
        vault = MemoryVault()
        app = assemble(
            rows,
            vault,
            vault,
            base_url=BASE_URL,
            passwords=QUICK_PASSWORDS,
            clock=clock,
            identifiers=ClockIdentifiers(clock),
            local_identity_providers=True,
        )
        for id_ in ORGANIZATIONS:
            await app.organizations.create(Organization(id=id_, name=f"Organization {id_}"))
        return await cls(app, rows, provider, "").provided(provider)

    async def provided(self, provider: Provider) -> Self:
        """This instance, called by a new provider."""
        await self.app.providers.create(provider)
        text, now = generate_token(), self.clock.now()
        token = Token(
            id=text.id,
            provider=provider.id,
            label="test",
            created_at=now,
            created_by="test",
            expires_at=expiry_of(now),
            last_four=text.last_four,
        )
        await self.app.vault.put(text.id, text.digest, token.expires_at, enabled=True)
        await self.app.tokens.create(token)
        world = type(self)(self.app, self.rows, provider, text.text)
        await world.warm_up()
        return world

    async def instance(self, rows: Rows | None = None) -> Self:
        """Another process on the same storage, or on `rows`, which stands for it."""
        rows = self.rows if rows is None else rows
        app = assemble(
            rows,
            self.app.vault,
            self.app.secrets,
            base_url=BASE_URL,
            passwords=QUICK_PASSWORDS,
            clock=self.clock,
            identifiers=ClockIdentifiers(self.clock),
        )
        return type(self)(app, rows, self.provider, self.token)

    async def warm_up(self) -> None:
        """Let the token and the organizations be known, and their use be noted."""
        await self.call("GET", "/Users", count=0)
        for id_ in ORGANIZATIONS:
            await self.app.organizations.exists(id_)
        await self.app.background.drain()

    @property
    def clock(self) -> StandingClock:
        assert isinstance(self.app.clock, StandingClock)
        return self.app.clock

    async def call(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None, **query: object
    ) -> Reply:
        """Send a request; `body` is JSON, or bytes that go as they are."""
        request = Request(
            method=method,
            path=path,
            query={name.lower(): str(value) for name, value in query.items()},
            headers={
                "authorization": f"Bearer {self.token}",
                **{name.lower(): value for name, value in (headers or {}).items()},
            },
            body=body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode(),
            id=f"request-{next(_counted)}",
        )
        response = await self.app.dispatcher.answer(request)
        return Reply(response.status, response.headers, json.loads(response.body) if response.body else None)

    async def created(self, path: str, body: object) -> str:
        """Create something that must succeed; returns its id."""
        status, _, created = await self.call("POST", path, body)
        assert status == 201, created
        return created["id"]

    async def users(self, number: int, stem: str = "user") -> list[str]:
        """That many new users; returns their ids."""
        return [await self.created("/Users", user(f"{stem}{index}@contoso.com")) for index in range(number)]

    async def native(self, user_name: str) -> User:
        """A native account."""
        document = with_defaults({"schemas": [CORE_USER], **user(user_name)})
        now = self.clock.now()
        account = User(
            id=self.app.services.identifiers.new(),
            provider=NATIVE,
            text=document_text(document),
            created=now,
            modified=now,
            standing=standing_of(document, self.provider, organization_exists=True),
        )
        return await self.app.users.create(account, self.activity(account.id, NATIVE))

    def activity(self, subject_id: str, provider: str | None = None) -> Activity:
        """A record for a change that a test makes through a port."""
        return Activity(
            id=self.app.services.identifiers.new(),
            time=self.clock.now(),
            status=Status.END_USER_UPDATED,
            provider=provider or self.provider.id,
            actor=Actor(kind="system", id="test", request_id="test"),
            subject_kind="user",
            subject_id=subject_id,
        )


def user(user_name: str, organization: str = "12", **attributes: object) -> dict[str, Any]:
    """The body of a new user."""
    return {"userName": user_name, NINJAONE_USER: {"organizationId": organization}, **attributes}


def group(display_name: str, members: Sequence[str] = (), **attributes: object) -> dict[str, Any]:
    """The body of a new group."""
    return {"displayName": display_name, "members": [{"value": id_} for id_ in members], **attributes}


def patch(*operations: tuple[str, str | None, object]) -> dict[str, Any]:
    """The body of a PATCH: operations as (op, path, value); without a path when it is None."""
    return {
        "schemas": [PATCH_OP],
        "Operations": [
            {"op": op, **({"path": path} if path else {}), **({} if value is None else {"value": value})}
            for op, path, value in operations
        ],
    }


def add_members(*ids: str) -> dict[str, Any]:
    """The body of a PATCH that adds members."""
    return patch(("add", "members", [{"value": id_} for id_ in ids]))


def remove_members(*ids: str) -> dict[str, Any]:
    """The body of a PATCH that removes members."""
    return patch(("remove", "members", [{"value": id_} for id_ in ids]))


@contextmanager
def without_queues() -> Iterator[None]:
    """Let requests on one resource race, as they do when each reaches another process."""

    class Apart(dict):
        def setdefault(self, _key, lock):
            return lock

    queues = retrying._locks
    retrying._locks = Apart()
    try:
        yield
    finally:
        retrying._locks = queues
