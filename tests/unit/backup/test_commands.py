"""What operators are told at their prompt, and the status that their shell gets."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from ops.backup import __main__ as commands
from ops.backup.folder import FolderStore
from ops.backup.staging import Staging
from scim.storage.backup.lines import StoredRow
from scim.storage.tables.keys import DIRECTORY, PARTITION, TABLES
from scim.storage.tables.rows import Upsert
from tests.backups import Tenant, backed_up
from tests.fakes.rows import FakeRows, FaultyRows, cancel_after, on_writes

TABLES_URL = "https://account.table.core.windows.net"


@pytest.fixture
def on(monkeypatch):
    """Let commands work on these rows, whatever account they name."""

    def work(rows):
        @asynccontextmanager
        async def opened(_url):
            yield rows

        monkeypatch.setattr(commands, "_rows", opened)

    return work


PLACES = {
    "without TLS": "http://127.0.0.1:1/devstoreaccount1/backups",
    "with one slash": "https:/account.blob.core.windows.net/backups",
    "with a typo": "htps://account.blob.core.windows.net/backups",
    "without a container": "https://account.blob.core.windows.net",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_url_that_is_no_container_is_refused_and_taken_for_no_folder(on, tmp_path, monkeypatch, capsys, place):
    monkeypatch.chdir(tmp_path)
    on(FakeRows())

    assert commands.main(["export", "--tables-url", TABLES_URL, "--to", place]) == 1

    assert f'"{place}" is neither a folder nor the URL of a container' in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["", "http://account.table.core.windows.net", "account"])
def test_a_url_that_is_no_account_is_refused(capsys, url):
    assert commands.main(["check", "--tables-url", url]) == 1

    assert f'"{url}" is not the URL of tables' in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_no_empty_list(tmp_path, capsys):
    assert commands.main(["list", "--from", str(tmp_path / "copies")]) == 1

    assert capsys.readouterr().err == f"There is no folder {tmp_path / 'copies'}.\n"


def test_only_folders_that_are_named_after_a_moment_are_backups(tmp_path, capsys):
    for name in ("20261128T010000Z", "hi", "zzz", "20269999T010000Z"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")

    assert commands.main(["list", "--from", str(tmp_path)]) == 0

    assert capsys.readouterr().out == "20261128T010000Z\n"


def test_a_folder_that_cannot_be_written_to_is_told_in_a_sentence(on, tmp_path, capsys):
    file = tmp_path / "file"
    file.touch()
    on(FakeRows())

    assert commands.main(["export", "--tables-url", TABLES_URL, "--to", str(file)]) == 1

    assert capsys.readouterr().err.startswith("The folder cannot be used: ")


def test_whoever_is_not_signed_in_is_told_to_do_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert commands.main(["check", "--tables-url", TABLES_URL]) == 1

    assert capsys.readouterr().err == "You are not signed in, or no longer: run az login, then try again.\n"


def test_an_account_without_tables_is_not_exported(on, tmp_path, capsys):
    on(FakeRows(tables=()))

    assert commands.main(["export", "--tables-url", TABLES_URL, "--to", str(tmp_path)]) == 1

    assert capsys.readouterr().err == "There are no tables of Rollcall in this account.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("oddities", "status"), [((), 0), ((Upsert("zz|junk", {}),), commands.INCOMPLETE)])
def test_the_status_and_the_last_line_tell_whether_all_was_restored(tmp_path, on, capsys, oddities, status):
    async def back_up():
        tenant = await Tenant.on(FakeRows())
        for oddity in oddities:
            await tenant.world.rows.batch(DIRECTORY, PARTITION, [oddity])
        await backed_up(tenant.world.rows, FolderStore(tmp_path), tenant.admin.clock)

    asyncio.run(back_up())
    on(FakeRows())
    chosen = ["restore", "--tables-url", TABLES_URL, "--from", str(tmp_path)]

    assert commands.main(chosen) == status

    last = capsys.readouterr().out.splitlines()[-1]
    whole, lacking = (
        "The directory is consistent.",
        "The backup is restored, but for 1 rows that were left out: see above.",
    )
    assert last == (lacking if status else whole)


def test_whoever_interrupts_restoring_is_told_how_to_go_on(tmp_path, on, capsys):
    async def back_up():
        tenant = await Tenant.on(FakeRows())
        await backed_up(tenant.world.rows, FolderStore(tmp_path), tenant.admin.clock)

    asyncio.run(back_up())
    on(FaultyRows(FakeRows(), on_writes({2: cancel_after})))

    assert commands.main(["restore", "--tables-url", TABLES_URL, "--from", str(tmp_path)]) == 1

    said = capsys.readouterr().err
    assert said.startswith("Interrupted.\nRestoring broke off, and cannot go on from there: start anew.")
    assert all(f"--name {table}\n" in said for table in TABLES)


def test_the_rows_of_a_restoration_are_in_no_file_that_a_killed_process_leaves(tmp_path, monkeypatch):
    """They hold the digests of passwords."""
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    with Staging.temporary() as staging:
        staging.read.add(DIRECTORY, (StoredRow(PARTITION, f"{i:05d}", {"n": "x" * 1000}) for i in range(5000)))

        assert list(tmp_path.iterdir()) == []
        assert staging.read.total() == 5000
