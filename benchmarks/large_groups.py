"""One group of 100,000 members against the whole app on Azurite: filled, read, replaced, emptied, deleted.

`SIZE=2000 python -m benchmarks large_groups` is a smaller one. The users are put into storage directly, with all rows
that creating them would have made but their activities and bookkeeping of totals by instance. Every request must be
answered within 30 seconds and without a 5xx, the app must stay below 300 MiB, and storage calls and written rows must
be what the design predicts; else the benchmark ends with an error. What requests leave to the sweeper is waited for:
the app's own timer runs it every minute.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import batched
from math import ceil
from pathlib import Path
from typing import Any

import aiohttp.connector
import httpx
from azure.core.credentials import AzureNamedKeyCredential

from benchmarks.counting import VARIABLE, CountsFile, prepare
from benchmarks.tables import print_table
from localdev.apps import App
from localdev.azurite import ACCOUNT, KEY
from localdev.stack import Stack
from scim.bootstrap import Uuid7Identifiers
from scim.domain.resources import document_text
from scim.domain.users import ALL_ORGANIZATIONS, Standing, User, UserType
from scim.schema.urns import CORE_USER, NINJAONE_USER
from scim.storage.tables import entities, keys
from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.directory_table import DirectoryTable
from scim.storage.tables.job_runner import PAIRS_PER_STEP
from scim.storage.tables.jobs import GRACE, ITEMS_PER_ROW
from scim.storage.tables.keys import DIRECTORY, PARTITION
from scim.storage.tables.memberships import MAX_SPARSE, POINT_READS, RANGE_IDS, RANGES_AT_ONCE, SPARSE
from scim.storage.tables.rows import MAX_PAGE_ROWS, Insert, Rows, Upsert
from tests.world import add_members, group, patch, remove_members

SIZE = int(os.environ.get("SIZE", "100000"))  # noqa: TID251 - a program of its own
PATCHED = 1_000
"""Members in one PATCH."""
PAGE = 200
BOUND_SECONDS = 30
BOUND_MEBIBYTES = 300
TOLERANCE, HANDED_OVER = 1.02, 8
"""What may come on top of a prediction: a share for short pages, and calls or rows where the sweeper takes over."""
SCIM_PATH = "/ws/scim/v2"
PROVIDER = "Contoso Entra"
_SEEDED_AT_ONCE = 6
_USERS_A_BATCH = 33
_WAIT_SECONDS = 1_800


# What the design predicts. A range is read by calls of 1,000 rows; changes take transactions of 49 memberships.


def reads(rows: int) -> int:
    """The calls that read a range of so many rows."""
    return max(1, ceil(rows / MAX_PAGE_ROWS))


def looked_up(ids: int, users: int) -> int:
    """The calls that tell which of so many ids are users, when they are spread over a range of so many of these."""
    if ids <= POINT_READS:
        return ids
    in_first_page = ids * MAX_PAGE_ROWS // users
    if in_first_page < SPARSE and ids <= MAX_SPARSE:
        return 1 + ids - in_first_page
    parts = min(RANGES_AT_ONCE, ceil(ids / RANGE_IDS))
    return parts * reads(ceil(users / parts))


def lists(changes: int) -> int:
    """The rows that hold the list of so many changes."""
    return ceil(changes / ITEMS_PER_ROW)


def change_calls(changes: int) -> int:
    """The transactions of a change of so many members: 48 in one, or 47 and then 49 each; a long list goes ahead."""
    if changes <= PAIRS_PER_STEP - 1:
        return 1
    ahead = lists(changes) if lists(changes) > 1 else 0
    return ahead + 1 + ceil((changes - 47 + lists(changes)) / PAIRS_PER_STEP)


def change_rows(changes: int) -> int:
    """Two rows a member, two a transaction for the group and its job, and those that begin and end it."""
    if changes <= PAIRS_PER_STEP - 1:
        return 2 * changes + 3
    transactions = change_calls(changes) - (lists(changes) if lists(changes) > 1 else 0)
    return 2 * changes + 2 * transactions + 3 + 2 * lists(changes)


def disband_calls(members: int) -> int:
    """The group, a look at its memberships, its deletion; then by 980: a look at both sides and 20 transactions."""
    return 1 + 2 + 1 + 2 * (members // (20 * PAIRS_PER_STEP) + 1) + ceil(members / PAIRS_PER_STEP)


@dataclass(frozen=True, slots=True)
class Cost:
    """Storage calls, and rows written."""

    calls: int
    rows: int = 0


def predictions(members: int, others: int, pages: int) -> dict[str, Cost]:
    """By step: what a group of so many members costs, among so many other users."""
    everybody = members + others
    exist = looked_up(members, everybody)
    patches = [min(PATCHED, members - start) for start in range(0, members, PATCHED)]
    exchanged = 2 * others
    return {
        "create the group": Cost(1, 5),
        "fill it, 1,000 a PATCH": Cost(
            sum(looked_up(some, some * everybody // members) + change_calls(some) for some in patches),
            sum(map(change_rows, patches)),
        ),
        "read it without members": Cost(1),
        "read it with members": Cost(1 + reads(members)),
        # its group, a range and its users; the first page also counts, and each leaves a bookmark
        "its members by index": Cost(reads(members) + pages * (1 + 1 + PAGE + 1 + 1), pages),
        "a page in the middle": Cost(1 + reads(members) + 1 + PAGE + 1 + 1, 1),
        "its members by cursor": Cost(1 + pages * (1 + 1 + PAGE)),
        # whom it adds is looked up by the request, and again by the sweeper that goes on with the list
        "PUT, 1,000 out and 1,000 in": Cost(
            1 + reads(members) + 2 * looked_up(others, everybody) + change_calls(exchanged) + lists(exchanged) + 1,
            change_rows(exchanged),
        ),
        "add one member": Cost(2, 5),
        "remove one member": Cost(1, 5),
        "PATCH that removes all": Cost(
            1 + reads(members) + change_calls(members) + lists(members), change_rows(members)
        ),
        "PUT of all": Cost(2 + exist + change_calls(members) + 1 + lists(members) + exist, change_rows(members)),
        "DELETE, full": Cost(disband_calls(members), 2 * members + 7),
    }


# The tenant


def users(number: int, provider: str) -> Iterator[User]:
    """So many global end users, in the order of their ids, with as few index rows as can be.

    Azurite looks at every row of the table for each query. Azure does not, so those rows would prove nothing.
    """
    identifiers, now = Uuid7Identifiers(), datetime.now(UTC)  # noqa: TID251 - a program of its own
    for index in range(number):
        name = f"person.{index}@people.example"
        document = {
            "schemas": [CORE_USER, NINJAONE_USER],
            "userName": name,
            "title": f"Person {index}, without a name by whose words administrators would search",
            "active": True,
            NINJAONE_USER: {"organizationId": ALL_ORGANIZATIONS},
        }
        yield User(
            id=identifiers.new(),
            provider=provider,
            text=document_text(document),
            created=now,
            modified=now,
            standing=Standing(user_type=UserType.END_USER, organization=ALL_ORGANIZATIONS, active=True, contact=name),
        )


async def seed(rows: Rows, provider: str, number: int) -> list[str]:
    """Put users into storage; returns their ids."""
    ids: list[str] = []

    async def write(some: Sequence[User]) -> None:
        await rows.batch(DIRECTORY, PARTITION, [operation for user in some for operation in _user_rows(user)])

    running: set[asyncio.Task[None]] = set()
    for some in batched(users(number, provider), _USERS_A_BATCH, strict=False):
        ids += [user.id for user in some]
        running.add(asyncio.create_task(write(some)))
        if len(running) >= _SEEDED_AT_ONCE:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    await asyncio.gather(*running)
    total = Insert(keys.counter("u", provider, "seeded"), {"n": number})
    await rows.insert(DIRECTORY, PARTITION, total)
    return ids


def _user_rows(user: User) -> Iterator[Insert | Upsert]:
    yield Insert(keys.user(user.provider, user.id), entities.user_columns(user))
    yield Insert(keys.user_name(user.user_name), entities.holder_columns(user.provider, user.id))
    yield from (Upsert(key, columns) for key, columns in entities.user_index_rows(user).items())


# The run


@dataclass(slots=True)
class Tenant:
    """What is measured.

    Attributes:
        http: A client of the app, as the provider.
        table: Its storage, not counted.
        counts: What the app asks of storage.
        lines: The table of results.
        broken: Bounds that did not hold.
    """

    http: httpx.AsyncClient
    table: DirectoryTable
    app: App
    counts: CountsFile
    predicted: dict[str, Cost]
    lines: list[list[str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    _times: list[float] = field(default_factory=list)

    async def call(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """Send a request and keep its time; returns what came back."""
        content = None if body is None else json.dumps(body).encode()
        started = time.perf_counter()
        reply = await self.http.request(method, SCIM_PATH + path, content=content, params=query)  # type: ignore[arg-type]
        self._times.append(time.perf_counter() - started)
        if reply.status_code >= 400:
            self.broken.append(f"{method} {path}: {reply.status_code} {reply.text[:200]}")
            print(self.broken[-1], flush=True)
        return reply.json() if reply.content else {}

    async def step(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do a step, wait for what it leaves to the sweeper, and compare it with its prediction."""
        self._times.clear()
        _reset_peak(self.app)
        before, started = self.counts.read(), time.perf_counter()
        await work()
        answered = time.perf_counter() - started
        waited = await self._until_idle()
        spent, predicted = self.counts.read().since(before), self.predicted[name]
        peak = _peak_mebibytes(self.app)
        self.check(name, holds=max(self._times) <= BOUND_SECONDS, found=f"{max(self._times):.1f} s")
        self.check(name, holds=peak < BOUND_MEBIBYTES, found=f"{peak:.0f} MiB")
        for what, actual, expected in (
            ("calls", spent.calls, predicted.calls),
            ("rows", spent.rows_written, predicted.rows),
        ):
            allowed = expected * TOLERANCE + HANDED_OVER
            self.check(name, holds=actual <= allowed, found=f"{actual} {what} instead of {expected}")
        self.lines.append(
            [
                name,
                str(len(self._times)),
                f"{max(self._times):.2f}",
                f"{answered:.1f}",
                f"{waited:.0f}" if waited > 1 else "",
                f"{spent.calls:,}",
                f"{predicted.calls:,}",
                f"{spent.rows_written:,}",
                f"{predicted.rows:,}",
                f"{peak:.0f}",
            ]
        )
        print(" | ".join(self.lines[-1]), flush=True)

    def check(self, name: str, *, holds: bool, found: str) -> None:
        """Note what does not hold."""
        if not holds:
            self.broken.append(f"{name}: {found}")

    async def _until_idle(self) -> float:
        """Wait until no job is left but those that look again later; returns the seconds."""
        started = time.perf_counter()
        while time.perf_counter() - started < _WAIT_SECONDS:
            jobs = await self.table.first(keys.JOBS)
            if all(job.columns["due"] - job.columns["started"] > GRACE for job in jobs):  # type: ignore[operator]
                break
            await asyncio.sleep(1)
        else:
            self.broken.append("a job is not finished")
        return time.perf_counter() - started


@dataclass(slots=True)
class Scenario:
    """What is done to the group.

    Attributes:
        tenant: Where.
        members: Who is in the group at first.
        others: Who is not; they change places with as many of the members.
        pages: How many pages of members are read.
        path: The group.
    """

    tenant: Tenant
    members: Sequence[str]
    others: Sequence[str]
    pages: int
    path: str = ""

    async def play(self) -> None:
        """All of it."""
        call, step = self.tenant.call, self.tenant.step
        exchanged = [*self.members[len(self.others) :], *self.others]
        one = self.members[0]
        await call("GET", "/Users", count=0)  # the token is known from now on
        await step("create the group", self._create)
        await step("fill it, 1,000 a PATCH", self._fill)
        await step("read it without members", lambda: call("GET", self.path, excludedAttributes="members"))
        await step("read it with members", lambda: self._read(self.members))
        await step("its members by index", self._pages_by_index)
        await step("a page in the middle", lambda: self._page(len(self.members) // 2 + 1))
        await step("its members by cursor", self._pages_by_cursor)
        await step("PUT, 1,000 out and 1,000 in", lambda: self._put(exchanged))
        await self._read(exchanged)
        await step("add one member", lambda: call("PATCH", self.path, add_members(one)))
        await step("remove one member", lambda: call("PATCH", self.path, remove_members(one)))
        await step("PATCH that removes all", lambda: call("PATCH", self.path, patch(("remove", "members", None))))
        await self._read([])
        await step("PUT of all", lambda: self._put(self.members))
        await self._read(self.members)
        await step("DELETE, full", lambda: call("DELETE", self.path))

    async def _create(self) -> None:
        self.path = f"/Groups/{(await self.tenant.call('POST', '/Groups', {'displayName': 'Everybody'}))['id']}"

    async def _fill(self) -> None:
        for some in batched(self.members, PATCHED, strict=False):
            await self.tenant.call("PATCH", self.path, add_members(*some))

    async def _put(self, ids: Sequence[str]) -> None:
        await self.tenant.call("PUT", self.path, group("Everybody", ids))

    async def _read(self, expected: Sequence[str]) -> None:
        found = await self.tenant.call("GET", self.path)
        are_right = {member["value"] for member in found.get("members", ())} == set(expected)
        self.tenant.check("GET", holds=are_right, found="other members than expected")

    async def _pages_by_index(self) -> None:
        for number in range(self.pages):
            await self._page(1 + number * PAGE)

    async def _page(self, start: int) -> None:
        found = await self.tenant.call("GET", "/Users", filter=self._filter, startIndex=start, count=PAGE)
        ids = [user["id"] for user in found.get("Resources", ())]
        is_right = found.get("totalResults") == len(self.members) and ids == self.members[start - 1 :][:PAGE]
        self.tenant.check("a page", holds=is_right, found=f"{len(ids)} of {found.get('totalResults')} members")

    async def _pages_by_cursor(self) -> None:
        cursor, ids = "", list[str]()
        for _ in range(self.pages):
            found = await self.tenant.call("GET", "/Users", filter=self._filter, cursor=cursor, count=PAGE)
            cursor = found.get("nextCursor", "")
            ids += [user["id"] for user in found.get("Resources", ())]
        self.tenant.check("cursor", holds=ids == self.members[: self.pages * PAGE], found=f"{len(ids)} members")

    @property
    def _filter(self) -> str:
        return f'groups.value eq "{self.path.rpartition("/")[2]}"'


def run() -> None:
    """Set the stage, measure, print; ends with an error when a bound is broken."""
    with tempfile.TemporaryDirectory() as name, Stack(Path(name), memory=True) as stack:
        folder = Path(name) / "app"
        counts = prepare(folder)
        pending = stack.prepare_app(directory=folder, environment={VARIABLE: str(folder / "counts")})
        environment = {"LOCAL_DIR": name, "PUBLIC_URL": pending.url}
        stack.run("The demo tenant", "localdev.seed", environment)
        run_file = json.loads((Path(name) / "run.json").read_text("utf-8"))
        broken = asyncio.run(_measured(stack, pending.open(), counts, run_file))
    if broken:
        sys.exit("\n".join(["Bounds that did not hold:", *broken]))


async def _measured(stack: Stack, app: App, counts: CountsFile, run_file: dict[str, Any]) -> list[str]:
    provider = next(each for each in run_file["providers"] if each["name"] == PROVIDER)
    others, pages = min(PATCHED, SIZE // 2), min(5, SIZE // PAGE)
    headers = {"Authorization": f"Bearer {provider['scim_token']}", "Content-Type": "application/scim+json"}
    async with _rows(stack) as rows, httpx.AsyncClient(base_url=app.url, headers=headers, timeout=120) as http:
        started = time.perf_counter()
        ids = await seed(rows, provider["id"], SIZE + others)
        print(f"{len(ids):,} users were put into storage in {time.perf_counter() - started:.0f} s\n", flush=True)
        every = len(ids) // others
        strangers = ids[::every][:others]  # spread evenly, so that looking them up meets all users
        members = sorted(set(ids) - set(strangers))
        tenant = Tenant(http, DirectoryTable(rows), app, counts, predictions(len(members), others, pages))
        await Scenario(tenant, members, strangers, pages).play()
    print()
    print_table(HEADERS, tenant.lines)
    return tenant.broken


HEADERS = (
    "step", "requests", "longest s", "all s", "sweeper s", "calls", "predicted", "rows", "predicted", "peak MiB",
)  # fmt: skip


@asynccontextmanager
async def _rows(stack: Stack) -> AsyncIterator[AzureRows]:
    """The tables, from here."""
    aiohttp.connector._SSL_CONTEXT_VERIFIED.load_verify_locations(stack.authority)  # noqa: SLF001 - made at import
    rows = AzureRows(stack.tables_url, AzureNamedKeyCredential(ACCOUNT, KEY))
    try:
        yield rows
    finally:
        await rows.close()


def _reset_peak(app: App) -> None:
    """Let the peak of the process's memory be measured anew."""
    Path(f"/proc/{app.process.process.pid}/clear_refs").write_text("5", "ascii")


def _peak_mebibytes(app: App) -> float:
    status = Path(f"/proc/{app.process.process.pid}/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024
