"""The double of Microsoft Graph refuses what Graph refuses, so that the command is not proven against a push-over."""

import httpx
import pytest

JOB = "synchronization/jobs"


@pytest.fixture
def send(connection):
    """Sends a request about the application that the command made; returns the status."""
    connection.set_up()

    def call(method, path, body=None):
        where = path.format(sp=connection.graph.application.id, job=connection.graph.job.id)
        headers = {"Authorization": f"Bearer {connection.graph.access_token()}"}
        with httpx.Client(transport=connection.graph, base_url="https://graph.microsoft.com/v1.0") as client:
            return client.request(method, where, json=body, headers=headers).status_code

    return call


SP = "/servicePrincipals/{sp}"
SCHEMA = f"{SP}/{JOB}/{{job}}/schema"
SECRETS = f"{SP}/synchronization/secrets"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/applicationTemplates/another/instantiate", {"displayName": "Rollcall"}, 404),
        ("POST", "/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate", {"name": "Rollcall"}, 400),
        ("POST", f"{SP}/{JOB}", {"templateId": "customappsso"}, 400),
        ("PATCH", SCHEMA, {}, 404),
        ("PUT", SCHEMA, {"synchronizationRules": []}, 400),
        ("PUT", SECRETS, {"credentials": []}, 400),
        ("PUT", SECRETS, {"value": [{"key": "secretToken", "value": "x"}]}, 400),
        ("PUT", SECRETS, {"value": [{"key": "SecretToken", "value": "********"}]}, 400),
        ("POST", f"{SP}/{JOB}/{{job}}/validateCredentials", {"value": []}, 400),
        ("POST", f"{SP}/{JOB}/{{job}}/start", None, 400),
        ("POST", f"{SP}/{JOB}/another/start", None, 404),
        ("POST", f"{SP}/appRoleAssignedTo", {"principalId": "x", "resourceId": "y"}, 400),
        ("GET", f"{SP}/synchronization", None, 404),
    ],
)
def test_what_graph_refuses_is_refused(send, method, path, body, status):
    assert send(method, path, body) == status


def test_a_schema_whose_mappings_are_not_defined_is_refused(connection, send):
    schema = connection.graph.job.schema
    connection.attributes().pop()
    connection.mappings()[-1]["targetAttributeName"] = connection.attributes()[-1]["name"] + "x"
    assert send("PUT", SCHEMA, schema) == 400
    assert send("PUT", SCHEMA, schema | {"name": "mine"}) == 400


def test_an_answer_takes_a_sign_in(connection):
    with httpx.Client(transport=connection.graph, base_url="https://graph.microsoft.com/v1.0") as client:
        assert client.get("/servicePrincipals").status_code == 401
