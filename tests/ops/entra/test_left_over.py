"""A token that was generated in vain is revoked again or told of, and no run ends where the next cannot go on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ops.entra.console import Terminated
from tests.ops.entra.conftest import APP, FIRST

ROOT = Path(__file__).parents[3]
TIMEOUT = httpx.ReadTimeout("timed out")
ENDINGS = [(TIMEOUT, 1), (KeyboardInterrupt(), 130), (Terminated(), 143)]


class Fault:
    """Raises an error, or answers with a status, in the place of a service."""

    def __init__(self, service, method, path, fault):
        self._service = service
        self._real = service.handle_request
        self._when = (method, path)
        self._fault = fault
        service.handle_request = self._handle

    def _handle(self, request):
        method, path = self._when
        if request.method != method or not request.url.path.endswith(path):
            return self._real(request)
        if isinstance(self._fault, BaseException):
            raise self._fault
        return httpx.Response(self._fault, request=request)

    def mend(self):
        self._service.handle_request = self._real


@pytest.mark.parametrize(("fault", "code"), [*ENDINGS[:2], (400, 1)])
def test_a_token_that_entra_did_not_take_is_revoked_again(connection, fault, code):
    connection.equip()
    mishap = Fault(connection.graph, "PUT", "/secrets", fault)
    assert connection.run(*FIRST) == code
    assert connection.live == []
    (question,) = connection.questions
    assert "was generated in vain. Time-based code" in question
    assert connection.output[-1].endswith("is revoked again.")
    assert connection.output[-1].count("\n") == 0

    mishap.mend()
    assert connection.run(*FIRST) == 0, connection.text
    assert len(connection.live) == 1


@pytest.mark.parametrize(("fault", "code"), ENDINGS)
def test_without_a_code_it_is_told_of_and_the_next_run_replaces_it(connection, fault, code):
    mishap = Fault(connection.graph, "PUT", "/secrets", fault)
    assert connection.run(*FIRST) == code
    (lost,) = connection.live
    told = f"The new token ••••{lost} is live, though nobody has its text: the next run replaces it."
    assert connection.output[-1].endswith(told)

    mishap.mend()
    assert connection.run(*FIRST) == 0, connection.text
    assert len(connection.live) == 2
    assert "Finish the rotation" in connection.text


def test_nobody_is_asked_when_the_process_is_to_end(connection):
    connection.equip()
    Fault(connection.graph, "PUT", "/secrets", Terminated())
    assert connection.run(*FIRST) == 143
    assert connection.questions == []
    assert len(connection.live) == 1


def test_whoever_stops_the_question_as_well_is_told_of_the_token(connection):
    connection.equip()

    def stop():
        raise KeyboardInterrupt

    connection.person.code = stop
    Fault(connection.graph, "PUT", "/secrets", KeyboardInterrupt())
    assert connection.run(*FIRST) == 130
    assert "is live, though nobody has its text" in connection.output[-1]


def test_a_code_that_is_wrong_is_told_besides(connection):
    connection.equip()
    connection.person.code = lambda: "000000"
    Fault(connection.graph, "PUT", "/secrets", TIMEOUT)
    assert connection.run(*FIRST) == 1
    assert "graph.microsoft.com cannot be reached: timed out Rollcall refused: " in connection.output[-1]
    assert "is live, though nobody has its text" in connection.output[-1]


def test_a_token_whose_text_did_not_arrive_is_told_of(connection):
    Fault(connection.api, "POST", "/scim/tokens", KeyboardInterrupt())
    assert connection.run(*FIRST) == 130
    assert connection.output[-1] == (
        "! Stopped. Rollcall may have generated a token, whose text is lost: the next run replaces it."
    )


def two_lost(connection):
    """Two live tokens whose texts nobody has."""
    mishap = Fault(connection.graph, "PUT", "/secrets", TIMEOUT)
    for _ in range(2):
        assert connection.run(*FIRST) == 1
    mishap.mend()
    assert len(connection.live) == 2
    assert "revoke it in the console, and do not finish its rotation" in connection.text
    return connection.live


def test_of_two_lost_tokens_one_is_revoked_with_a_code_and_replaced(connection):
    new, old = two_lost(connection)
    connection.equip()
    assert connection.run(*FIRST) == 0, connection.text
    (question,) = connection.questions
    assert question.startswith(f"Two tokens are live, ••••{old} and ••••{new}, and Entra ID gets in with neither.")
    assert f"••••{new} can be revoked" in question
    assert connection.live[1:] == [old]
    assert connection.scim.is_reached(f"{APP}/ws/scim/v2", connection.secret_token)


def test_without_a_code_the_way_out_of_two_lost_tokens_is_told(connection):
    new, _ = two_lost(connection)
    assert connection.run(*FIRST) == 1
    assert "run it again and give the code that it asks for" in connection.output[-1]
    assert f"or revoke ••••{new} in the console first" in connection.output[-1]
    assert len(connection.live) == 2


def test_a_firewall_that_is_mended_leaves_the_token_that_was_saved(connection):
    connection.equip()
    connection.scim.is_reachable = False
    for _ in range(4):
        assert connection.run(*FIRST) == 1
    assert "Entra ID has saved the new token" in connection.output[-1]
    connection.scim.is_reachable = True
    assert connection.run(*FIRST) == 0, connection.text
    assert connection.api.writes == []


# --- rotation ---


def test_a_new_token_that_does_not_work_is_revoked_again(connection):
    connection.set_up()
    connection.equip()
    before, used = connection.live, connection.secret_token
    real = connection.scim.is_reached
    connection.graph.scim.is_reached = lambda address, token: token == used and real(address, token)
    assert connection.run("--rotate") == 1
    assert connection.live == before
    assert connection.secret_token == used


@pytest.mark.parametrize(("fault", "code"), ENDINGS)
def test_of_two_tokens_that_may_be_in_use_none_is_revoked(connection, fault, code):
    """Entra ID did not answer, so either may be what it has saved."""
    connection.set_up()
    connection.equip()
    Fault(connection.graph, "PUT", "/secrets", fault)
    assert connection.run("--rotate") == code
    assert connection.questions == []
    assert len(connection.live) == 2
    assert "is not known; it and the old one both work" in connection.output[-1]


# --- the process ---


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_command_in_one_line(tmp_path, number, code):
    pipe = tmp_path / "token"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "ops.entra", "--app", APP, "--rotate", "--access-token-file", str(pipe)]
    with (
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process,  # noqa: S603 - our own
        pipe.open("w"),  # which waits until the command reads
    ):
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
    assert (told, process.returncode) == ("! Stopped.\n", code)
