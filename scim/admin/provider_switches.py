"""Switching single sign-on and provisioning of a provider on and off (R094-R099, R120, R121, R128, AMB-14, AMB-15)."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from scim.admin.concurrency import check_version
from scim.admin.context import Context
from scim.admin.lists import Count
from scim.admin.problems import Conflicting
from scim.admin.providers import activity, get, record, save
from scim.admin.services import Services
from scim.admin.sso_changes import require_code
from scim.admin.step_up import CriticalAction, require_proof
from scim.domain.activities import ROLLCALL, Activity, Status
from scim.domain.authority import Action
from scim.domain.ports import VersionConflict
from scim.domain.providers import Provider
from scim.domain.sso import SsoConfiguration, SsoState
from scim.sentences import Sentence

logger = logging.getLogger(__name__)

COUNTED = 5_000
"""Users of the provider that the preview looks at."""
NAMED = 20
"""People whom it names."""


class UsersWithoutScim(StrEnum):
    """What becomes of a provider's users when its provisioning is switched off."""

    KEEP_EDITABLE = "keepEditable"
    """They can be edited here until it is on again."""
    BECOME_NATIVE = "becomeNative"
    """They become native accounts for good, with the roles that their groups gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SsoImpact:
    """What disabling single sign-on would do.

    Attributes:
        locked_out: Active users who sign in only through this provider and cannot sign in natively.
        administrators: userNames of the system administrators among them, `NAMED` at most.
        scim_enabled: Whether provisioning stays on, unless it is disabled, too (AMB-14).
        is_possible: Whether an active system administrator remains who can sign in.
    """

    locked_out: Count
    administrators: Sequence[str]
    scim_enabled: bool
    is_possible: bool


async def sso_impact(context: Context, provider_id: str) -> SsoImpact:
    """What disabling single sign-on would do; nothing is written.

    Storage calls: two, one for each thousand of the provider's users up to `COUNTED`, of accounts with a password and
    of accounts with settings, and one for each name.

    Raises:
        Missing: There is no such provider.
    """
    context.require(Action.MANAGE_PROVIDERS)
    services = context.services
    provider = await get(context, provider_id)
    found, is_possible = await asyncio.gather(
        services.census.ways_in(provider_id, COUNTED), services.administrator_guard.has_active()
    )
    administrators = [id_ for id_ in found.dependent if id_ in found.administrators]
    return SsoImpact(
        locked_out=Count(len(found.dependent), found.is_more),
        administrators=await user_names(services, provider_id, administrators),
        scim_enabled=provider.scim_enabled,
        is_possible=is_possible,
    )


async def user_names(services: Services, provider_id: str, ids: Sequence[str]) -> Sequence[str]:
    """The userNames of the first `NAMED` of some users of a provider. A storage call for each name."""
    users = await asyncio.gather(*(services.users.get(provider_id, id_) for id_ in ids[:NAMED]))
    return [user.user_name for user in users if user is not None]


async def record_sso_test(
    services: Services, provider_id: str, tested: SsoConfiguration, account_name: str, request_id: str
) -> bool:
    """Note that a sign-in through a configuration has worked: it may be enabled from now on (R023).

    Only the sign-in itself may call this, after it has verified the provider's answer. There is no endpoint for it: a
    person cannot claim that a test passed.

    Args:
        services: The ports.
        provider_id: The provider.
        tested: The configuration that the sign-in went through.
        account_name: The userName that it led to.
        request_id: Of the sign-in's last request.

    Returns:
        Whether the test counts: not when the provider or its configuration has changed meanwhile.
    """
    provider = await services.providers.get(provider_id)
    if provider is None or await services.providers.sso_configuration(provider_id) != tested:
        return False
    after = replace(provider, sso=provider.sso.tested(services.clock.now(), account_name))
    if after == provider:
        return True
    done = Activity(
        id=services.identifiers.new(),
        time=services.clock.now(),
        status=Status.SSO_UPDATED,
        provider=provider_id,
        actor=replace(ROLLCALL, request_id=request_id),
        subject_kind="provider",
        subject_id=provider_id,
        subject_name=provider.name,
        detail=Sentence("connection tested: signed in as {name}", name=account_name),
    )
    try:
        await services.providers.update(provider, after, activities=[done])
    except VersionConflict:
        logger.info("sso_test_overtaken provider=%s", provider_id)
        return False
    await record(services, [done])
    return True


async def enable_sso(context: Context, provider_id: str, if_match: str | None, proof: str | None = None) -> Provider:
    """Enable single sign-on (R121, R128); enabling it again changes nothing, and takes no proof.

    A code is asked for as for disabling it: somebody who took a provider over must not undo that with an access token.

    Raises:
        Denied: `session_required` or `mfa_required`.
        Missing: There is no such provider.
        Changed: It is not as the administrator read it.
        Conflicting: `sso_not_tested`, or `no_native_administrator`.
    """
    context.require_recent(Action.MANAGE_PROVIDERS)
    before = await get(context, provider_id)
    if before.sso.state is SsoState.ENABLED:
        return before
    check_version(before.version, if_match)
    if not before.sso.may_be_enabled:
        raise Conflicting(Sentence("Test the connection before enabling SSO."), "sso_not_tested")
    if not await context.services.administrator_guard.has_active():
        raise Conflicting(
            Sentence("Enabling needs at least one active system administrator with native sign-in."),
            "no_native_administrator",
        )
    await require_code(context, proof, CriticalAction.ENABLE_SSO, provider_id)
    after = replace(before, sso=before.sso.switched(SsoState.ENABLED, context.now, context.principal.name))
    return await save(context, before, after, activity(context, Status.SSO_ENABLED, after, mfa=True))


async def disable_sso(
    context: Context, provider_id: str, if_match: str | None, proof: str | None, *, disable_scim: bool = False
) -> Provider:
    """Disable single sign-on of one provider (R014, R096, R120); provisioning goes on unless told otherwise (AMB-14).

    What is disabled already is left as it is, and takes no proof: the first reply may have been lost.

    Raises:
        Missing: There is no such provider.
        Changed: It is not as the administrator read it.
        Conflicting: `sso_not_enabled`: it never was, or its configuration is new; or `no_native_administrator`.
        Denied: `mfa_required`.
    """
    context.require(Action.MANAGE_PROVIDERS)
    before = await get(context, provider_id)
    sso, scim = before.sso.state is SsoState.ENABLED, disable_scim and before.scim_enabled
    if before.sso.state is SsoState.DISABLED and not scim:
        return before
    check_version(before.version, if_match)
    if before.sso.state not in {SsoState.ENABLED, SsoState.DISABLED}:
        raise Conflicting(Sentence("SSO is not enabled for this provider."), "sso_not_enabled")
    await require_native_administrator(context)
    await require_proof(context, proof, CriticalAction.DISABLE_SSO, provider_id)
    after, done = before, []
    if sso:
        after = replace(after, sso=after.sso.switched(SsoState.DISABLED, context.now, context.principal.name))
        done.append(activity(context, Status.SSO_DISABLED, after, mfa=True))
    if scim:
        after = after.switched(scim_enabled=False, at=context.now, by=context.principal.name)
        words = _IN_WORDS[UsersWithoutScim.KEEP_EDITABLE]
        done.append(activity(context, Status.SCIM_DISABLED, after, detail=words, mfa=True))
    return await save(context, before, after, *done)


async def require_native_administrator(context: Context) -> None:
    """Check that somebody can still administer when single sign-on is gone.

    Raises:
        Conflicting: `no_native_administrator`.
    """
    if not await context.services.administrator_guard.has_active():
        raise Conflicting(
            Sentence(
                "No active system administrator could sign in natively then. Give an administrator native "
                "sign-in first."
            ),
            "no_native_administrator",
        )


async def enable_scim(context: Context, provider_id: str, if_match: str | None) -> Provider:
    """Let a provider provision (R028); with the token that it had, if that is alive (AMB-15).

    Raises:
        Missing: There is no such provider.
        Changed: It is not as the administrator read it.
        Conflicting: `users_leaving`: its users are still becoming native.
    """
    context.require_recent(Action.MANAGE_PROVIDERS)
    before = await get(context, provider_id)
    if before.scim_enabled:
        return before
    check_version(before.version, if_match)
    if before.leaving_since is not None:
        raise Conflicting(Sentence("Its users are still becoming Native. Try again in a few minutes."), "users_leaving")
    after = before.switched(scim_enabled=True, at=context.now, by=context.principal.name)
    return await save(context, before, after, activity(context, Status.SCIM_ENABLED, after))


async def disable_scim(context: Context, provider_id: str, users: UsersWithoutScim, if_match: str | None) -> Provider:
    """Stop a provider from provisioning: within half a minute its requests get 403 everywhere (R099, AMB-15).

    Users who are to become native move in the background (`scim.maintenance.release_users`). That can also be asked
    for when provisioning is off already.

    Raises:
        Missing: There is no such provider.
        Changed: It is not as the administrator read it.
    """
    context.require_recent(Action.MANAGE_PROVIDERS)
    before = await get(context, provider_id)
    after = before
    if before.scim_enabled:
        after = before.switched(scim_enabled=False, at=context.now, by=context.principal.name)
    if users is UsersWithoutScim.BECOME_NATIVE and before.leaving_since is None:
        after = replace(after, leaving_since=context.now)
    if after == before:
        return before
    check_version(before.version, if_match)
    status = Status.SCIM_DISABLED if before.scim_enabled else Status.SSO_UPDATED
    return await save(context, before, after, activity(context, status, after, detail=_IN_WORDS[users]))


_IN_WORDS = {
    UsersWithoutScim.KEEP_EDITABLE: Sentence("its users can be edited here until it is enabled again"),
    UsersWithoutScim.BECOME_NATIVE: Sentence("its users become Native, with the roles from their groups"),
}
