"""What writes are refused with. See `scim.domain.ports`."""


class VersionConflict(Exception):
    """The resource changed or vanished since it was read; nothing was written. Read again and decide again."""


class NameTaken(Exception):
    """Another resource holds the name; nothing was written.

    Args:
        holder: The provider that owns the holder.
        holder_id: The holder's id.
    """

    def __init__(self, holder: str, holder_id: str) -> None:
        super().__init__(holder, holder_id)
        self.holder = holder
        self.holder_id = holder_id


class DomainTaken(Exception):
    """Another provider vouches for an e-mail domain; nothing was written.

    Args:
        domain: The domain, in comparison form.
        holder: What the other provider is called.
    """

    def __init__(self, domain: str, holder: str) -> None:
        super().__init__(domain, holder)
        self.domain = domain
        self.holder = holder


class IdUsed(Exception):
    """There is, or was, something with this id; nothing was written."""


class TooManyTokens(Exception):
    """The provider has as many live tokens as it may; nothing was written."""


class LastAdministrator(Exception):
    """The write would leave no active system administrator who can sign in natively; nothing was written."""
