"""A person at the console, in the test's process: password, authenticator app, cookie.

person = Person(admin, user)            # `admin` is an AdminWorld
await person.equip()                    # a password and an app, put into storage
await person.sign_in()                  # by POST /session
reply = await person.call("DELETE", "/session")
proof = await person.proof("revokeToken", token_id)
tess = await technician(admin, Permission.VIEW_IDENTITY)    # signed in, with a role that grants this
reply = await with_code(admin, "enableSso", "entra", "POST", "/identity-providers/entra/sso:enable")
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyotp

from scim.admin import sessions
from scim.admin.codes import SECRET
from scim.domain.authority import Permission
from scim.domain.people import NativeRole, Profile
from scim.domain.providers import NATIVE
from scim.domain.roles import Role
from scim.domain.users import User, UserType
from tests.admin_world import AdminWorld
from tests.world import Reply

PASSWORD = "correct horse battery staple"


class Person:
    """See the module."""

    def __init__(self, admin: AdminWorld, user: User) -> None:
        self.admin = AdminWorld(admin.world, "")
        self.user = user
        self.password = PASSWORD
        self.secret = pyotp.random_base32()
        self.cookie = ""
        self.csrf = ""

    async def equip(self) -> "Person":
        """Give the account a password and an authenticator app."""
        services = self.admin.services
        credentials = await services.credentials.get(self.user.id)
        await services.credentials.save(
            replace(
                credentials,
                password_hash=await services.passwords.hash(self.password),
                totp_secret=await services.sealer.seal(f"{SECRET}|{self.user.id}", self.secret),
            )
        )
        return self

    def code(self) -> str:
        """A code that was not used yet: the clock moves on to the next one."""
        self.admin.clock.advance(seconds=30)
        return pyotp.TOTP(self.secret).at(int(self.admin.clock.now().timestamp()))

    async def sign_in(self, **changes: Any) -> Reply:
        """Sign in; `changes` replace parts of the body."""
        given = {"email": self.user.user_name, "password": self.password} | changes
        body = given if "code" in changes else given | {"code": self.code()}
        reply = await self.admin.call("POST", "/session", {name: each for name, each in body.items() if each})
        if reply.status == 201:
            self.take(reply)
        return reply

    def take(self, reply: Reply) -> None:
        """Keep the session that a reply gives."""
        self.cookie = reply.headers["Set-Cookie"].partition(";")[0]
        self.csrf = reply.json["csrfToken"]

    async def call(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None, **query: object
    ) -> Reply:
        """Send a request as the browser does."""
        own = {"cookie": self.cookie, "x-csrf-token": self.csrf}
        return await self.admin.call(method, path, body, headers=own | dict(headers or {}), **query)

    async def proof(self, action: str, object_id: str) -> str:
        """A proof of identity, by a code."""
        reply = await self.call("POST", "/mfa:verify", {"code": self.code(), "action": action, "object": object_id})
        assert reply.status == 200, reply
        return reply.json["proof"]


async def with_code(
    admin: AdminWorld, action: str, object_id: str, method: str, path: str, body: object = None, **headers: str
) -> Reply:
    """What the first administrator asks for at the console, with a code of a new app. The clock stands still."""
    services = admin.services
    user = await services.users.find_by_name("boss@contoso.com", {NATIVE})
    boss = Person(admin, user)
    credentials = await services.credentials.get(user.id)
    secret = await services.sealer.seal(f"{SECRET}|{user.id}", boss.secret)
    await services.credentials.save(replace(credentials, totp_secret=secret, totp_step=-1))
    ticket = await sessions.begin(services, user, "test")
    boss.cookie, boss.csrf = f"__Host-rollcall={ticket}", ticket.csrf_token
    code = pyotp.TOTP(boss.secret).at(int(admin.clock.now().timestamp()))
    proof = await boss.call("POST", "/mfa:verify", {"code": code, "action": action, "object": object_id})
    return await boss.call(method, path, body, headers={"x-step-up-proof": proof.json["proof"], **headers})


async def enable_sso(admin: AdminWorld, provider_id: str = "entra") -> Any:
    """Enable single sign-on, which has been tested; returns the provider."""
    path = f"/identity-providers/{provider_id}/sso:enable"
    reply = await with_code(admin, "enableSso", provider_id, "POST", path)
    assert reply.status == 200, reply
    return reply.json


async def technician(admin: AdminWorld, *permissions: Permission) -> Person:
    """A technician who has signed in, and whose only role grants these permissions."""
    person = await Person(admin, await technician_account(admin, *permissions)).equip()
    await person.sign_in()
    return person


async def technician_account(admin: AdminWorld, *permissions: Permission) -> User:
    """The same, who has not signed in."""
    services, now = admin.services, admin.clock.now()
    role = Role(
        id=services.identifiers.new(),
        name=" ".join(permissions),
        user_type=UserType.TECHNICIAN,
        permissions=frozenset(permissions),
        created_at=now,
        created_by="test",
    )
    await services.roles.create(role)
    user = await admin.account(f"{role.id}@contoso.com")
    given = NativeRole(role=role.id, added_by="test", added_at=now)
    await services.profiles.save(Profile(account_id=user.id, roles=(given,)))
    return user
