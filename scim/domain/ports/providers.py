"""Identity providers. See `scim.domain.ports`."""

from collections.abc import Sequence
from typing import Protocol

from scim.domain.activities import Activity
from scim.domain.providers import Provider
from scim.domain.sso import SsoConfiguration


class Providers(Protocol):
    """The identity providers of the tenant. Contract suite: `tests/contract/test_providers.py`.

    Promises: names are unique without regard to case, an e-mail domain belongs to one provider, whoever races; a
    deleted provider is not found any more, and its name and its domains are free. The activities of a change are kept
    with it, all or nothing, until `recorded` is told that the log has them.
    """

    async def get(self, provider_id: str) -> Provider | None:
        """The provider, or None."""
        ...

    async def create(
        self, provider: Provider, configuration: SsoConfiguration | None = None, activities: Sequence[Activity] = ()
    ) -> Provider:
        """Store a new provider; returns it with its version.

        Args:
            provider: As wanted.
            configuration: Of its single sign-on; None before there is one.
            activities: Of the creation.

        Raises:
            IdUsed: There is, or was, one with its id.
            NameTaken: Another one has its name.
            DomainTaken: Another one has one of its e-mail domains.
        """
        ...

    async def update(
        self,
        before: Provider,
        after: Provider,
        configuration: SsoConfiguration | None = None,
        activities: Sequence[Activity] = (),
    ) -> Provider:
        """Replace `before` by `after`, which has the same id; returns it with its new version.

        Args:
            before: As read.
            after: As wanted; with a `deletion`, it is deleted.
            configuration: Of its single sign-on; None leaves what is there.
            activities: Of the change.

        Raises:
            VersionConflict: It is no longer at `before.version`.
            NameTaken, DomainTaken: As in `create`.
        """
        ...

    async def unrecorded(self) -> Sequence[Activity]:
        """The activities of changes that were made, of which nobody has said that the log has them."""
        ...

    async def recorded(self, activity: Activity) -> None:
        """The log has it; telling this again changes nothing."""
        ...

    async def all(self) -> Sequence[Provider]:
        """All of them, by id."""
        ...

    async def owners(self) -> Sequence[Provider]:
        """All to whom rows of the directory may belong: `all`, and deleted ones that are not forgotten."""
        ...

    async def sso_configuration(self, provider_id: str) -> SsoConfiguration | None:
        """The configuration of its single sign-on, or None."""
        ...

    async def forget(self, provider: Provider) -> None:
        """Remove what is left of a deleted provider to whom nothing belongs any more.

        Raises:
            VersionConflict: It is no longer at `provider.version`.
        """
        ...
