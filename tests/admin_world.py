"""A tenant as administrators see it: the API in the test's process, on given rows.

    admin = await AdminWorld.on(FakeRows())
    status, headers, body = await admin.call("POST", "/organizations", {"name": "Contoso"})

* `admin.world` is the SCIM side of the same tenant (`tests.world`): provider `entra`, organizations 12 and 13.
* `call` sends a request as the first administrator, with a personal access token: the real way of a script.
* `await admin.account("tess@contoso.com", administrator=True)` makes a native account; `as_(user)` calls in its name.
* `admin.services` are the ports, `admin.clock` stands still, `await admin.activities()` is what was recorded.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any, Self

from scim.admin.services import Services
from scim.domain.activities import created_status
from scim.domain.people import ACCESS_TOKEN_PREFIX, AccessToken
from scim.domain.providers import NATIVE
from scim.domain.resources import document_text
from scim.domain.tokens import generate_token
from scim.domain.users import User, standing_of, with_defaults
from scim.schema.urns import CORE_USER, NINJAONE_USER
from scim.storage.tables.rows import Rows
from scim.web.messages import WebRequest
from tests.world import Reply, StandingClock, World

_counted = count(1)


class AdminWorld:
    """One instance of the app, as one administrator sees it. See the module."""

    def __init__(self, world: World, token: str) -> None:
        self.world = world
        self.token = token

    @classmethod
    async def on(cls, rows: Rows) -> Self:
        """A new tenant on these rows, with an administrator."""
        admin = cls(await World.on(rows), "")
        boss = await admin.account("boss@contoso.com", administrator=True)
        return await admin.as_(boss)

    @property
    def services(self) -> Services:
        return self.world.app.administration.services

    @property
    def clock(self) -> StandingClock:
        return self.world.clock

    async def account(
        self, user_name: str, *, administrator: bool = False, technician: bool = True, organization: str = "12"
    ) -> User:
        """A native account."""
        kind = {"userType": "technician"} if technician else {"userType": "endUser", "organizationId": organization}
        document = with_defaults(
            {
                "schemas": [CORE_USER, NINJAONE_USER],
                "userName": user_name,
                "emails": [{"value": user_name, "type": "work", "primary": True}],
                NINJAONE_USER: kind,
            }
        )
        now = self.clock.now()
        user = User(
            id=self.world.app.identifiers.new(),
            provider=NATIVE,
            text=document_text(document),
            created=now,
            modified=now,
            standing=standing_of(document, self.world.provider, organization_exists=True),
            administrator=administrator,
        )
        activity = replace(self.world.activity(user.id, NATIVE), status=created_status(user))
        return await self.world.app.users.create(user, activity)

    async def as_(self, user: User) -> Self:
        """The same instance, called in the name of an account, by an access token that is put into storage."""
        text, now = generate_token(ACCESS_TOKEN_PREFIX), self.clock.now()
        await self.services.access_tokens.create(
            AccessToken(
                id=text.id,
                account_id=user.id,
                label="test",
                digest=text.digest,
                created_at=now,
                expires_at=now + timedelta(days=90),
                last_four=text.last_four,
            )
        )
        return type(self)(self.world, text.text)

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        **query: object,
    ) -> Reply:
        """Send a request; `body` is JSON, or bytes that go as they are. A list is a parameter given several times."""
        request = WebRequest(
            method=method,
            path=path,
            query={
                name: [str(each) for each in (value if isinstance(value, list | tuple) else [value])]
                for name, value in query.items()
            },
            headers={
                **({"authorization": f"Bearer {self.token}"} if self.token else {}),
                **{name.lower(): value for name, value in (headers or {}).items()},
            },
            body=body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode(),
            id=f"request-{next(_counted)}",
        )
        response = await self.world.app.administration.api.answer(request)
        parsed: Any = response.body
        if response.body and response.media_type.endswith("json"):
            parsed = json.loads(response.body)
        return Reply(response.status, response.headers, parsed)

    async def done(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """Send a request that must succeed; returns its body."""
        reply = await self.call(method, path, body, **query)
        assert reply.status < 400, reply
        return reply.json
