"""What the sign-in and the settings of people need from the outside. See `scim.domain.ports`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from scim.domain.activities import Activity
from scim.domain.people import AccessToken, Credentials, Profile, Session


class Profiles(Protocol):
    """Settings of accounts, and their Native roles."""

    async def get(self, account_id: str) -> Profile:
        """The profile; one with the defaults when nothing is stored."""
        ...

    async def save(self, profile: Profile, activity: Activity | None = None) -> Profile:
        """Store it, if what is stored is at `profile.version`, together with its activity; returns its new version.

        Raises:
            VersionConflict: It is not.
        """
        ...


class CredentialStore(Protocol):
    """How accounts sign in natively."""

    async def get(self, account_id: str) -> Credentials:
        """The credentials; empty ones when nothing is stored."""
        ...

    async def save(self, credentials: Credentials) -> Credentials:
        """Store them, if what is stored is at `credentials.version`; returns them with their new version.

        Raises:
            VersionConflict: It is not.
        """
        ...

    async def remove(self, account_id: str) -> None:
        """Forget them; missing ones are ignored."""
        ...


class Sessions(Protocol):
    """Sessions of the console."""

    async def get(self, account_id: str, session_id: str) -> Session | None:
        """The session, or None."""
        ...

    async def create(self, session: Session) -> None:
        """Store a new one."""
        ...

    async def note(self, account_id: str, session_id: str, *, seen: datetime, verified: datetime | None = None) -> None:
        """Note when it was used and, when given, when the person proved who they are; an ended one stays so."""
        ...

    async def end(self, account_id: str, session_id: str) -> None:
        """End it; one that has ended is ignored."""
        ...

    async def of(self, account_id: str) -> Sequence[Session]:
        """The account's sessions, those included that are over and not yet removed."""
        ...

    async def end_all(self, account_id: str) -> int:
        """End all of them; returns how many there were."""
        ...

    async def remove_older(self, created_before: datetime) -> int:
        """Remove those of anybody that began earlier; returns how many there were."""
        ...


class AccessTokens(Protocol):
    """Personal access tokens."""

    async def get(self, token_id: str) -> AccessToken | None:
        """The token, or None."""
        ...

    async def create(self, token: AccessToken) -> None:
        """Store a new one."""
        ...

    async def of(self, account_id: str) -> Sequence[AccessToken]:
        """The account's tokens, by id."""
        ...

    async def remove(self, token_id: str) -> bool:
        """Remove it; returns whether there was one."""
        ...

    async def record_use(self, token_id: str, used_at: datetime) -> None:
        """Note when it was last used; a missing one is ignored."""
        ...


class Sealer(Protocol):
    """Encrypts and authenticates small texts, so that they can be kept or handed out; the same on every instance."""

    async def seal(self, purpose: str, content: str) -> str:
        """The content, sealed for a purpose, in characters that need no escaping in a URL."""
        ...

    async def open(self, purpose: str, sealed: str) -> str | None:
        """The content; None when it was not sealed here, or for another purpose."""
        ...


class UsedProofs(Protocol):
    """Which proofs of identity were used: each is good for one change."""

    async def use(self, proof_id: str, until: datetime) -> bool:
        """Note that it is used; False when it was already. `until` is when it can be forgotten."""
        ...

    async def remove_expired(self, now: datetime) -> int:
        """Forget those whose time is over; returns how many."""
        ...


class Attempts(Protocol):
    """Sign-ins that have not gone well, by name.

    Whether there is such an account does not matter, so that a lock-out tells nothing of that.
    """

    async def begin(
        self, name: str, now: datetime, *, limit: int, locked_until: datetime
    ) -> tuple[int, datetime | None]:
        """Count one that begins, each for itself however many begin at once; at `limit`, lock the name.

        Returns:
            Its number since the last success or lock, and None; for a locked name 0, and until when it is.
        """
        ...

    async def clear(self, name: str) -> None:
        """Forget them: one was right."""
        ...

    async def remove_older(self, before: datetime) -> int:
        """Forget those of names that were not tried since; returns how many names."""
        ...


class VaultSecrets(Protocol):
    """Secrets in Key Vault, with their versions."""

    async def get(self, name: str, version: str = "") -> tuple[str, str] | None:
        """The value and its version; None when there is none that is enabled. "" stands for the latest version."""
        ...

    async def set(self, name: str, value: str) -> str:
        """Write a new version; returns it."""
        ...

    async def disable(self, name: str) -> None:
        """Switch the latest version off; a missing one is ignored."""
        ...

    async def delete(self, name: str) -> None:
        """Delete all versions; a missing secret is ignored.

        The name cannot be used again as long as the vault could recover it.
        """
        ...
