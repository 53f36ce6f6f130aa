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


def of_manifest(change):
    """Change the list of parts by hand; the total is changed along when it is asked for."""

    def damage(folder, _part):
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text())
        change(manifest)
        path.write_text(json.dumps(manifest))

    return damage


def part_with(**changes):
    return of_manifest(lambda manifest: manifest["parts"][1].update(changes))


def without_table(table):
    def change(manifest):
        manifest["parts"] = [each for each in manifest["parts"] if each["table"] != table]
        manifest["rows"] = sum(each["rows"] for each in manifest["parts"])

    return of_manifest(change)


def outside(folder, part):
    """A file that is as the manifest says, but lies beside the folder."""
    (folder / part).rename(folder.parent / part)
    of_manifest(lambda manifest: manifest["parts"][0].update(name=f"../{part}"))(folder, part)


def with_row(row_key, text="", partition="tenant|00"):
    """A row more, of which everything tells."""
    line = f'{{"PartitionKey":"{partition}","RowKey":"{row_key}","Timestamp":"2026-11-28T01:00:00.0000000Z"{text}}}\n'

    def damage(folder, part):
        def count(manifest):
            manifest["parts"][0]["rows"] += 1
            manifest["rows"] += 1

        lines(lambda rows: [*rows, line.encode()])(folder, part)
        of_manifest(count)(folder, part)

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
    "no list of files": (manifest_with(parts=[]), "names files of 0 rows, and the backup had"),
    "a list without the directory": (of_manifest(lambda manifest: manifest["parts"].pop(0)), "files are missing"),
    "a total that is no number": (manifest_with(rows="many"), "files are missing"),
    "no directory": (without_table("directory"), "has no rows of the table directory"),
    "no configuration": (without_table("config"), "has no rows of the table config"),
    "a moment without its offset": (manifest_with(started="2026-11-28T01:00:00"), "manifest .* is damaged"),
    "a table that is a number": (part_with(table=7), "has a table 7"),
    "a file that is the folder": (part_with(name="."), "manifest .* is damaged"),
    "a file of another folder": (outside, "manifest .* is damaged"),
    "a manifest without an end": (
        lambda folder, _: (folder / "manifest.json").write_text("[" * 100_000),
        "manifest .* is damaged",
    ),
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
    "a row with a list": (with_row("x", ',"n":[1]'), "is damaged at line"),
    "a row with nothing": (with_row("x", ',"n":null'), "is damaged at line"),
    "a row of no moment": (
        lines(lambda rows: [re.sub(rb'"Timestamp":"[^"]+"', b'"Timestamp":"soon"', rows[0]), *rows[1:]]),
        "is damaged at line 1",
    ),
    "a key that storage does not take": (with_row("entra/b"), "is damaged at line"),
    "a partition that storage does not take": (with_row("x", partition="a#b"), "is damaged at line"),
    "a partition that is no text": (
        lines(lambda rows: [rows[0].replace(b'"tenant|00"', b"7"), *rows[1:]]),
        "is damaged at line 1",
    ),
    "a line without an end": (lines(lambda rows: [b"[" * 100_000 + b"\n", *rows[1:]]), "is damaged at line 1"),
    "a line that is longer than any row": (
        lines(lambda rows: [rows[0].rstrip() + b" " * 5_000_000 + b"\n", *rows[1:]]),
        "is damaged at line 1",
    ),
    "a line too few": (lines(lambda rows: rows[:-1]), r"does not have \d+ rows"),
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
