"""Stopped from outside: the user is removed, one line says so, and the shell is told by the status."""

import re
import signal

import httpx
import pytest

from ops.smoke.__main__ import main
from ops.smoke.stopping import Stopped, stoppable
from tests.ops.smoke.proxies import Proxy
from tests.world import BASE_URL

STATUSES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture
def stopped(tenant, monkeypatch, capsys):
    """The command, to whose process a signal is sent with the first request that `at` picks; its status and line."""

    def stopped(number, at, then=lambda _request: None):
        waiting = [number]

        def arrive(request):
            then(request)
            if waiting and at(request):
                signal.raise_signal(waiting.pop())

        proxy = Proxy(tenant.deployment(), changes_request=arrive)
        monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _, request: proxy.handle_request(request))
        monkeypatch.setenv("TOKEN", tenant.token)
        status = main([BASE_URL, "--json"])
        seen = capsys.readouterr()
        assert seen.out == ""
        return status, seen.err

    return stopped


@pytest.mark.parametrize("number", STATUSES)
def test_a_signal_removes_the_user(tenant, stopped, number):
    before = signal.getsignal(number)
    status, line = stopped(number, lambda request: request.method == "PATCH")
    assert status == STATUSES[number]
    assert line == f"Stopped by {number.name}. No user is left behind.\n"
    assert tenant.users() == []
    assert signal.getsignal(number) is before


def test_a_signal_before_the_user_is_made_says_so(stopped):
    _, line = stopped(signal.SIGTERM, lambda request: request.url.path.endswith("/Schemas"))
    assert line == "Stopped by SIGTERM. No user is left behind.\n"


def test_a_user_that_cannot_be_removed_any_more_is_named(tenant, stopped):
    def refuse(request):
        if request.method == "DELETE":
            raise httpx.ConnectError("refused")

    status, line = stopped(signal.SIGTERM, lambda request: request.method == "PATCH", refuse)
    assert status == 143
    assert line.startswith(f"Stopped by SIGTERM. The throw-away user {tenant.users()[0]} may be left: delete it in")
    assert line.count("\n") == 1


def test_a_second_signal_ends_the_cleaning_up_and_the_user_is_named(tenant, stopped):
    def again(request):
        if request.method == "DELETE":
            signal.raise_signal(signal.SIGINT)

    status, line = stopped(signal.SIGINT, lambda request: request.method == "PATCH", again)
    assert status == 130
    assert f"user {tenant.users()[0]} may be left" in line


def test_a_user_that_is_being_made_at_the_signal_is_named(stopped):
    """It is not found yet, and may come."""
    status, line = stopped(signal.SIGTERM, lambda request: b"rollcall-smoke-" in request.read())
    assert status == 143
    assert re.search(r"user rollcall-smoke-\S+@smoke\.invalid may be left: delete it in the console", line)


def test_a_signal_that_the_caller_ignores_stays_ignored():
    """As `nohup` does."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_no_check_takes_a_signal_for_its_own_failure():
    assert not issubclass(Stopped, Exception)
