"""Identity providers, simulated, against the app as it runs: real worker, HTTP, Azurite, vault emulator."""

import asyncio
from collections import Counter
from random import Random
from uuid import uuid4

import pytest

from scim.triggers.timers import SCHEDULES
from tests.integration.conftest import BASE_PATH, ORGANIZATIONS
from tests.simulations.directory import Directory
from tests.simulations.entra import EntraJob
from tests.simulations.expected import differences
from tests.simulations.okta import OktaApp
from tests.simulations.wire import NINJAONE_USER, PATCH_OP

CONCURRENCY = 6


@pytest.fixture
def directory():
    directory = Directory(Random(20), f"{uuid4().hex}.example", ORGANIZATIONS)
    directory.populate(users=60, groups=6, members=20)
    return directory


def user(name):
    return {"userName": name, NINJAONE_USER: {"organizationId": "21"}}


def patch(*operations):
    return {"schemas": [PATCH_OP], "Operations": [*operations]}


@pytest.mark.parametrize(("dialect", "query"), [("legacy", ""), ("2020", "/?aadOptscim062020")])
async def test_entra_leaves_exactly_its_directory(client, scim_url, new_token, directory, dialect, query):
    """R020, R076."""
    token = await new_token()
    job = EntraJob(client, scim_url + query, token, directory, dialect, concurrency=CONCURRENCY)

    await job.initial_cycle()
    for _ in range(4):
        directory.change(15)
        await job.incremental_cycle()
    await job.provision_on_demand(directory.hire())
    requests = len(job.wire.samples)
    await job.initial_cycle()
    restart = job.wire.samples[requests:]

    assert job.failures == []
    assert await differences(client, scim_url, token, job.expected(), sample=25) == []
    assert {sample.method for sample in restart} == {"GET"}, "a restart writes nothing that is there"


@pytest.mark.parametrize("kind", ["OIN", "AIW"])
async def test_okta_leaves_exactly_its_directory(client, scim_url, new_token, directory, kind):
    """R021, R076."""
    token = await new_token()
    app = OktaApp(client, scim_url, token, directory, kind, concurrency=CONCURRENCY)

    await app.assign_all()
    for _ in range(4):
        directory.change(15)
        await app.push_changes()
    for team in list(directory.teams.values())[:2]:
        await app.push_now(team)
    users, groups = await app.import_all()

    assert app.failures == []
    assert await differences(client, scim_url, token, app.expected(), sample=25) == []
    assert (len(users), len(groups)) == (len(app.expected().users), len(app.expected().groups))


async def test_of_many_who_create_one_name_at_once_one_succeeds(send):
    name = f"Élodie-{uuid4().hex}@example.com"
    spellings = [name.upper(), name.lower(), name.swapcase(), name.replace("É", "E\N{COMBINING ACUTE ACCENT}"), name]

    replies = await asyncio.gather(*(send("POST", "/Users", user(each)) for each in spellings * 10))

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 49}
    assert {reply.json()["scimType"] for reply in replies if reply.status_code == 409} == {"uniqueness"}
    found = (await send("GET", "/Users?count=10")).json()
    assert [each["id"] for each in found["Resources"]] == [
        reply.json()["id"] for reply in replies if reply.status_code == 201
    ]


async def test_members_who_are_added_at_once_are_all_there(send):
    stem = uuid4().hex
    users = await asyncio.gather(*(send("POST", "/Users", user(f"{stem}-{number}")) for number in range(50)))
    ids = [reply.json()["id"] for reply in users]
    group = (await send("POST", "/Groups", {"displayName": "Everybody"})).json()["id"]

    replies = await asyncio.gather(
        *(
            send("PATCH", f"/Groups/{group}", patch({"op": "Add", "path": "members", "value": [{"value": id_}]}))
            for id_ in ids
        )
    )

    assert Counter(reply.status_code for reply in replies) == {204: 50}
    members = (await send("GET", f"/Groups/{group}")).json()["members"]
    assert sorted(member["value"] for member in members) == sorted(ids)


async def test_patches_of_one_user_at_once_are_all_applied(send):
    created = (await send("POST", "/Users", user(f"{uuid4().hex}@example.com"))).json()
    wanted = {
        "title": "Head of Tests",
        "nickName": "Sam",
        "displayName": "Sam Berg",
        "locale": "de-AT",
        "timezone": "Europe/Vienna",
        "preferredLanguage": "de",
        "userType": "Employee",
        "profileUrl": "https://example.com/sam",
        "externalId": "sam",
        "active": False,
    }

    replies = await asyncio.gather(
        *(
            send("PATCH", f"/Users/{created['id']}", patch({"op": "replace", "path": path, "value": value}))
            for path, value in wanted.items()
        )
    )

    assert Counter(reply.status_code for reply in replies) == {200: 10}
    read = (await send("GET", f"/Users/{created['id']}")).json()
    assert {path: read[path] for path in wanted} == wanted


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer rc_0123456789abcdef_00_00000000", "Basic dTpw"])
async def test_who_has_no_token_is_refused(client, scim_url, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}

    reply = await client.get(f"{scim_url}/Users", headers=headers)

    assert reply.status_code == 401
    assert reply.headers["content-type"].startswith("application/scim+json")
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert reply.json()["status"] == "401"


async def test_a_token_with_another_secret_is_refused(client, scim_url, new_token):
    """R039."""
    one, other = await new_token(), await new_token()
    prefix, token_id, _, _ = one.split("_")
    forged = "_".join([prefix, token_id, *other.split("_")[2:]])

    reply = await client.get(f"{scim_url}/Users", headers={"Authorization": f"Bearer {forged}"})

    assert reply.status_code == 401


async def test_providers_do_not_see_each_other(client, scim_url, new_token):
    mine, theirs = [{"Authorization": f"Bearer {await new_token()}"} for _ in range(2)]
    name = f"{uuid4().hex}@example.com"
    created = (await client.post(f"{scim_url}/Users", json=user(name), headers=theirs)).json()
    group = {"displayName": "Theirs", "members": [{"value": created["id"]}]}
    group = (await client.post(f"{scim_url}/Groups", json=group, headers=theirs)).json()
    rename = patch({"op": "replace", "path": "displayName", "value": "Mine"})
    join = patch({"op": "add", "path": "members", "value": [{"value": created["id"]}]})

    for path in (f"/Users/{created['id']}", f"/Groups/{group['id']}"):
        for method, body in (("GET", None), ("PATCH", rename), ("DELETE", None)):
            reply = await client.request(method, scim_url + path, json=body, headers=mine)
            assert reply.status_code == 404, (method, path)
    for path in ("/Users", "/Groups", f'/Users?filter=userName eq "{name}"', '/Groups?filter=displayName eq "Theirs"'):
        assert (await client.get(scim_url + path, headers=mine)).json()["totalResults"] == 0
    taken = await client.post(f"{scim_url}/Users", json=user(name), headers=mine)
    assert (taken.status_code, taken.json()["scimType"]) == (409, "uniqueness")
    own = (await client.post(f"{scim_url}/Groups", json={"displayName": "Theirs"}, headers=mine)).json()
    await client.patch(f"{scim_url}/Groups/{own['id']}", json=join, headers=mine)
    assert (await client.get(f"{scim_url}/Groups/{own['id']}", headers=mine)).json().get("members", []) == []
    assert (await client.get(f"{scim_url}/Users/{created['id']}", headers=theirs)).json() == created


async def test_a_membership_change_of_hundreds_of_operations_is_accepted(send):
    """Entra removes each member with an operation of its own, and says nowhere how many it sends at once."""
    group = (await send("POST", "/Groups", {"displayName": "Leavers"})).json()["id"]
    operations = [{"op": "remove", "path": f'members[value eq "{uuid4()}"]'} for _ in range(600)]

    reply = await send("PATCH", f"/Groups/{group}", patch(*operations))

    assert reply.status_code == 204


@pytest.mark.parametrize("name", SCHEDULES)
async def test_a_timer_runs_on_demand(client, scim_url, name):
    reply = await client.post(f"{scim_url.removesuffix(BASE_PATH)}/admin/functions/{name}")

    assert reply.status_code == 202
