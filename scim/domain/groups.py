"""Groups and who is in them. Members are rows of their own: a group's document never holds them."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from scim.domain.resources import Resource

type MemberType = Literal["User", "Group"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Resource):
    """A stored group, without its members."""

    resource_type: ClassVar[str] = "Group"

    @property
    def display_name(self) -> str:
        """The displayName as it was sent."""
        name: str = self.document()["displayName"]
        return name


@dataclass(frozen=True, slots=True)
class Member:
    """A direct member of a group: a user or a group of the same provider."""

    id: str
    type: MemberType


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChange:
    """Members to add and to remove; no id is in both.

    Attributes:
        add: In the order given; adding one that is there changes nothing.
        remove: Ids; removing one that is not there changes nothing.
    """

    add: tuple[Member, ...] = ()
    remove: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)
