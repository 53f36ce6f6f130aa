"""Members of groups in requests: read fast, since there may be 200,000, and folded into one change (RFC 7643 §4.2)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scim.errors import InvalidValue, PayloadTooLarge
from scim.protocol.names import MEMBERS
from scim.schema.attributes import Attribute, Document
from scim.schema.values import UnknownNames, is_no_value, read_element

MAX_MEMBERS = 200_000
"""How many members one request may name."""

type MemberTest = Callable[[Document], bool]


@dataclass(frozen=True, slots=True)
class MembersChange:
    """What one PATCH does to the members of a group, all its operations taken together.

    To apply it: if `clear`, take all members away; take away those in `remove` and those that satisfy a predicate in
    `remove_where`; put in those in `add`. The order of the operations is already in it: no id is in both `add` and
    `remove`, and neither `remove` nor `remove_where` needs to look at `add`.

    Attributes:
        clear: Whether those who are members now go, except the ones in `add`.
        add: Members by id, in the order given, with what the client said about them (`type`, `$ref`).
        remove: Ids; empty when `clear` is set.
        remove_where: Predicates over members as they are stored; none when `clear` is set.
    """

    clear: bool = False
    add: Mapping[str, Document] = field(default_factory=dict)
    remove: frozenset[str] = frozenset()
    remove_where: tuple[MemberTest, ...] = ()


class MembersFold:
    """Folds the operations of a PATCH, in order, into one `MembersChange`.

    What comes later wins: adding after removing adds, removing after adding removes, replacing forgets what came
    before. A predicate also takes those away that were added before it, judged by what the client said about them.
    """

    __slots__ = ("_add", "_clear", "_remove", "_remove_where")

    def __init__(self) -> None:
        self._clear = False
        self._add: dict[str, Document] = {}
        self._remove: set[str] = set()
        self._remove_where: list[MemberTest] = []

    def add(self, members: Mapping[str, Document]) -> None:
        """Put members in."""
        self._add.update(members)
        self._remove.difference_update(members)

    def remove(self, ids: Iterable[str]) -> None:
        """Take members away by id."""
        for member_id in ids:
            self._add.pop(member_id, None)
            if not self._clear:
                self._remove.add(member_id)

    def remove_where(self, matches: MemberTest) -> None:
        """Take away the members that satisfy a predicate."""
        self._add = {member_id: member for member_id, member in self._add.items() if not matches(member)}
        if not self._clear:
            self._remove_where.append(matches)

    def replace(self, members: Mapping[str, Document]) -> None:
        """Let these be the only members."""
        self._clear = True
        self._add = dict(members)
        self._remove.clear()
        self._remove_where.clear()

    def change(self) -> MembersChange | None:
        """The sum of it; None when nothing is asked for."""
        if not (self._clear or self._add or self._remove or self._remove_where):
            return None
        return MembersChange(self._clear, self._add, frozenset(self._remove), tuple(self._remove_where))


def read_members(value: Any, attribute: Attribute, unknown: UnknownNames) -> dict[str, Document]:
    """The members in a value, by id; each once, in the order given.

    A single member without a list, and an id without an object, are accepted.

    Args:
        value: A list of members, one member, or no value.
        attribute: The definition of `members`.
        unknown: Takes the names of unknown sub-attributes.

    Raises:
        InvalidValue: A member has no `value`, or one that is no identifier.
        PayloadTooLarge: There are more than `MAX_MEMBERS`.
    """
    if is_no_value(value):
        return {}
    items = value if type(value) is list else [value]
    check_total(len(items))
    members: dict[str, Document] = {}
    for item in items:
        if not _is_plain(item):
            member = read_element(item, attribute, "", unknown)
            if member is None or "value" not in member:
                raise InvalidValue(f'Each of "{MEMBERS}" needs a "value": the id that this service gave to the member.')
            members.setdefault(member["value"], member)
        else:
            members.setdefault(item["value"], item)
    return members


def check_total(count: int) -> None:
    """Refuse a request that names more members than one request may."""
    if count > MAX_MEMBERS:
        raise PayloadTooLarge(f"A request may name at most {MAX_MEMBERS:,} members; send them in several requests.")


def _is_plain(item: Any) -> bool:
    """Whether a member is nothing but a usable id, as nearly all are: it can be taken as it is."""
    if type(item) is not dict or len(item) != 1:
        return False
    member_id = item.get("value")
    return type(member_id) is str and member_id.isprintable() and not member_id.isspace() and member_id != ""
