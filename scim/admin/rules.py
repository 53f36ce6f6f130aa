"""What holds for the whole tenant, for administrators to look up; each value is read where it is enforced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from scim.admin import codes, context, invitations, passwords, sessions
from scim.admin.context import Context
from scim.admin.step_up import CriticalAction
from scim.domain import accounts
from scim.domain.authority import Action
from scim.domain.people import MAX_ACCESS_TOKEN_LIFE
from scim.domain.providers import Provider
from scim.domain.tokens import LIFETIME_MONTHS, MAX_LIVE_TOKENS, QUIET, RUNGS
from scim.schema.comparison import comparison_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules.

    Attributes:
        public_url, scim_base_url: Where the deployment is.
        activities_kept: How long activities are kept at least.
        providers: By name; each has policies of its own.
    """

    public_url: str
    scim_base_url: str
    activities_kept: timedelta
    providers: Sequence[Provider]

    token_months: int = LIFETIME_MONTHS
    live_tokens: int = MAX_LIVE_TOKENS
    told_days_before: Sequence[int] = tuple(sorted(RUNGS, reverse=True))
    replaced_token_goes_after: timedelta = QUIET

    session_idle: timedelta = sessions.IDLE
    session_longest: timedelta = sessions.LONGEST
    sign_in_counts_as_recent: timedelta = context.RECENT
    tries: int = codes.MAX_FAILURES
    locked_for: timedelta = codes.LOCKED_FOR
    password_characters: int = passwords.MIN_CHARACTERS
    invitation_holds: timedelta = invitations.LIFETIME
    access_token_lives: timedelta = MAX_ACCESS_TOKEN_LIFE
    deleted_accounts_kept: timedelta = accounts.RETENTION

    take_a_code: Sequence[CriticalAction] = tuple(CriticalAction)
    """The changes that take a time-based code each time (R013, R014, AMB-13)."""


async def rules(asked: Context) -> Rules:
    """The rules. One storage call.

    Raises:
        Denied: They are for system administrators.
    """
    asked.require(Action.MANAGE_SETTINGS)
    services = asked.services
    providers = sorted(await services.providers.all(), key=lambda each: (comparison_key(each.name), each.id))
    return Rules(
        public_url=services.public_url,
        scim_base_url=services.scim_base_url,
        activities_kept=services.activity_retention,
        providers=providers,
    )
