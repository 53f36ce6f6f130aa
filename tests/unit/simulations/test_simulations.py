"""The simulated identity providers are satisfied with Rollcall, and notice what other services get wrong."""

import json
from random import Random

import httpx
import pytest

from tests.fakes.rows import FakeRows
from tests.simulations.directory import Directory
from tests.simulations.entra import EntraJob
from tests.simulations.expected import differences
from tests.simulations.in_process import DispatcherTransport
from tests.simulations.okta import OktaApp
from tests.world import BASE_URL, ORGANIZATIONS, World


class Faulty(httpx.AsyncBaseTransport):
    """A service with a fault: it reads other requests than were sent, or sends other replies."""

    def __init__(self, service, read=lambda _request, body: body, reply=lambda _request, response: response):
        self._service = service
        self._read = read
        self._reply = reply

    async def handle_async_request(self, request):
        body = await request.aread()
        if body:
            content = json.dumps(self._read(request, json.loads(body))).encode()
            headers = {**request.headers, "content-length": str(len(content))}
            request = httpx.Request(request.method, request.url, headers=headers, content=content)
        return self._reply(request, await self._service.handle_async_request(request))


@pytest.fixture
async def world():
    return await World.on(FakeRows())


@pytest.fixture
def directory():
    directory = Directory(Random(6), "contoso.com", ORGANIZATIONS)
    directory.populate(users=25, groups=4, members=10)
    return directory


@pytest.fixture
def provision(world, directory):
    """Lets an identity provider work; returns its failures, and the differences afterwards."""

    async def run(make, **fault):
        service = DispatcherTransport(world.app.dispatcher, BASE_URL)
        async with httpx.AsyncClient(transport=Faulty(service, **fault)) as client:
            work = make(client, BASE_URL, world.token, directory)
            first, then = (
                (work.initial_cycle, work.incremental_cycle)
                if isinstance(work, EntraJob)
                else (work.assign_all, work.push_changes)
            )
            await first()
            for _ in range(5):
                directory.change(12)
                await then()
            directory.a_person().is_soft_deleted = True
            await then()
            return work.failures, await differences(client, BASE_URL, world.token, work.expected())

    return run


def legacy(*arguments):
    return EntraJob(*arguments, "legacy", concurrency=3)


def aad_opt_scim(*arguments):
    return EntraJob(*arguments, "2020", concurrency=3)


def oin(*arguments):
    return OktaApp(*arguments, "OIN", concurrency=3)


def aiw(*arguments):
    return OktaApp(*arguments, "AIW", concurrency=3)


@pytest.mark.parametrize("make", [legacy, aad_opt_scim, oin, aiw])
async def test_they_are_satisfied_with_rollcall(provision, make):
    """R020, R021, R076."""
    assert await provision(make) == ([], [])


def not_found_when_empty(request, response):
    if request.method == "GET" and b'"totalResults":0' in response.content:
        error = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"}
        return httpx.Response(404, json=error, headers={"content-type": "application/scim+json"})
    return response


def plain_json(_request, response):
    if response.content:
        response.headers["content-type"] = "application/json"
    return response


def _edited(response, edit):
    if not response.content:
        return response
    document = json.loads(response.content)
    for resource in document.get("Resources", [document]):
        edit(resource)
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return httpx.Response(response.status_code, headers=headers, json=document)


def members_although_excluded(request, response):
    excluded = b"excludedAttributes=members" in request.url.query
    return _edited(response, lambda resource: resource.setdefault("members", [])) if excluded else response


def one_member_less(_request, response):
    return _edited(response, lambda resource: resource.get("members", [])[:1] and resource["members"].pop())


def names_in_small_letters(_request, response):
    def edit(resource):
        if "userName" in resource:
            resource["userName"] = resource["userName"].lower()

    return _edited(response, edit)


def page_size_as_total(_request, response):
    if b'"totalResults"' not in response.content:
        return response
    document = json.loads(response.content)
    document["totalResults"] = document["itemsPerPage"]
    return httpx.Response(200, headers={"content-type": "application/scim+json"}, json=document)


@pytest.mark.parametrize("make", [legacy, oin])
@pytest.mark.parametrize(
    "reply",
    [not_found_when_empty, plain_json, members_although_excluded, one_member_less, names_in_small_letters],
)
async def test_they_notice_wrong_replies(provision, make, reply):
    failures, found = await provision(make, reply=reply)

    assert failures or found


async def test_a_wrong_total_is_noticed(provision):
    _, found = await provision(legacy, reply=page_size_as_total)

    assert any(line.startswith("total of") for line in found)


def _each_operation(body, edit):
    for operation in body.get("Operations", []):
        edit(operation)
    return body


def remove_clears(_request, body):
    def edit(operation):
        if operation["op"].lower() == "remove" and operation["path"] == "members":
            operation.pop("value")

    return _each_operation(body, edit)


def strings_are_true(_request, body):
    def edit(operation):
        if operation.get("value") in ("False", False, {"active": False}):
            operation |= {"path": "active", "value": True}

    return _each_operation(body, edit)


def dotted_names_are_lost(_request, body):
    def edit(operation):
        if "path" not in operation and isinstance(operation["value"], dict):
            kept = {name: value for name, value in operation["value"].items() if "." not in name or "urn:" in name}
            operation["value"] = kept or {"nickName": "none"}

    return _each_operation(body, edit)


def first_member_only(_request, body):
    def edit(operation):
        if operation.get("path") == "members":
            operation["value"] = operation.get("value", [])[:1]

    return _each_operation(body, edit)


def put_without_members(request, body):
    return {name: value for name, value in body.items() if request.method != "PUT" or name != "members"}


@pytest.mark.parametrize(
    ("make", "read"),
    [
        (legacy, remove_clears),
        (legacy, strings_are_true),
        (legacy, first_member_only),
        (aad_opt_scim, strings_are_true),
        (aad_opt_scim, dotted_names_are_lost),
        (oin, strings_are_true),
        (oin, first_member_only),
        (aiw, put_without_members),
    ],
)
async def test_they_notice_what_is_read_wrong(provision, make, read):
    failures, found = await provision(make, read=read)

    assert failures or found
