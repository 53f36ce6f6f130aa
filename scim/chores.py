"""What timers do: the use cases of `scim.maintenance`, each with the ports that it works on.

Administration is reached through `app.administration`, which loads it: a chore that needs none of it does not ask.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from scim.maintenance.back_up import back_up
from scim.maintenance.clear_roles import clear_roles
from scim.maintenance.drain_activities import drain_activities
from scim.maintenance.expire_tokens import expire_tokens
from scim.maintenance.finish_organizations import finish_organizations
from scim.maintenance.finish_rotations import finish_rotations
from scim.maintenance.fold_counters import fold_counters
from scim.maintenance.notice_silence import notice_silence
from scim.maintenance.purge_activities import purge_activities
from scim.maintenance.purge_bookmarks import purge_bookmarks
from scim.maintenance.purge_sign_ins import purge_sign_ins
from scim.maintenance.purge_tombstones import purge_tombstones
from scim.maintenance.record_changes import record_changes
from scim.maintenance.release_users import release_users
from scim.maintenance.sweep_jobs import sweep_jobs
from scim.maintenance.warn_of_expiry import warn_of_expiry
from scim.storage.backup.daily import DailyBackups

if TYPE_CHECKING:
    from scim.bootstrap import Application


type Chore = Callable[[], Awaitable[None]]


def chores(app: "Application") -> Mapping[str, Chore]:
    """The chores, by the names of their functions (`scim.triggers.timers.SCHEDULES`)."""
    clock = app.clock
    return {
        "SweepJobs": lambda: sweep_jobs(app.jobs, clock),
        "PurgeBookmarks": lambda: purge_bookmarks(app.bookmarks, clock),
        "PurgeTombstones": lambda: _purge_tombstones(app),
        "ExpireTokens": lambda: expire_tokens(app.tokens, app.vault, app.activities, clock),
        "FinishRotations": lambda: finish_rotations(app.tokens, app.vault, app.activities, clock),
        "WarnOfExpiry": lambda: _warn(app),
        "FinishOrganizations": lambda: finish_organizations(app.organizations, app.providers, clock, app.identifiers),
        "ClearRoles": lambda: _clear_roles(app),
        "DrainActivities": lambda: _drain_activities(app),
        "PurgeActivities": lambda: purge_activities(app.activity_upkeep, clock, app.activity_retention),
        "ReleaseUsers": lambda: release_users(app.administration.services),
        "FoldCounters": lambda: fold_counters(app.totals, clock),
        "PurgeSignIns": lambda: _purge_sign_ins(app),
        "BackUp": lambda: _back_up(app),
    }


async def _back_up(app: "Application") -> None:
    if app.backup_store is not None:
        await back_up(DailyBackups(app.rows, app.backup_store, app.clock), app.clock)


async def _drain_activities(app: "Application") -> None:
    await record_changes(app.providers, app.activities)
    await drain_activities(app.activity_upkeep, app.clock)


async def _warn(app: "Application") -> None:
    await warn_of_expiry(app.tokens, app.activities, app.clock)
    await notice_silence(app.providers, app.tokens, app.clock)


def _clear_roles(app: "Application") -> Awaitable[None]:
    services = app.administration.services
    return clear_roles(
        roles=services.roles,
        mappings=services.mappings,
        profiles=services.profiles,
        census=services.census,
        groups=services.groups,
        clock=services.clock,
    )


def _purge_sign_ins(app: "Application") -> Awaitable[None]:
    services = app.administration.services
    return purge_sign_ins(
        sessions=services.sessions,
        proofs=services.used_proofs,
        attempts=services.attempts,
        keys=services.idempotency_keys,
        clock=services.clock,
    )


def _purge_tombstones(app: "Application") -> Awaitable[None]:
    services = app.administration.services
    return purge_tombstones(
        accounts=services.accounts,
        credentials=services.credentials,
        sessions=services.sessions,
        access_tokens=services.access_tokens,
        clock=services.clock,
    )
