"""What is deployed: everything that the app needs, and nothing else.

`.funcignore` says what. Each tool reads it in its own way, so that it has to mean the same by all of them.
"""

import re
import subprocess
from fnmatch import fnmatchcase
from itertools import accumulate
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATTERNS = [
    line for line in (ROOT / ".funcignore").read_text("utf-8").splitlines() if line and not line.startswith("#")
]
NEEDED = ("scim", "function_app.py", "host.json", "requirements.txt")
COMPILED = ["scim/__pycache__/settings.cpython-313.pyc", "scim/core/__pycache__/paths.cpython-313.pyc"]
PRIVATE = [
    ".azure/rollcall-prod/.env",
    ".env",
    ".env.local",
    "access-token.txt",
    "backups/20260101T010000Z/manifest.json",
    "copies/20260101T010000Z/directory-0000.jsonl.gz",
    "local.settings.json",
    "new-token.json",
    "package.zip",
    "setup-secret",
    "setup-secret.txt",
    "token.txt",
]
"""What people make who follow the guides, in the repository's folder if they do not look where they are."""
OTHERS = [
    ".git/config",
    ".github/workflows/infrastructure.yml",
    ".venv/bin/python",
    "docs/scim/notes.md",
    "infra/main.bicep",
    "notes.md",
    "scim.tar.gz",
    "tests/function_app.py",
]
"""What lies about besides, some of it with names that begin or end like those of the app's files."""


def git(*arguments, cwd=ROOT, text=""):
    return subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()


def packed_by_git_rules(paths, folder):
    """By gitignore(5), which is what the documentation of azd promises: what is in a folder left out stays out."""
    git("init", "--quiet", cwd=folder)
    (folder / ".gitignore").write_text("\n".join(PATTERNS), "utf-8")
    return set(paths) - set(git("check-ignore", "--no-index", "--stdin", cwd=folder, text="\n".join(paths)))


def packed_by_azd(paths, _folder):
    """As azd does: the last pattern that matches decides, for each folder on the way and for the file.

    Its `/*` crosses slashes, and its `/folder/**` takes the folder, too.
    """

    def matches(pattern, path, *, is_folder):
        name = pattern.lstrip("!").removeprefix("/")
        if name.endswith("/**"):
            return path == name.removesuffix("/**") or path.startswith(name.removesuffix("**"))
        return (is_folder or not name.endswith("/")) and fnmatchcase(path, name.removesuffix("/"))

    def is_packed(path, *, is_folder):
        last = [each for each in PATTERNS if matches(each, path, is_folder=is_folder)][-1:]
        return not last or last[0].startswith("!")

    def ways(path):
        return [(each, each != path) for each in accumulate(path.split("/"), lambda above, name: f"{above}/{name}")]

    return {path for path in paths if all(is_packed(each, is_folder=is_folder) for each, is_folder in ways(path))}


def packed_by_core_tools(paths, _folder):
    """As Core Tools do: whatever their order, an exception wins. All are beginnings that end where a word does,
    so `host.json.old` would go along.
    """

    def expression(patterns):
        names = (re.escape(each.lstrip("!").removeprefix("/")) for each in patterns)
        wild = "|".join(name.replace(r"\*\*", ".+").replace(r"\*", "[^/]+") for name in names)
        return re.compile(rf"(?:{wild})\b")

    kept, left = (
        expression([each for each in PATTERNS if each.startswith("!") is is_kept]) for is_kept in (True, False)
    )
    return {path for path in paths if kept.match(path) or not left.match(path)}


@pytest.mark.parametrize("packed", [packed_by_git_rules, packed_by_azd, packed_by_core_tools])
def test_the_package_is_what_the_app_needs_and_nothing_else(packed, tmp_path):
    """Templates, catalogs and guides are read at run time, and compiled files spare new instances the work."""
    needed = {*git("ls-files", "--cached", "--others", "--exclude-standard", *NEEDED), *COMPILED}
    assert len(needed) > 200
    tracked = git("ls-files")
    assert packed([*needed, *tracked, *PRIVATE, *OTHERS], tmp_path) == needed


def test_what_the_guides_have_people_make_is_not_in_git():
    assert git("check-ignore", "--no-index", "--stdin", text="\n".join(PRIVATE)) == PRIVATE


def test_nothing_that_is_in_git_is_ignored_by_it():
    """A rule that is too wide would leave out the next file of that name."""
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard") == []
