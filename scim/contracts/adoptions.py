"""Native accounts that an identity provider would manage, and what is decided about them."""

from typing import Literal, Self

from scim.admin.adoptions import Adoption
from scim.contracts.base import Contract, Moment, Parameters
from scim.domain.users import UserType, display_name


class AdoptionQuery(Parameters):
    """Which requests are asked for."""

    state: Literal["pending", "rejected"] = "pending"


class AdoptionItem(Contract):
    """A native account that the provider would manage."""

    account_id: str
    name: str
    user_name: str
    email: str | None = None
    user_type: UserType
    administrator: bool
    asked_at: Moment
    rejected_at: Moment | None = None

    @classmethod
    def waiting(cls, adoption: Adoption) -> Self:
        """From what the use case lists."""
        return cls.of(
            adoption.request,
            name=display_name(adoption.user),
            user_name=adoption.user.user_name,
            email=adoption.user.standing.contact,
            user_type=adoption.user.standing.user_type,
            administrator=adoption.user.administrator,
        )


class AdoptionItems(Contract):
    """The adoption queue, latest first."""

    items: tuple[AdoptionItem, ...]


class Approval(Contract):
    """The decision to hand an account over."""

    administrator: bool = False
    """That it is meant although the account is a system administrator's."""
