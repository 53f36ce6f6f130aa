"""What is asked of a search, and what it finds. See `scim.domain.ports`."""

from collections.abc import Sequence
from dataclasses import dataclass

from scim.domain.filtering.nodes import Node, to_text
from scim.domain.filtering.resolution import Resolved


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page starts that is reached by a cursor.

    Attributes:
        after: The place behind which it starts, as in `Results.next`; "" for the first page.
        total: How many results there were when the first page was read; None when that was not counted.
    """

    after: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search over one resource type.

    Attributes:
        filter: What resources must match; None for all.
        sort_by: The attribute to sort by; None for the order of creation.
        descending: Whether the largest comes first.
        start_index: 1-based position of the first result wanted, when pages are reached by index.
        position: Where the page starts, when pages are reached by cursor; None otherwise.
        count: How many are wanted at most; 0 for the total alone.
    """

    filter: Node | None = None
    sort_by: Resolved | None = None
    descending: bool = False
    start_index: int = 1
    position: Position | None = None
    count: int = 100

    def text(self) -> str:
        """What is searched and in which order, whatever the page."""
        condition = to_text(self.filter) if self.filter else ""
        return f"{condition}|{self.sort_by.name if self.sort_by else ''}|{self.descending}"


@dataclass(frozen=True, slots=True)
class Results[R]:
    """A page of results.

    Attributes:
        total: How many results there are on all pages. None when pages are reached by cursor and counting would take
            more than a call.
        resources: Those on the page.
        places: By cursor: the place of each, for a page that ends before this one does.
        next: By cursor: the place behind which the next page starts; None on the last page. There may be a next page
            behind an empty one.
    """

    total: int | None
    resources: Sequence[R]
    places: Sequence[str] = ()
    next: str | None = None
