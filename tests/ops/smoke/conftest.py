"""A tenant in the test's process, and the smoke test against it."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
import pytest

from ops.smoke.checks import run
from ops.smoke.findings import Finding, Outcome
from ops.smoke.trial import Trial
from tests.fakes.rows import FakeRows, FaultyRows
from tests.ops.smoke.in_process import Deployment
from tests.world import BASE_URL, World


@dataclass
class Result:
    """What came of a smoke test.

    Attributes:
        findings: As `ops.smoke.checks.run` returns them.
        users: The names of the users of the directory afterwards.
    """

    trial: Trial
    findings: Sequence[Finding]
    users: Sequence[str]

    @property
    def failures(self):
        return {
            each.check: f"{each.sentence} {each.remedy}" for each in self.findings if each.outcome is Outcome.FAILED
        }

    @property
    def outcomes(self):
        return {each.check: each.outcome for each in self.findings}

    def check(self, expected):
        """What is expected has failed, by these words of its sentence, and only that; nobody is left behind."""
        assert self.failures.keys() == expected.keys()
        for check, words in expected.items():
            assert re.search(words, self.failures[check]), self.failures[check]
        assert all(each.remedy for each in self.findings if each.outcome is Outcome.FAILED)
        assert self.users == []


class Tenant:
    """A tenant and its deployments."""

    def __init__(self, runner: asyncio.Runner):
        self.rows = FakeRows()
        self._runner = runner
        self.world = runner.run(World.on(self.rows))
        self.token = self.world.token
        self._began = self.world.clock.moment

    def deployment(self, **options) -> Deployment:
        """The app as it should be."""
        return Deployment(self.world.app, self._runner, **options)

    def deployment_on(self, plan) -> Deployment:
        """The app on storage with faults."""
        world = self._runner.run(self.world.instance(FaultyRows(self.rows, plan)))
        return Deployment(world.app, self._runner)

    def do(self, work):
        """Await something in the tenant's event loop."""
        return self._runner.run(work)

    def smoke(self, transport, *, url=BASE_URL, token=None, organization="All") -> Result:
        """Run the smoke test through a transport."""
        with httpx.Client(transport=transport) as client:
            trial = Trial(client, url, token or self.token, organization)
            findings = run(trial)
        return Result(trial, findings, self.users())

    def users(self) -> Sequence[str]:
        """Who is in the directory; asked at the time when the token is good."""
        now, self.world.clock.moment = self.world.clock.moment, self._began
        listed = self._runner.run(self.world.call("GET", "/Users")).json
        self.world.clock.moment = now
        return [user["userName"] for user in listed["Resources"]]


@pytest.fixture
def tenant():
    with asyncio.Runner() as runner:
        yield Tenant(runner)


@pytest.fixture(autouse=True)
def no_old_tls(monkeypatch):
    """Nothing is asked of the host name that stands for a deployment in the process."""
    monkeypatch.setattr("ops.smoke.connection._speaks_old_tls", lambda _host, _port: False)
