"""What is damaged, incomplete or unknown is refused before a row is written."""

import asyncio
import gzip
import hashlib
import json
import re

import pytest

from ops.backup.folder import FolderStore
from ops.backup.restore import restore
from scim.storage.backup.manifest import UnusableBackup
from tests.backups import Tenant, backed_up
from tests.fakes.rows import CountingRows, FakeRows


def manifest_with(**changes):
    def damage(folder, _part):
        path = folder / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return damage


def of_part(change):
    """Change a part, and what the manifest says of it, so that only what is in it is wrong."""

    def damage(folder, part):
        content = change((folder / part).read_bytes())
        (folder / part).write_bytes(content)
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text())
        for each in manifest["parts"]:
            if each["name"] == part:
                each |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        path.write_text(json.dumps(manifest))

    return damage


def with_table(name):
    def damage(folder, _part):
        path = folder / "manifest.json"
        path.write_text(path.read_text().replace('"table": "config"', f'"table": "{name}"'))

    return damage


def lines(change):
    return of_part(lambda content: gzip.compress(b"".join(change(gzip.decompress(content).splitlines(keepends=True)))))


DAMAGES = {
    "no manifest": (lambda folder, _: (folder / "manifest.json").unlink(), "no finished backup"),
    "half a manifest": (
        lambda folder, _: (folder / "manifest.json").write_text((folder / "manifest.json").read_text()[:200]),
        "manifest .* is damaged",
    ),
    "a later format": (manifest_with(format=2), "A later version of Rollcall made this backup"),
    "a later layout": (manifest_with(layout=2), "A later version of Rollcall made this backup"),
    "an unknown table": (with_table("payroll"), "has a table payroll"),
    "a missing file": (lambda folder, part: (folder / part).unlink(), "is missing"),
    "a file that was changed": (
        lambda folder, part: (folder / part).write_bytes(b"\x00" + (folder / part).read_bytes()[1:]),
        "not as it was written",
    ),
    "a file that was cut": (of_part(lambda content: content[: len(content) // 2]), "is damaged at line"),
    "a file that is no archive": (of_part(lambda _: b"nothing"), "is damaged at line"),
    "a line that is no row": (lines(lambda rows: [*rows, b'{"RowKey": 1}\n']), "is damaged at line"),
    "a line that is no JSON": (lines(lambda rows: [*rows[:-1], rows[-1][:9]]), "is damaged at line"),
    "a row of an unknown type": (
        lines(lambda rows: [rows[0].replace(b"Edm.DateTime", b"Edm.Moon"), *rows[1:]]),
        "is damaged at line 1",
    ),
    "a line too few": (lines(lambda rows: rows[:-1]), r"does not have \d+ rows"),
    "a user who cannot be read": (
        lines(lambda rows: [re.sub(rb'"userType":"endUser"', b'"userType":"robot"', row) for row in rows]),
        "cannot be read by this version",
    ),
}


@pytest.fixture(scope="module")
def backup(tmp_path_factory):
    """A backup's folder, and the name of the file with the directory."""

    async def make():
        tenant = await Tenant.on(FakeRows())
        tenant.admin.clock.advance(days=1)  # so that the second look finds nothing new
        return await backed_up(tenant.world.rows, FolderStore(root), tenant.admin.clock)

    root = tmp_path_factory.mktemp("backups")
    folder = root / asyncio.run(make())
    [part] = [path.name for path in folder.glob("00001-directory-*")]
    return folder, part


@pytest.mark.parametrize(("damage", "told"), DAMAGES.values(), ids=DAMAGES)
async def test_a_backup_that_is_not_whole_is_refused_before_anything_is_written(backup, tmp_path, damage, told):
    original, part = backup
    folder = tmp_path / original.name
    folder.mkdir()
    for path in original.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    damage(folder, part)
    rows = CountingRows(FakeRows())

    with pytest.raises(UnusableBackup, match=told):
        await restore(rows, FolderStore(tmp_path), folder.name)

    assert set(rows.calls) <= {"scan", "table_names"}
