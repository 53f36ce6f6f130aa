"""What is noted of people who change how they sign in, before or without being signed in."""

from scim.admin.services import Services
from scim.domain.activities import Activity, Actor, Status, organizations_of
from scim.domain.details import NO_DETAIL
from scim.domain.people import AuthenticationType, authentication_type_of
from scim.domain.users import User, display_name
from scim.sentences import Sentence


async def record_own(
    services: Services, user: User, status: Status, request_id: str, *, detail: Sentence = NO_DETAIL
) -> None:
    """Record that somebody did something to their own account."""
    await services.activities.record(
        Activity(
            id=services.identifiers.new(),
            time=services.clock.now(),
            status=status,
            provider=user.provider,
            actor=Actor(kind="account", id=user.id, request_id=request_id, name=display_name(user)),
            subject_kind="user",
            subject_id=user.id,
            subject_name=user.user_name,
            organizations=organizations_of(user),
            detail=detail,
        )
    )


async def note_able(services: Services, user: User) -> None:
    """Count a system administrator with a password and an authenticator app among those who can sign in natively.

    Who is to sign in at a provider does not count, whatever else there is.
    """

    async def is_able() -> bool:
        profile = await services.profiles.get(user.id)
        is_native = authentication_type_of(profile, user.provider) is AuthenticationType.NATIVE
        return is_native and (await services.credentials.get(user.id)).is_complete

    if user.administrator:
        await services.administrator_guard.enrolled(user, is_able)
