"""People for the browser tests, put into storage: nobody has to sign in before a test can begin."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx
import pyotp
from playwright.sync_api import Page

from localdev.application import opened
from localdev.seed import DemoAccount, make_account
from scim.admin import sessions
from scim.admin.codes import SECRET
from scim.admin.passwords import Passwords
from scim.bootstrap import Application
from scim.settings import Settings

PASSWORD = "correct horse battery staple"
STEP_SECONDS = 30


@dataclass
class Person:
    """Somebody who is signed in, and can sign in again."""

    id: str
    email: str
    secret: str
    cookie: str
    client: httpx.Client
    password: str = PASSWORD
    used: int = 0

    def code(self) -> str:
        """A code that was not used yet: of this half minute or one next to it, so that three can be had at once."""
        step = max(self.used + 1, int(time.time()) // STEP_SECONDS - 1)
        while step > int(time.time()) // STEP_SECONDS + 1:
            time.sleep(0.2)
        self.used = step
        return pyotp.TOTP(self.secret).at(step * STEP_SECONDS)

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Use the API in this person's name; the reply's body. A refusal fails the test."""
        reply = self.client.request(method, path, json=body, headers=headers)
        assert reply.is_success, reply.text
        return reply.json() if reply.content else None


class Backstage:
    """The application in this process, on the storage of the one that the browser sees.

    Args:
        environment: As the app has it.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.settings = Settings.from_environment(environment)
        self.url = environment["PUBLIC_URL"]
        self._password_hash = ""

    def do[T](self, work: Callable[[Application], Coroutine[Any, Any, T]]) -> T:
        """Run something on the application, and wait for it."""

        async def run() -> T:
            async with opened(self.settings) as app:
                return await work(app)

        with ThreadPoolExecutor(1) as pool:  # Playwright has a loop of its own in this thread
            return pool.submit(asyncio.run, run()).result()

    def new_person(
        self,
        *,
        administrator: bool = False,
        given_name: str = "Test",
        family_name: str = "Person",
        enrolled: bool = True,
    ) -> Person:
        """A technician with a password, an authenticator app and a session."""
        email, secret = f"{uuid4().hex[:12]}@example.com", pyotp.random_base32()

        async def make(app: Application) -> Person:
            services = app.administration.services
            self._password_hash = self._password_hash or await Passwords().hash(PASSWORD)
            wanted = DemoAccount(email, given_name, family_name, administrator=administrator)
            user = await make_account(app, wanted)
            credentials = await services.credentials.get(user.id)
            sealed = await services.sealer.seal(f"{SECRET}|{user.id}", secret) if enrolled else ""
            await services.credentials.save(replace(credentials, password_hash=self._password_hash, totp_secret=sealed))
            ticket = await sessions.begin(services, user, "Browser tests")
            headers = {"Cookie": f"__Host-rollcall={ticket}", "X-CSRF-Token": ticket.csrf_token}
            client = httpx.Client(base_url=f"{self.url}/api", headers=headers, timeout=60)
            return Person(id=user.id, email=email, secret=secret, cookie=str(ticket), client=client)

        return self.do(make)


def sign_in_again(page: Page, person: Person) -> None:
    """In the dialog that comes up when a session is over, above whatever was open."""
    dialog = page.get_by_role("dialog", name="Sign in")
    dialog.get_by_label("E-mail").fill(person.email)
    page.keyboard.press("Enter")
    dialog.get_by_label("Password", exact=True).fill(person.password)
    dialog.get_by_label("Code").fill(person.code())
    page.keyboard.press("Enter")
