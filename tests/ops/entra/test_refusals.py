"""What cannot be done is told in a sentence that says what to do; what only takes time is waited for."""

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError

from ops.entra.clients import PATIENCE_SECONDS
from ops.entra.graph import PERMISSIONS
from ops.entra.sign_in import REFUSALS
from tests.ops.entra.conftest import ANNA, FIRST, HELP_DESK
from tests.ops.entra.graph_double import ALL_PERMISSIONS

EVERYTHING = (*FIRST, "--try-user", ANNA.upn)


def last(connection):
    """The sentence that a run ended with."""
    return connection.output[-1]


@pytest.mark.parametrize("permission", ALL_PERMISSIONS)
def test_a_missing_permission_is_named_with_what_it_is_for(connection, permission):
    connection.graph.permissions.discard(permission)
    assert connection.run(*EVERYTHING) == 1
    assert f"The permission {permission} is missing: it {purpose(permission)}." in last(connection)
    assert "consent" in last(connection)


def purpose(permission):
    return next(text for _, name, text in PERMISSIONS if name == permission)


def test_a_missing_directory_role_is_told_apart_from_a_missing_permission(connection):
    connection.graph.roles.clear()
    assert connection.run(*EVERYTHING) == 1
    assert "none of the directory roles" in last(connection)
    assert "Cloud Application Administrator" in last(connection)
    assert "permission" not in last(connection)


def test_both_are_named_when_the_token_does_not_tell(connection):
    connection.graph.shows_claims = False
    connection.graph.roles.clear()
    assert connection.run(*EVERYTHING) == 1
    assert "Application.ReadWrite.All" in last(connection)
    assert "Cloud Application Administrator" in last(connection)


def test_a_role_that_does_not_count_yet_is_waited_for_by_the_person(connection):
    connection.graph.roles_count = False
    assert connection.run(*EVERYTHING) == 1
    assert "some minutes" in last(connection)


def test_a_missing_licence_is_told(connection):
    connection.graph.has_licence = False
    assert connection.run(*FIRST) == 1
    assert "Entra ID P1 licence" in last(connection)
    assert "--group" in last(connection)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("AADSTS65001: The user or administrator has not consented to use the application.", REFUSALS[0][1]),
        ("AADSTS90094: An administrator of Contoso has set a policy.", REFUSALS[0][1]),
        ("AADSTS65004: User declined to consent.", "consent was declined"),
        ("AADSTS700016: Application with identifier 'x' was not found.", "--client-id"),
        ("AADSTS7000218: The request body must contain client_assertion.", "public client flows"),
        ("AADSTS50020: User account does not exist in tenant.", "--tenant"),
        ("AADSTS53003: Access has been blocked by Conditional Access policies.", "Conditional Access"),
        ("Please run 'az login' to set up an account", "az login"),
        ("Something new happened.\nWith details.", "Something new happened."),
    ],
)
def test_a_sign_in_that_failed_says_what_to_do(connection, answer, sentence):
    connection.sign_in.error = ClientAuthenticationError(message=answer)
    assert connection.run(*FIRST, "--provider", "Okta") == 1
    assert "Signing in to Entra ID failed" in last(connection)
    assert sentence in last(connection)
    assert connection.graph.writes == []


def test_only_those_permissions_are_asked_for_that_the_run_takes(connection):
    connection.run("--organization", "12")
    assert {scope.rpartition("/")[2] for scope in connection.sign_in.scopes} == set(ALL_PERMISSIONS[:2])
    connection.run("--organization", "12", "--group", HELP_DESK, "--try-user", ANNA.object_id)
    assert {scope.rpartition("/")[2] for scope in connection.sign_in.scopes} == set(ALL_PERMISSIONS[:3])
    connection.run(*EVERYTHING)
    assert {scope.rpartition("/")[2] for scope in connection.sign_in.scopes} == set(ALL_PERMISSIONS)


def test_the_azure_cli_is_asked_for_whatever_it_has(connection):
    connection.run(*EVERYTHING, "--sign-in", "cli")
    assert connection.sign_in.scopes == ("https://graph.microsoft.com/.default",)


# --- Rollcall's refusals ---


def test_a_rotation_during_another_is_refused_with_the_way_out(connection):
    connection.set_up()
    connection.run("--rotate")
    new, old = connection.live
    assert connection.run("--rotate") == 1
    assert f"the old ••••{old} and the new ••••{new}, and Entra ID gets in with one of them" in last(connection)
    assert "--finish" in last(connection)
    assert "revoke that in the console" in last(connection)
    assert connection.writes == []


def test_an_access_token_that_is_not_good_is_told(connection):
    assert connection.run(*FIRST, secret="rcp_not_good") == 1
    assert "Rollcall refused: " in last(connection)
    assert "access token is that of a system administrator" in last(connection)


def test_something_else_at_the_address_is_told(connection):
    connection.api.handle_request = lambda request: httpx.Response(200, text="<html>", request=request)
    assert connection.run(*FIRST) == 1
    assert "not with JSON" in last(connection)
    connection.api.handle_request = lambda request: httpx.Response(404, text="<html>", request=request)
    assert connection.run(*FIRST) == 1
    assert "Is --app the address" in last(connection)
    connection.api.handle_request = lambda request: httpx.Response(200, json={"items": [{}]}, request=request)
    assert connection.run(*FIRST) == 1
    assert "answered something else" in last(connection)


def test_a_service_that_is_not_reached_is_told(connection):
    def fail(request):
        raise httpx.ConnectError("Name or service not known", request=request)

    connection.api.handle_request = fail
    assert connection.run(*FIRST) == 1
    assert last(connection) == "! rollcall.example cannot be reached: Name or service not known"


def test_entra_that_does_not_get_in_is_told_with_what_becomes_of_the_token(connection):
    connection.scim.is_reachable = False
    assert connection.run(*FIRST) == 1
    assert "cannot get into Rollcall at https://rollcall.example/ws/scim/v2" in last(connection)
    assert f"Entra ID has saved the new token ••••{connection.live[0]}: run the command again" in last(connection)
    assert connection.graph.job.state == "Disabled"


# --- answers that are odd ---

DEEP = "[" * 100_000
GARBLED = {"stream": httpx.ByteStream(b"no gzip at all"), "headers": {"Content-Encoding": "gzip"}}
ON_DEMAND = "/provisionOnDemand"


@pytest.mark.parametrize(
    ("path", "answer", "sentence"),
    [
        (ON_DEMAND, {"text": "<html>"}, "and not with JSON"),
        (ON_DEMAND, {"text": DEEP}, "and not with JSON"),
        (ON_DEMAND, {"json": [1]}, "answered something else"),
        (ON_DEMAND, {"json": {"key": 1, "value": None}}, "answered something else"),
        (ON_DEMAND, {"json": {"key": "[", "value": DEEP}}, "it gives no reason"),
        (ON_DEMAND, {"json": {"key": '{"details": 1}', "value": "null"}}, "it gives no reason"),
        (ON_DEMAND, {"status_code": 400, "text": DEEP}, "answered 400"),
        (ON_DEMAND, GARBLED, "graph.microsoft.com cannot be reached"),
        *(
            ("/appRoleAssignedTo", {"json": {"value": [], "@odata.nextLink": link}}, "a next page that is not its own")
            for link in (
                "https://evil.example/v1.0/servicePrincipals",
                "//evil.example/v1.0/servicePrincipals",
                "http://graph.microsoft.com/v1.0/servicePrincipals",
                "https://graph.microsoft.com:8443/v1.0/servicePrincipals",
                "https://graph.microsoft.com@evil.example/v1.0/servicePrincipals",
                "https://evil.example:port/",
            )
        ),
    ],
)
def test_an_odd_answer_is_told(connection, path, answer, sentence):
    """And the access token stays with Microsoft Graph."""
    real, asked = connection.graph.handle_request, set()

    def odd(request):
        asked.add((request.url.scheme, request.url.host))
        if request.url.path.endswith(path):
            return httpx.Response(**{"status_code": 200} | answer, request=request)
        return real(request)

    connection.graph.handle_request = odd
    assert connection.run(*EVERYTHING) == 1
    assert sentence in last(connection)
    assert asked == {("https", "graph.microsoft.com")}


# --- what does not fit ---


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--organization-expression", "Switch([department], "), "does not understand the expression"),
        (("--organization-expression", 'Nonsense("12")'), "There is no function Nonsense"),
        (("--organization-attribute", "shoeSize"), 'no attribute "shoeSize" to map to organizationId'),
        (("--organization", "12", "--group", "Nobody"), 'no group called "Nobody"'),
        (("--organization", "12", "--name", "Salesforce"), "not a non-gallery application"),
        (("--organization", "12", "--provider", "Nobody"), 'no identity provider "Nobody"'),
        (("--organization", "12", "--try-user", "nobody@contoso.com"), "does not find"),
    ],
)
def test_what_is_not_there_is_named(connection, options, sentence):
    connection.graph.add_application("Salesforce", template="8b1025e4-1dd2-430b-a150-2ef79cd700f5")
    assert connection.run(*options) == 1
    assert sentence in last(connection)


@pytest.mark.parametrize(
    "options", [("--group", "Nobody"), ("--try-user", "nobody@contoso.com"), ("--name", "Salesforce")]
)
def test_what_is_not_there_is_noticed_before_anything_is_made(connection, options):
    connection.graph.add_application("Salesforce", template="8b1025e4-1dd2-430b-a150-2ef79cd700f5")
    assert connection.run("--organization", "12", *options) == 1
    assert connection.graph.writes == []


def test_an_organization_that_rollcall_has_not_is_noticed_before_anything_is_made(connection):
    assert connection.run("--organization", "99") == 1
    assert last(connection) == '! Rollcall refused: There is no organization with the ID "99".'
    assert connection.graph.calls == []


def test_of_several_groups_or_applications_of_one_name_one_must_be_chosen(connection):
    other = connection.graph.made()
    connection.graph.groups[other] = "Help desk"
    assert connection.run(*FIRST) == 1
    assert "2 groups" in last(connection)
    assert other in last(connection)
    assert HELP_DESK in last(connection)
    connection.graph.add_application("Rollcall")
    second = connection.graph.add_application("Rollcall")
    assert connection.run("--organization", "12", "--group", other) == 1
    assert "2 enterprise applications" in last(connection)
    assert connection.run("--organization", "12", "--group", other, "--name", second.id) == 0
    assert second.assigned.keys() == {other}


def test_a_name_with_an_apostrophe_is_found(connection):
    connection.graph.groups[HELP_DESK] = "Anna's desk"
    assert connection.run("--organization", "12", "--group", "Anna's desk", "--name", "Anna's Rollcall") == 0
    assert connection.run("--organization", "12", "--group", "Anna's desk", "--name", "Anna's Rollcall") == 0
    assert connection.writes == []


# --- waiting ---


def test_throttling_is_waited_for_as_long_as_graph_asks(connection):
    connection.graph.throttled = 3
    connection.set_up()
    assert connection.waits == [7, 7, 7]


def test_what_was_just_made_is_waited_for(connection):
    connection.graph.lag = 3
    connection.set_up()
    assert connection.waits
    assert connection.graph.writes[0].endswith("/instantiate")
    assert len([call for call in connection.graph.writes if call.endswith(("/instantiate", "/jobs"))]) == 2


def test_saved_credentials_that_are_not_in_use_yet_are_tried_again(connection):
    connection.graph.unsaved = 3
    connection.set_up()
    assert connection.waits


@pytest.mark.parametrize(("fault", "sentence"), [("throttled", "is throttling"), ("lag", "does not find")])
def test_waiting_has_an_end(connection, fault, sentence):
    setattr(connection.graph, fault, 10_000)
    assert connection.run(*FIRST) == 1
    assert sentence in last(connection)
    assert sum(connection.waits) <= PATIENCE_SECONDS


def test_nobody_waits_for_what_was_not_just_made(connection):
    assert connection.run("--organization", "12", "--name", HELP_DESK) == 1
    assert connection.waits == []
