"""One function for each scheduled job. Schedules are UTC."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import azure.functions as func

from scim.domain.ports import (
    Activities,
    Clock,
    Expiring,
    Identifiers,
    Jobs,
    Organizations,
    Providers,
    Tokens,
    TokenVault,
)
from scim.maintenance.expire_tokens import expire_tokens
from scim.maintenance.finish_organizations import finish_organizations
from scim.maintenance.finish_rotations import finish_rotations
from scim.maintenance.purge_bookmarks import purge_bookmarks
from scim.maintenance.sweep_jobs import sweep_jobs
from scim.maintenance.warn_of_expiry import warn_of_expiry


class Administered(Protocol):
    """Jobs on what only administration knows."""

    async def clear_roles(self) -> None:
        """See `scim.maintenance.clear_roles`."""
        ...


class Scheduled(Protocol):
    """What the jobs work on."""

    @property
    def jobs(self) -> Jobs:
        """Unfinished work."""
        ...

    @property
    def bookmarks(self) -> Expiring:
        """Where pages start."""
        ...

    @property
    def tokens(self) -> Tokens:
        """Records of provisioning tokens."""
        ...

    @property
    def vault(self) -> TokenVault:
        """Their digests."""
        ...

    @property
    def activities(self) -> Activities:
        """The log of changes."""
        ...

    @property
    def organizations(self) -> Organizations:
        """Those whose deletion has begun, too."""
        ...

    @property
    def providers(self) -> Providers:
        """Identity providers."""
        ...

    @property
    def identifiers(self) -> Identifiers:
        """Where ids come from."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def administration(self) -> Administered:
        """Administration, which is imported when a job first asks for it."""
        ...


TIMERS: Mapping[str, tuple[str, Callable[[Scheduled], Awaitable[None]]]] = {
    "SweepJobs": ("0 * * * * *", lambda app: sweep_jobs(app.jobs, app.clock)),
    "PurgeBookmarks": ("0 30 * * * *", lambda app: purge_bookmarks(app.bookmarks, app.clock)),
    "ExpireTokens": (
        "0 */5 * * * *",
        lambda app: expire_tokens(app.tokens, app.vault, app.activities, app.clock),
    ),
    "FinishRotations": (
        "0 20 * * * *",
        lambda app: finish_rotations(app.tokens, app.vault, app.activities, app.clock),
    ),
    "WarnOfExpiry": ("0 10 * * * *", lambda app: warn_of_expiry(app.tokens, app.activities, app.clock)),
    "FinishOrganizations": (
        "30 * * * * *",
        lambda app: finish_organizations(app.organizations, app.providers, app.clock, app.identifiers),
    ),
    "ClearRoles": ("0 40 * * * *", lambda app: app.administration.clear_roles()),
}
"""By function name: the schedule (seconds first), and what is done."""


def timers(application: Callable[[], Scheduled]) -> func.Blueprint:
    """The blueprint with a function for each of `TIMERS`.

    Args:
        application: Gives the application when a timer first fires.
    """
    blueprint = func.Blueprint()  # type: ignore[no-untyped-call]
    for name, (schedule, work) in TIMERS.items():
        register = blueprint.timer_trigger("timer", schedule)
        blueprint.function_name(name)(register(_trigger(work, application)))
    return blueprint


def _trigger(
    work: Callable[[Scheduled], Awaitable[None]], application: Callable[[], Scheduled]
) -> Callable[[func.TimerRequest], Awaitable[None]]:
    async def run(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the host's binding
        await work(application())

    return run
