"""Backups in a container of blobs.

The SDK is imported when the first backup is made: no request needs it.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from scim.errors import Unavailable
from scim.storage.backup.store import FileChanged, StoredFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from azure.core.credentials_async import AsyncTokenCredential
    from azure.storage.blob.aio import ContainerClient


class BlobStore:
    """See `scim.storage.backup.store.BackupStore`.

    Args:
        client_factory: Called once, at the first use; see `connect`.
    """

    def __init__(self, client_factory: Callable[[], ContainerClient]) -> None:
        self._client_factory = client_factory
        self._client: ContainerClient | None = None

    async def names(self, prefix: str) -> Sequence[str]:
        """One call for each 5,000."""
        async with _translated():
            return [name async for name in self._connected().list_blob_names(name_starts_with=prefix)]

    async def read(self, name: str) -> StoredFile | None:
        """One call for a file of up to 32 MiB."""
        from azure.core.exceptions import ResourceNotFoundError  # noqa: PLC0415 - see the module

        async with _translated():
            try:
                download = await self._connected().download_blob(name)
            except ResourceNotFoundError:
                return None
            return StoredFile(await download.readall(), str(download.properties.etag))

    async def write(self, name: str, content: bytes, version: str | None = None) -> str:
        """One call."""
        from azure.core import MatchConditions  # noqa: PLC0415 - see the module
        from azure.core.exceptions import ResourceExistsError, ResourceModifiedError  # noqa: PLC0415 - as above

        condition: dict[str, Any] = {"overwrite": version is None}
        if version:
            condition = {"overwrite": True, "etag": version, "match_condition": MatchConditions.IfNotModified}
        async with _translated():
            try:
                written = await self._connected().get_blob_client(name).upload_blob(content, **condition)
            except (ResourceExistsError, ResourceModifiedError) as error:
                raise FileChanged from error
            return str(written["etag"])

    async def ensure_container(self) -> None:
        """Make the container, if there is none."""
        async with _translated():
            if not await self._connected().exists():
                await self._connected().create_container()

    async def close(self) -> None:
        """Close the client, if one was built."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connected(self) -> ContainerClient:
        if self._client is None:
            self._client = self._client_factory()
        return self._client


def connect(container_url: str, credential: AsyncTokenCredential) -> ContainerClient:
    """A client of a container, with the SDK's own patience: nobody waits for a backup."""
    from azure.storage.blob.aio import ContainerClient  # noqa: PLC0415 - see the module

    return ContainerClient.from_container_url(container_url, credential)


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """What the SDK raises as the error of the port; cut-off answers surface as all sorts of exceptions."""
    try:
        yield
    except FileChanged:
        raise
    except Exception as error:
        raise Unavailable from error
