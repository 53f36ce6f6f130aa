"""Storage for the contract suites: in memory, in memory with short pages, and Azurite."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from random import Random
from uuid import uuid4

import pytest
from azure.identity.aio import ManagedIdentityCredential

from scim.storage.tables.azure_rows import AzureRows
from scim.storage.tables.keys import TABLES
from scim.storage.tables.rows import Rows
from tests.fakes.rows import FakeRows
from tests.world import World, without_queues


class UnevenRows(FakeRows):
    """Round trips of different lengths, so that requests overtake each other."""

    def __init__(self) -> None:
        super().__init__(tables=TABLES)
        self._chance = Random(5)

    async def _open(self, table: str, partition: str) -> object:
        for _ in range(self._chance.randrange(5)):
            await asyncio.sleep(0)
        return await super()._open(table, partition)


@pytest.fixture(params=["fake", "short pages", "azurite"])
async def storage(request: pytest.FixtureRequest) -> AsyncIterator[Rows]:
    """Empty tables that nobody else uses."""
    if request.param == "uneven":
        yield UnevenRows()
        return
    if request.param != "azurite":
        yield FakeRows(tables=TABLES, page_rows=3 if request.param == "short pages" else 1000)
        return
    stack = request.getfixturevalue("emulators")
    async with ManagedIdentityCredential() as credential:
        rows = AzureRows(stack.tables_url, credential, table_prefix=f"t{uuid4().hex}")
        await rows.ensure_tables(TABLES)
        yield rows
        await rows.close()


@pytest.fixture
async def world(storage: Rows) -> World:
    """A tenant on that storage."""
    return await World.on(storage)


@pytest.fixture
def unqueued() -> Iterator[None]:
    """See `without_queues`."""
    with without_queues():
        yield
