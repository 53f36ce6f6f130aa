"""What every place for backups promises: a folder, and a container of blobs (on Azurite, over TLS and with tokens)."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from azure.identity.aio import ManagedIdentityCredential

from ops.backup.folder import FolderStore
from scim.errors import Unavailable
from scim.storage.backup.blobs import BlobStore, connect
from scim.storage.backup.store import BackupStore, FileChanged


@pytest.fixture(params=["folder", "container"])
async def store(request: pytest.FixtureRequest, tmp_path) -> AsyncIterator[BackupStore]:
    if request.param == "folder":
        yield FolderStore(tmp_path)
        return
    url = request.getfixturevalue("backup_service").replace("backups", f"b{uuid4().hex}")
    async with ManagedIdentityCredential() as credential:
        store = BlobStore(lambda: connect(url, credential))
        await store.ensure_container()
        await store.ensure_container()
        yield store
        await store.close()


async def test_files_come_back_as_they_were_written(store: BackupStore) -> None:
    content = bytes(range(256)) * 40_000  # more than one part of a backup
    version = await store.write("20261128T010000Z/00001-directory-ab.jsonl.gz", content)

    file = await store.read("20261128T010000Z/00001-directory-ab.jsonl.gz")

    assert file is not None
    assert file.content == content
    assert file.version == version
    assert await store.read("20261128T010000Z/manifest.json") is None


async def test_names_are_told_by_prefix_in_order(store: BackupStore) -> None:
    for name in ("20261129T010000Z/b", "20261128T010000Z/a", "20261129T010000Z/a"):
        await store.write(name, b"")

    assert await store.names("20261129") == ["20261129T010000Z/a", "20261129T010000Z/b"]
    assert len(await store.names("")) == 3


async def test_a_file_that_must_not_be_there_is_not_overwritten(store: BackupStore) -> None:
    await store.write("one/progress.json", b"first", "")

    with pytest.raises(FileChanged):
        await store.write("one/progress.json", b"second", "")
    assert (await store.read("one/progress.json")).content == b"first"


async def test_a_file_is_replaced_at_its_version_only(store: BackupStore) -> None:
    first = await store.write("one/progress.json", b"first", "")
    second = await store.write("one/progress.json", b"second", first)

    with pytest.raises(FileChanged):
        await store.write("one/progress.json", b"third", first)
    assert second != first
    await store.write("one/progress.json", b"fourth")
    assert (await store.read("one/progress.json")).content == b"fourth"


async def test_a_container_that_is_not_there_is_unavailable(backup_service: str) -> None:
    async with ManagedIdentityCredential() as credential:
        store = BlobStore(lambda: connect(backup_service.replace("backups", "nowhere"), credential))
        with pytest.raises(Unavailable):
            await store.names("")
        with pytest.raises(Unavailable):
            await store.write("one/file", b"")
        await store.close()
