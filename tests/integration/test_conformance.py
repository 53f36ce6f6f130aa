"""The conformance tester of the Python SCIM community, against the app as it runs: real worker, HTTP, Azurite."""

import json

import pytest
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import EnterpriseUser, Group, ResourceType, ScimProvider, User
from scim2_tester import Status, check_server, get_all_available_tags

PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}


@pytest.fixture(scope="module")
def client(emulators, tmp_path_factory):
    """A client with the token of the demo tenant's provider for conformance tools."""
    directory = tmp_path_factory.mktemp("demo")
    environment = {"LOCAL_DIR": str(directory)}
    pending = emulators.prepare_app(environment=environment)
    emulators.run("The demo tenant", "localdev.seed", {**environment, "PUBLIC_URL": pending.url})
    app = pending.open()
    run = json.loads((directory / "run.json").read_text("utf-8"))
    token = next(each["scim_token"] for each in run["providers"] if each["name"] == "Interop")
    with Client(base_url=run["scim_url"], headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        yield client
    app.stop()


def failures(results):
    """What did not pass, and why. A check that is skipped has not passed either."""
    return [
        f"{result.status.name} {result.resource_type} {result.title}: {result.reason}"
        for result in results
        if result.status not in PASSED
    ]


def test_every_check_passes_on_what_discovery_describes(client):
    """All checks, of all resource types, with the attributes that `/Schemas` publishes."""
    results = check_server(SyncSCIMClient(client))

    assert failures(results) == []
    assert {result.resource_type for result in results} == {None, "User", "Group"}
    assert {tag for result in results for tag in result.tags} >= set(get_all_available_tags())


def test_every_check_of_users_passes_on_what_the_rfc_describes(client):
    """The attributes of RFC 7643 §4.1 and §4.3 as the tester knows them, whatever `/Schemas` says.

    Groups are left out: the tester wants `display` of members back, which is not kept (ADR 7).
    """
    scim = SyncSCIMClient(client)
    scim.discover()
    types = [ResourceType.from_resource(User[EnterpriseUser]), ResourceType.from_resource(Group)]
    described = ScimProvider([User, EnterpriseUser, Group], types, scim.provider.config)

    results = check_server(SyncSCIMClient(client, provider=described), resource_types=["User"])

    assert failures(results) == []
    assert "User" in {result.resource_type for result in results}
