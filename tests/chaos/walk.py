"""A walk: requests of two providers, one after the other, to one tenant."""

import json
import random
from collections import Counter
from dataclasses import replace
from typing import Self

from scim.errors import ScimError
from scim.maintenance.sweep_jobs import sweep_jobs
from scim.protocol.messages import Request, Response
from scim.protocol.routing import Operation, route
from scim.schema.values import UnknownAttributes
from tests.chaos.replies import complaints, scim_type
from tests.chaos.requests import Chaos
from tests.chaos.searches import Searches
from tests.fakes.rows import Call, FakeRows, Fault, FaultyRows, fail_after, fail_before, repeat
from tests.invariants import violations
from tests.world import ENTRA, OKTA, World


class Faults:
    """Makes one call to storage fail, when it is armed.

    Args:
        source: Of all choices.
    """

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._calls_until: int | None = None

    def arm(self) -> None:
        """Let one of the next calls fail."""
        self._calls_until = self._source.choice((0, 0, 1, 1, 2, 3, 5))

    def disarm(self) -> None:
        """Let all calls succeed."""
        self._calls_until = None

    def plan(self, _call: Call) -> Fault | None:
        """See `FaultyRows`."""
        if self._calls_until is None:
            return None
        self._calls_until -= 1
        return self._source.choice((fail_before, fail_after, repeat)) if self._calls_until == -1 else None


class Walk:
    """Requests and what became of them; see the package.

    Attributes:
        statuses: How often each operation had each class of status: (Operation.CREATE, 2).
        scim_types: How often each `scimType` was seen.
        answered: How many requests were answered.
    """

    def __init__(self, worlds: list[World], faults: Faults, source: random.Random) -> None:
        self._worlds = worlds
        self._faults = faults
        self._source = source
        self._chaos = Chaos(source)
        self._owners: dict[str, World] = {}
        self.statuses: Counter[tuple[Operation | None, int]] = Counter()
        self.scim_types: Counter[str | None] = Counter()
        self.answered = 0

    @property
    def world(self) -> World:
        """The tenant, as the provider sees it that sends most requests."""
        return self._worlds[0]

    @property
    def searches(self) -> Searches:
        """Makes searches for this tenant."""
        return self._chaos.searches

    @classmethod
    async def begin(cls, seed: int, policy: UnknownAttributes) -> Self:
        """A new tenant with two providers of that policy."""
        source = random.Random(seed)
        faults = Faults(source)
        first, second = (
            replace(provider, policies=replace(provider.policies, unknown_attributes=policy))
            for provider in (ENTRA, OKTA)
        )
        world = await World.on(FaultyRows(FakeRows(), faults.plan), first)
        return cls([world, await world.provided(second)], faults, source)

    async def go(self, requests: int) -> None:
        """Send that many requests, and judge each reply.

        Raises:
            AssertionError: Of the first bad one, with the whole request.
        """
        for number in range(requests):
            world = self._source.choices(self._worlds, (9, 1))[0]
            if self._source.random() < 0.004:
                world.clock.advance(minutes=61)
            request = self._chaos.request(world.token, number)
            faulty = self._source.random() < 0.02
            if faulty:
                self._faults.arm()
            response = await world.app.dispatcher.answer(request)
            await world.app.background.drain()
            self._faults.disarm()
            self._judge(world, request, response, faulty=faulty)

    async def violations(self) -> list[str]:
        """What is wrong with the directory when all work is done."""
        world = self.world
        for _ in range(3):
            world.clock.advance(minutes=61)
            await sweep_jobs(world.app.jobs, world.clock)
            await world.app.background.drain()
        return await violations(world.rows)

    def _judge(self, world: World, request: Request, response: Response, *, faulty: bool) -> None:
        self.answered += 1
        self.statuses[operation_of(request), response.status // 100] += 1
        self.scim_types[scim_type(response)] += 1
        secrets = [each.token for each in self._worlds] + list(world.app.vault.digests.values())
        wrong = [*complaints(request, response, secrets), *self._foreign(world, response)]
        if faulty:
            wrong = [each for each in wrong if not each.startswith("status 503")]
        assert wrong == [], f"{wrong}\n{request}\n{response}"
        self._chaos.learn(request, response)

    def _foreign(self, world: World, response: Response) -> list[str]:
        """The other provider's resources in a reply."""
        if response.body is None or response.status >= 400:
            return []
        body = json.loads(response.body)
        created = [each["location"] for each in body.get("Operations", ()) if each["status"] == "201"]
        created += [response.headers["Location"]] if response.status == 201 else []
        self._owners |= {location.rpartition("/")[2]: world for location in created}
        shown = {each.get("id") for each in body.get("Resources", [body])}
        return [f"a resource of another provider: {id_}" for id_ in shown if self._owners.get(id_, world) is not world]


def operation_of(request: Request) -> Operation | None:
    """The operation that a request asks for, if it asks for any."""
    try:
        return route(request.method, request.path).operation
    except ScimError:
        return None
