"""In which order the operations of a bulk request are done (RFC 7644 §3.7)."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterator
from enum import IntEnum
from typing import NamedTuple


class TaskKind(IntEnum):
    """Which tasks come first."""

    COMPLETION = 0
    """To complete a resource that was created without its references; before anything else is done with it."""
    OPERATION = 1


class Task(NamedTuple):
    """Something to do for the operation that has a number, from 0, in the request."""

    kind: TaskKind
    number: int


class BulkOrder:
    """The tasks that are left: those that are ready, in the order of the request, and those that wait for a bulkId."""

    def __init__(self) -> None:
        self._ready: list[Task] = []
        self._awaited: dict[Task, set[str]] = {}
        self._waiting_for: defaultdict[str, list[Task]] = defaultdict(list)

    def add(self, task: Task, awaited: Collection[str]) -> None:
        """Add a task that can be done when all that it awaits is made, or something of it never will be."""
        if not awaited:
            heapq.heappush(self._ready, task)
            return
        self._awaited[task] = set(awaited)
        for bulk_id in awaited:
            self._waiting_for[bulk_id].append(task)

    def next(self) -> Task | None:
        """Take the first task that is ready; None when none is."""
        return heapq.heappop(self._ready) if self._ready else None

    def settle(self, bulk_id: str, *, made: bool) -> None:
        """The resource was made, or never will be: who waited for that can go on, if only to be refused."""
        for task in self._waiting_for.pop(bulk_id, ()):
            awaited = self._awaited.get(task)
            if awaited is None:
                continue
            awaited.discard(bulk_id)
            if not (made and awaited):
                del self._awaited[task]
                heapq.heappush(self._ready, task)

    def stuck(self) -> Iterator[int]:
        """The numbers of the operations that wait, in the order of the request."""
        return iter(sorted(task.number for task in self._awaited if task.kind is TaskKind.OPERATION))

    def take(self, number: int) -> None:
        """Take an operation that waits."""
        del self._awaited[Task(TaskKind.OPERATION, number)]
