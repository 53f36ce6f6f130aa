"""Whatever SCIM and the console do, in whatever order and however close together: one administrator remains.

That is one who is active and signs in natively, with a password and an authenticator app. Steps are only made; what
must hold is looked up in storage after each of them. They are made in the name of a technician whom the use cases are
told to be a system administrator, so that nothing depends on who acts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scim.admin import account_edits, administrators, adoptions, new_accounts, own_security, step_up
from scim.admin.account_edits import Edit
from scim.admin.context import Context, Principal
from scim.admin.problems import Problem
from scim.admin.records import note_able
from scim.admin.sso_accounts import type_of
from scim.admin.step_up import CriticalAction
from scim.domain.people import AuthenticationType
from scim.domain.ports import VersionConflict
from scim.domain.users import User, UserType
from scim.errors import ScimError
from scim.schema.urns import NINJAONE_USER
from scim.storage.tables import keys
from scim.storage.tables.rows import Row
from tests.accounts import switch_scim, technician
from tests.admin_world import AdminWorld
from tests.contract.conftest import UnevenRows
from tests.fakes.rows import FakeRows
from tests.invariants import violations
from tests.people import Person
from tests.world import Reply, patch, without_queues

CHANGE = CriticalAction.CHANGE_ADMINISTRATOR


def switching(*, on: bool) -> Callable[..., Awaitable[Any]]:
    """Switches an account on or off, with a proof."""

    async def switch(context: Context, account_id: str, proof: str) -> None:
        await account_edits.set_active(context, account_id, None, proof, active=on)

    return switch


async def deleting(context: Context, account_id: str, proof: str) -> None:
    """Deletes an account, with a proof."""
    await account_edits.delete(context, account_id, None, proof)


def typing(how: AuthenticationType) -> Callable[..., Awaitable[Any]]:
    """Changes how an account signs in, with a proof."""

    async def change(context: Context, account_id: str, proof: str) -> None:
        await account_edits.edit(context, account_id, Edit(profile={"authentication_type": how}), None, proof)

    return change


STEPS = {
    "grant": lambda play, who: play.critical(administrators.grant, CriticalAction.GRANT_ADMINISTRATOR, who),
    "revoke": lambda play, who: play.critical(administrators.revoke, CriticalAction.REVOKE_ADMINISTRATOR, who),
    "reset app": lambda play, who: play.critical(own_security.reset_app, CriticalAction.RESET_MFA, who),
    "enrol": lambda play, who: play.enrol(who),
    "deactivate": lambda play, who: play.critical(switching(on=False), CHANGE, who),
    "reactivate": lambda play, who: play.critical(switching(on=True), CHANGE, who),
    "to SSO": lambda play, who: play.critical(typing(AuthenticationType.SSO), CHANGE, who),
    "to native": lambda play, who: play.critical(typing(AuthenticationType.NATIVE), CHANGE, who),
    "delete": lambda play, who: play.critical(deleting, CHANGE, who),
    "restore": lambda play, who: play.plain(new_accounts.restore, who),
    "retype": lambda play, who: play.plain(account_edits.edit, who, END_USER_EDIT, None),
    "approve": lambda play, who: play.approve(who),
    "SCIM off": lambda play, who: play.scim("PATCH", who, patch(("replace", "active", "False"))),
    "SCIM on": lambda play, who: play.scim("PATCH", who, patch(("replace", "active", True))),
    "SCIM delete": lambda play, who: play.scim("DELETE", who),
    "SCIM retype": lambda play, who: play.scim("PATCH", who, patch(("replace", None, {NINJAONE_USER: END_USER}))),
    "SCIM create": lambda play, who: play.create(who),
    "switch off": lambda play, _who: play.switch(on=False),
    "switch on": lambda play, _who: play.switch(on=True),
}
END_USER = {"userType": "endUser", "organizationId": "12"}
END_USER_EDIT = Edit(directory=END_USER)
NAMES = ("boss@contoso.com", "tess@contoso.com", "tom@contoso.com", "kim@contoso.com")
"""The first is the administrator; boss and tess are native, tom and kim the provider's. All but kim are enrolled."""

type Step = tuple[str, int]
STEP = st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, len(NAMES) - 1))
SEVERAL = st.lists(STEP, min_size=1, max_size=3)
"""Steps that are made at once, or a single one."""


@dataclass
class Play:
    """A tenant in which steps are made."""

    admin: AdminWorld
    operator: Person
    ids: list[str]

    @classmethod
    async def begin(cls, rows: FakeRows) -> "Play":
        admin = await AdminWorld.on(rows)
        boss = await admin.services.users.find_by_name(NAMES[0], {"native"})
        assert boss is not None
        tess = await admin.account(NAMES[1])
        others = [await admin.world.created("/Users", technician(name)) for name in NAMES[2:]]
        operator = await Person(admin, await admin.account("operator@contoso.com")).equip()
        play = cls(admin, operator, [boss.id, tess.id, *others])
        for who in range(3):
            await (await play.enrol(who))()
        return play

    @property
    def context(self) -> Context:
        principal = Principal(
            account_id=self.operator.user.id,
            name="Operator",
            user_type=UserType.TECHNICIAN,
            administrator=True,
            credential="session",
            verified_at=self.admin.clock.now(),
        )
        return Context(services=self.admin.services, principal=principal)

    async def plain(self, use_case: Callable[..., Awaitable[Any]], who: int, *args: Any, **named: Any) -> "Prepared":
        return lambda: use_case(self.context, self.ids[who], *args, **named)

    async def critical(self, use_case: Callable[..., Awaitable[Any]], action: CriticalAction, who: int) -> "Prepared":
        proof, _ = await step_up.verify(self.context, self.operator.code(), action, self.ids[who])
        return lambda: use_case(self.context, self.ids[who], proof)

    async def approve(self, who: int) -> "Prepared":
        account = await self.admin.services.accounts.get(self.ids[who])
        if account is not None:
            now = self.admin.clock.now()
            await self.admin.services.users.ask_for_adoption(self.admin.world.provider, account.id, now)
        return lambda: adoptions.approve(self.context, "entra", self.ids[who], administrator=True)

    async def scim(self, method: str, who: int, body: object = None) -> "Prepared":
        return lambda: self.admin.world.call(method, f"/Users/{self.ids[who]}", body)

    async def create(self, who: int) -> "Prepared":
        return lambda: self.admin.world.call("POST", "/Users", technician(NAMES[who]))

    async def switch(self, *, on: bool) -> "Prepared":
        return lambda: switch_scim(self.admin, on=on)

    async def enrol(self, who: int) -> "Prepared":
        """What happens when somebody chooses a password and sets up an app, by an invitation or at sign-in."""

        async def run() -> None:
            account = await self.admin.services.accounts.get(self.ids[who])
            if account is not None:
                with suppress(VersionConflict):
                    await Person(self.admin, account).equip()
                    await note_able(self.admin.services, account)

        return run

    async def able(self) -> list[User]:
        """The active administrators who can sign in natively, and do."""
        found = [await self.admin.services.accounts.get(id_) for id_ in self.ids]
        administrators_ = [each for each in found if each and each.administrator and each.standing.active]
        services = self.admin.services
        return [
            each
            for each in administrators_
            if (await services.credentials.get(each.id)).is_complete
            and await type_of(services, each) is AuthenticationType.NATIVE
        ]


type Prepared = Callable[[], Awaitable[Any]]


async def refused_or_done(step: Prepared) -> None:
    """Make a step; it may be refused, in words."""
    try:
        reply = await step()
    except (Problem, ScimError) as refusal:
        status = refusal.status
    else:
        status = reply.status if isinstance(reply, Reply) else 200
    assert status < 500


async def played(groups: list[list[Step]]) -> None:
    play = await Play.begin(UnevenRows())
    assert len(await play.able()) == 1
    with without_queues():
        for steps in groups:
            prepared = [await STEPS[what](play, who) for what, who in steps]
            await asyncio.gather(*map(refused_or_done, prepared))
            assert await play.able(), steps
    assert await violations(play.admin.world.rows) == []


@given(st.lists(SEVERAL, min_size=1, max_size=12))
@example([[("grant", 1)], [("revoke", 0), ("revoke", 1)]])
@example([[("grant", 2)], [("SCIM off", 2), ("deactivate", 0)], [("SCIM on", 2)], [("SCIM delete", 2), ("delete", 0)]])
@example([[("grant", 1)], [("reset app", 0), ("delete", 1)], [("enrol", 0)], [("reset app", 1), ("revoke", 0)]])
@example([[("grant", 1)], [("to SSO", 0), ("to SSO", 1)], [("to native", 0), ("to SSO", 1)], [("approve", 1)]])
@example([[("approve", 0)], [("SCIM off", 0)], [("SCIM delete", 0)], [("SCIM retype", 0)], [("retype", 0)]])
@example([[("grant", 1)], [("enrol", 1), ("reset app", 1), ("revoke", 0)], [("revoke", 0)], [("deactivate", 0)]])
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
async def test_one_administrator_who_can_sign_in_always_remains(groups: list[list[Step]]) -> None:
    """R013, R017, AMB-11, whatever happens at once."""
    await played(groups)


class MeetingRows(FakeRows):
    """Storage in which those who read who the administrators are go on only when two of them have."""

    def __init__(self) -> None:
        super().__init__()
        self.missing = 0
        self.all_there = asyncio.Event()

    async def get(self, table: str, partition: str, row_key: str) -> Row | None:
        row = await super().get(table, partition, row_key)
        if row_key == keys.ADMINISTRATORS and self.missing:
            self.missing -= 1
            if not self.missing:
                self.all_there.set()
            await self.all_there.wait()
        return row


LOSSES = ("revoke", "reset app", "deactivate", "delete", "to SSO", "SCIM off", "SCIM delete")


@pytest.mark.parametrize("first", LOSSES[:5])
@pytest.mark.parametrize("second", LOSSES)
async def test_two_who_would_each_leave_the_other_as_the_last_one_meet(first: str, second: str) -> None:
    """AMB-11: both have read that two remain before either has written."""
    rows = MeetingRows()
    play = await Play.begin(rows)
    for step in ("grant", "to native"):  # a provider's
        await refused_or_done(await STEPS[step](play, 2))
    assert len(await play.able()) == 2
    losses = [await STEPS[first](play, 0), await STEPS[second](play, 2)]
    if second in {"deactivate", "delete"}:
        await switch_scim(play.admin, on=False)
    rows.missing = 2

    with without_queues():
        await asyncio.gather(*map(refused_or_done, losses))

    assert len(await play.able()) == 1
    assert await violations(rows) == []
