"""Rollcall in the test's process, for clients that do not wait: its administration API, and its SCIM service."""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx

from scim.bootstrap import Application
from scim.web.messages import WebRequest
from tests.ops.entra.expressions import evaluate
from tests.simulations.directory import Directory, Person
from tests.simulations.entra import EntraJob
from tests.simulations.in_process import DispatcherTransport
from tests.world import BASE_URL

SOURCES = {
    "userPrincipalName": lambda person: person.upn,
    "IsSoftDeleted": lambda person: str(not person.is_active),
    "mail": lambda person: person.mail,
    "givenName": lambda person: person.given_name,
    "surname": lambda person: person.surname,
    "mailNickname": lambda person: person.mail_nickname,
    "department": lambda person: person.department,
    "displayName": lambda person: person.display_name,
    "appRoleAssignments": lambda person: person.user_type or "User",
    "extensionAttribute1": lambda person: person.organization,
}
"""What an attribute of Entra ID is, of a simulated person."""


class Service:
    """One Rollcall.

    Args:
        app: The application.
        runner: Its event loop.
    """

    def __init__(self, app: Application, runner: asyncio.Runner) -> None:
        self._app = app
        self._runner = runner
        self.is_reachable = True

    def wait[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Let something happen, and what it leaves for later."""

        async def done() -> T:
            result = await work
            await self._app.background.drain()
            return result

        return self._runner.run(done())

    # What the Graph double calls

    def is_reached(self, address: str, token: str) -> bool:
        """What Test Connection does."""
        return self.is_reachable and self.wait(self._test(address, token))

    def provisioned(self, address: str, token: str, schema: dict[str, Any], person: Person) -> str:
        """Provision somebody on demand, by the mappings of a schema; returns what went wrong, or ""."""
        return self.wait(self._provision(address, token, schema, person))

    async def _test(self, address: str, token: str) -> bool:
        async with self._client() as client:
            return await EntraJob(client, address, token, _nobody()).test_connection()

    async def _provision(self, address: str, token: str, schema: dict[str, Any], person: Person) -> str:
        async with self._client() as client:
            job = EntraJob(client, address, token, _nobody(), mapping=mapping_of(schema))
            await job.provision_on_demand(person)
            return "; ".join(job.failures)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=DispatcherTransport(self._app.dispatcher, BASE_URL))


class ApiTransport(httpx.BaseTransport):
    """Leads to the administration API of a service."""

    def __init__(self, service: Service, app: Application) -> None:
        self._service = service
        self._app = app
        self.calls: list[str] = []

    @property
    def writes(self) -> list[str]:
        """What changed something."""
        return [call for call in self.calls if not call.startswith("GET ") and not call.endswith(":expression")]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Convert there and back."""
        path = unquote(request.url.path).removeprefix("/api")
        self.calls.append(f"{request.method} {path}")
        answer = self._service.wait(
            self._app.administration.api.answer(
                WebRequest(
                    method=request.method,
                    path=path,
                    query=parse_qs(request.url.query.decode()),
                    headers={name.lower(): value for name, value in request.headers.items()},
                    body=request.read(),
                    id="in-process",
                )
            )
        )
        headers = {**answer.headers, "Content-Type": answer.media_type}
        return httpx.Response(answer.status, headers=headers, content=answer.body, request=request)


def mapping_of(schema: dict[str, Any]) -> dict[str, Any]:
    """The attribute mappings of people in a schema, as the simulated Entra ID takes them."""
    (rule,) = schema["synchronizationRules"]
    (people,) = (each for each in rule["objectMappings"] if each["sourceObjectName"] == "User")
    booleans = {
        attribute["name"]
        for directory in schema["directories"]
        for definition in directory["objects"]
        for attribute in definition["attributes"]
        if attribute["type"] == "Boolean"
    }

    def reader(mapping):
        def read(person):
            value = evaluate(mapping["source"], lambda name: SOURCES[name](person))
            return value == "True" if mapping["targetAttributeName"] in booleans else value

        return read

    return {each["targetAttributeName"]: reader(each) for each in people["attributeMappings"]}


def _nobody() -> Directory:
    return Directory(Random(1), "contoso.com", ())
