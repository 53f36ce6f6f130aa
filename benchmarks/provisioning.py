"""Simulated cycles of Entra ID and Okta against the whole app: real worker, HTTP, Azurite in memory.

1,000 users and 30 groups of 200 members, then 500 changes of all kinds mixed, from a seed; then everything is read back
and compared. The simulated identity provider, the app and Azurite share the machine's cores.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

import httpx

from benchmarks.tables import print_table
from localdev.apps import App
from localdev.stack import Stack
from tests.simulations.directory import Directory
from tests.simulations.entra import EntraJob
from tests.simulations.expected import differences
from tests.simulations.okta import OktaApp

USERS, GROUPS, MEMBERS = 1_000, 30, 200
CHANGES, CHANGES_A_CYCLE = 500, 50
CONCURRENCIES = (1, 8)
READ_ONE_BY_ONE = 200
"""Users and groups that are read and searched one by one afterwards; lists and members are compared in full."""
SEED = 20_261_123
SCIM_PATH = "/ws/scim/v2"

type Job = EntraJob | OktaApp
type Make = Callable[..., Job]
type Phase = tuple[str, Callable[[], Awaitable[object]]]


@dataclass(frozen=True, slots=True)
class Client:
    """An identity provider in one of its ways.

    Attributes:
        name: For the table.
        provider: The demo tenant's provider that it is.
        make: Makes it.
        has_nested_groups: Whether it provisions groups in groups.
    """

    name: str
    provider: str
    make: Make
    has_nested_groups: bool = True


CLIENTS = (
    Client("Entra, legacy", "Contoso Entra", partial(EntraJob, dialect="legacy")),
    Client("Entra, aadOptscim062020", "Contoso Entra", partial(EntraJob, dialect="2020")),
    Client("Okta, catalog (OIN)", "Fabrikam Okta", partial(OktaApp, kind="OIN"), has_nested_groups=False),
    Client("Okta, wizard (AIW)", "Fabrikam Okta", partial(OktaApp, kind="AIW"), has_nested_groups=False),
)
HEADERS = (
    "client, requests at once",
    "phase",
    "requests",
    "requests/s",
    "p50 ms",
    "p95 ms",
    "app CPU ms/request",
    "failures",
    "differences",
    "app RSS MiB",
)


def run() -> None:
    """Run every client, alone and with several requests at once; each on a stack of its own."""
    rows: list[list[str]] = []
    for concurrency in CONCURRENCIES:
        for client in CLIENTS:
            with tempfile.TemporaryDirectory() as folder, Stack(Path(folder), memory=True) as stack:
                app, run_file = _started(stack, Path(folder))
                rows += asyncio.run(_measured(client, concurrency, app, run_file))
    print()
    print_table(HEADERS, rows)


def _started(stack: Stack, folder: Path) -> tuple[App, dict[str, Any]]:
    """The app with the demo tenant."""
    pending = stack.prepare_app()
    stack.run("The demo tenant", "localdev.seed", {"LOCAL_DIR": str(folder), "PUBLIC_URL": pending.url})
    return pending.open(), json.loads((folder / "run.json").read_text("utf-8"))


async def _measured(client: Client, concurrency: int, app: App, run_file: dict[str, Any]) -> list[list[str]]:
    token = next(each["scim_token"] for each in run_file["providers"] if each["name"] == client.provider)
    organizations = [each["id"] for each in run_file["organizations"]]
    directory = Directory(Random(SEED), "people.example", organizations, has_nested_groups=client.has_nested_groups)
    directory.populate(USERS, GROUPS, MEMBERS)
    scim_url = app.url + SCIM_PATH
    rows = []
    async with httpx.AsyncClient(timeout=60) as http:
        job = client.make(http, scim_url, token, directory, concurrency=concurrency)
        for name, work in _phases(job, directory):
            first, known, cpu, started = (
                len(job.wire.samples),
                len(job.failures),
                _cpu_seconds(app),
                time.perf_counter(),
            )
            await work()
            elapsed, spent = time.perf_counter() - started, _cpu_seconds(app) - cpu
            times = [sample.seconds * 1e3 for sample in job.wire.samples[first:]]
            found = await differences(http, scim_url, token, job.expected(), sample=READ_ONE_BY_ONE)
            for line in (job.failures[known:] + found)[:5]:
                print(f"{client.name}, {name}: {line}")
            cuts = quantiles(times, n=20)
            rows.append(
                [
                    f"{client.name}, {concurrency}",
                    name,
                    f"{len(times):,}",
                    f"{len(times) / elapsed:.0f}",
                    f"{cuts[9]:.1f}",
                    f"{cuts[18]:.1f}",
                    f"{spent * 1e3 / len(times):.1f}",
                    str(len(job.failures) - known),
                    str(len(found)),
                    f"{_resident_mebibytes(app):.0f}",
                ]
            )
    print(f"{client.name}, {concurrency}: done", flush=True)
    if (client, concurrency) == (CLIENTS[0], CONCURRENCIES[0]):
        kinds = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in sorted(directory.changes.items()))
        print(f"kinds of change: {kinds}", flush=True)
    return rows


def _phases(job: Job, directory: Directory) -> Iterator[Phase]:
    first, later = (
        (job.initial_cycle, job.incremental_cycle) if isinstance(job, EntraJob) else (job.assign_all, job.push_changes)
    )

    async def change() -> None:
        for _ in range(CHANGES // CHANGES_A_CYCLE):
            directory.change(CHANGES_A_CYCLE)
            await later()

    yield "first cycle", first
    yield f"{CHANGES} changes", change
    if isinstance(job, EntraJob):
        yield "restart", job.initial_cycle
    else:
        yield "import, twice", job.import_all


def _cpu_seconds(app: App) -> float:
    """User and system time of the app's process so far."""
    fields = Path(f"/proc/{app.process.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mebibytes(app: App) -> float:
    status = Path(f"/proc/{app.process.process.pid}/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024
