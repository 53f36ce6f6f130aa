"""What every use case of the administration is given: the ports, and who acts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from scim.admin.problems import Denied
from scim.admin.services import Services
from scim.domain.activities import Activity, Actor, Status, SubjectKind
from scim.domain.authority import Action, Permission, may
from scim.domain.details import NO_DETAIL
from scim.domain.users import UserType
from scim.sentences import Sentence

RECENT = timedelta(hours=1)
"""How long after a sign-in, or a proof of identity, critical changes need no new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is signed in.

    Attributes:
        account_id: The account.
        name: What activities and others call this person.
        user_type: Technician or end user.
        administrator: Whether a system administrator.
        permissions: What the roles in force grant.
        organization: An end user's organization, as in `Standing`; None for technicians.
        via: A session of the console, or a personal access token.
        credential: The session's or the token's id.
        provider: The id of the identity provider through which the session began; "" for a native one, and for tokens.
        verified_at: When this person last proved to be the one: by signing in, or by a time-based code since.
        language: A language tag, as in the person's settings; "" for the browser's.
        time_zone: An IANA name; "" for the browser's.
        idle_warning_minutes: After how long without a click the console warns.
    """

    account_id: str
    name: str
    user_type: UserType
    administrator: bool = False
    permissions: frozenset[Permission] = frozenset()
    organization: str | None = None
    via: Literal["session", "accessToken"] = "session"
    credential: str = ""
    provider: str = ""
    verified_at: datetime
    language: str = ""
    time_zone: str = ""
    idle_warning_minutes: int = 0

    def may(self, action: Action) -> bool:
        """See `scim.domain.authority`."""
        return may(action, self.permissions, administrator=self.administrator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request of a person."""

    services: Services
    principal: Principal
    request_id: str = ""

    @property
    def now(self) -> datetime:
        """The present moment, UTC."""
        return self.services.clock.now()

    @property
    def actor(self) -> Actor:
        """The person, as activities name them."""
        return Actor(kind="account", id=self.principal.account_id, name=self.principal.name, request_id=self.request_id)

    def require(self, action: Action) -> None:
        """Check that this person may do it.

        Raises:
            Denied: It takes a system administrator, or a permission that none of the person's roles grants.
        """
        if not self.principal.may(action):
            raise Denied(Sentence("Your roles do not let you {action}.", action=Sentence.word(action)))

    def require_recent(self, action: Action) -> None:
        """Check that this person may do it, and has signed in or proven who they are within `RECENT`.

        A personal access token counts as recent: it was given out after a proof, and dies within weeks.

        Raises:
            Denied: See `require`; code `recent_sign_in_required` when only the proof is missing.
        """
        self.require(action)
        if self.principal.via == "session" and self.now - self.principal.verified_at > RECENT:
            raise Denied(
                Sentence("You signed in a while ago. Enter the code of your authenticator app to go on."),
                "recent_sign_in_required",
            )

    def require_session(self) -> None:
        """Check that the person is at the console: a script must not change how its owner signs in.

        Raises:
            Denied: `session_required`.
        """
        if self.principal.via != "session":
            raise Denied(Sentence("An access token cannot do this. Sign in to the console."), "session_required")

    def activity(  # noqa: PLR0913 - the parts of a record, by name
        self,
        status: Status,
        subject_kind: SubjectKind,
        subject_id: str,
        subject_name: str,
        *,
        provider: str = "",
        organizations: tuple[str, ...] = (),
        changed: tuple[str, ...] = (),
        detail: Sentence = NO_DETAIL,
        mfa: bool = False,
    ) -> Activity:
        """The record of a change that this person makes now.

        Args:
            status: The label.
            subject_kind: What is changed.
            subject_id: Its id.
            subject_name: Its name.
            provider: The provider concerned; "" for none.
            organizations: Whose activity it is besides the system's.
            changed: Names of changed attributes, as ours or as the API's, which are told.
            detail: What the label alone does not say.
            mfa: Whether the person proved who they are for this very change.
        """
        return Activity(
            id=self.services.identifiers.new(),
            time=self.now,
            status=status,
            provider=provider,
            actor=self.actor if not mfa else self.actor.verified(),
            subject_kind=subject_kind,
            subject_id=subject_id,
            subject_name=subject_name,
            organizations=organizations,
            changed=tuple(map(_told, changed)),
            detail=detail,
        )


def _told(attribute: str) -> str:
    """The name of an attribute as the API has it: camelCase."""
    first, *others = attribute.split("_")
    return first + "".join(map(str.capitalize, others))
