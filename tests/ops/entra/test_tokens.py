"""Secrets are seen by Entra ID and Rollcall alone; a token is renewed without a gap; a dry run only reads."""

import re

import pytest

from tests.ops.entra.conftest import APP, FIRST, HELP_DESK

SCIM_URL = f"{APP}/ws/scim/v2"


def secrets_of(connection):
    saved = [each.secrets.get("SecretToken") for each in connection.graph.applications.values()]
    return {connection.admin.token, connection.admin.world.token, *filter(None, saved)}


@pytest.fixture(autouse=True)
def nothing_gets_out(connection, capfd):
    """Whatever a test of this module does: no secret is printed."""
    seen = set()
    perform = connection.run

    def run(*arguments, **options):
        code = perform(*arguments, **options)
        seen.add(connection.text)
        return code

    connection.run = run
    yield
    captured = capfd.readouterr()
    printed = "\n".join([*seen, captured.out, captured.err])
    assert printed.strip()
    for secret in secrets_of(connection):
        assert secret not in printed
        assert secret.rpartition("_")[2] not in printed


# --- dry run ---


def test_a_dry_run_before_anything_is_there_shows_all_calls_and_makes_none(connection):
    assert connection.run(*FIRST, "--dry-run") == 0, connection.text
    assert connection.writes == []
    assert connection.graph.applications == {}
    shown = re.findall(r"would send (\w+) (\S+)", connection.text.replace("{new application}", "SP").replace(" ", " "))
    methods = [method for method, _ in shown]
    assert methods == ["POST", "POST", "POST", "POST", "PUT", "POST", "PUT", "POST", "POST"]
    assert "Nothing was changed." in connection.text
    assert '"key": "SecretToken"' in connection.text
    assert "••••••••" in connection.text


def test_a_dry_run_shows_what_the_real_one_sends(connection):
    connection.set_up()
    connection.mappings().remove(connection.mapping("organizationId"))
    connection.graph.application.assigned.clear()
    connection.graph.job.state = "Paused"
    arguments = (*FIRST, "--user-type", "technician")

    assert connection.run(*arguments, "--dry-run") == 0
    assert connection.writes == []
    shown = [f"{method} {url}" for method, url in re.findall(r"would send (\w+) (\S+)", connection.text)]
    assert '"urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User:organizationId": "\\"12\\""' in connection.text
    assert HELP_DESK in connection.text

    assert connection.run(*arguments) == 0
    sent = [call for call in connection.graph.calls if not call.startswith("GET") and "validate" not in call]
    assert [call.replace("https://graph.microsoft.com/v1.0", "") for call in shown] == sent


def test_a_dry_run_of_what_is_as_wanted_shows_no_call(connection):
    connection.set_up()
    assert connection.run(*FIRST, "--dry-run") == 0
    assert "would send" not in connection.text


def test_a_dry_rotation_makes_no_token(connection):
    connection.set_up()
    before = connection.secret_token
    assert connection.run("--rotate", "--dry-run") == 0
    assert connection.writes == []
    assert connection.secret_token == before
    assert connection.run("--finish", "--dry-run") == 0
    assert connection.writes == []


# --- what is told ---


def test_a_secret_is_not_told_where_a_service_repeats_it(connection):
    """Whatever an answer contains: what is secret is blanked where it is told."""
    real = connection.graph.handle_request

    def tattle(request):
        answer = real(request)
        if request.url.path.endswith("/secrets") and request.method == "PUT":
            text = request.content.decode()
            body = {"error": {"code": "Request_BadRequest", "message": text}}
            return type(answer)(400, json=body, request=request)
        return answer

    connection.graph.handle_request = tattle
    assert connection.run(*FIRST) == 1
    assert "••••••••" in connection.text
    assert "SecretToken" in connection.text


def test_a_token_that_is_given_is_not_told(connection):
    assert connection.run(*FIRST, option="--token-file", secret=connection.admin.world.token) == 0


# --- rotation ---


def test_a_rotation_has_no_gap(connection):
    """Before and after each request to either service, what Entra ID has saved gets in."""
    connection.set_up()
    old = connection.secret_token
    moments = []

    def watched(service):
        real = service.handle_request

        def handle(request):
            moments.append(connection.scim.is_reached(SCIM_URL, connection.secret_token))
            answer = real(request)
            moments.append(connection.scim.is_reached(SCIM_URL, connection.secret_token))
            return answer

        return handle

    connection.graph.handle_request = watched(connection.graph)
    connection.api.handle_request = watched(connection.api)
    assert connection.run("--rotate") == 0, connection.text

    assert all(moments)
    assert len(moments) > 15
    new = connection.secret_token
    assert new != old
    assert connection.scim.is_reached(SCIM_URL, old), "the old one works until the rotation is finished"


def test_a_rotation_tries_the_new_token_before_it_is_saved(connection):
    connection.set_up()
    assert connection.run("--rotate") == 0
    order = [call.rpartition("/")[2] for call in connection.graph.calls][-4:]
    assert order == ["secrets", "validateCredentials", "secrets", "validateCredentials"]
    assert connection.graph.job.state == "Active"
    assert "Finish the rotation" in connection.text


def test_a_rotation_whose_token_does_not_work_changes_nothing_in_entra(connection):
    connection.set_up()
    before = connection.secret_token
    real = connection.scim.is_reached
    connection.graph.scim.is_reached = lambda address, token: token == before and real(address, token)
    assert connection.run("--rotate") == 1
    assert connection.graph.writes == []
    assert connection.secret_token == before
    assert "revoke it in the console, and do not finish its rotation" in connection.text


def test_there_is_nothing_to_rotate_before_the_first_run(connection):
    assert connection.run("--rotate") == 1
    assert "There is no identity provider to rotate a token of" in connection.text
    connection.ask("POST", "/identity-providers", {"name": "Contoso", "kind": "entra"})
    connection.ask("POST", f"{connection.provider_path}/scim:enable")
    assert connection.run("--rotate") == 1
    assert "There is no enterprise application to rotate a token of" in connection.text
    connection.graph.add_application("Rollcall")
    assert connection.run("--rotate") == 1
    assert "There is no provisioning job to rotate a token of" in connection.text
    assert connection.writes == []


def test_a_rotation_is_finished_with_a_code(connection):
    connection.set_up()
    old = connection.secret_token
    connection.equip()
    connection.admin.clock.advance(minutes=10)
    assert connection.run("--rotate") == 0
    assert "Rollcall has seen Entra ID use the new token" in connection.text
    assert connection.run("--finish") == 0, connection.text
    assert connection.graph.calls == []
    assert not connection.scim.is_reached(SCIM_URL, old)
    assert connection.scim.is_reached(SCIM_URL, connection.secret_token)


def test_there_is_nothing_to_finish_without_a_rotation(connection):
    connection.set_up()
    assert connection.run("--finish") == 1
    assert "no rotation to finish" in connection.text


def test_a_rotation_is_not_finished_without_a_code(connection):
    connection.set_up()
    assert connection.run("--rotate") == 0
    assert connection.run("--finish") == 1
    assert "takes a time-based code" in connection.text
    assert len(connection.live) == 2
