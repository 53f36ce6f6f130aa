"""What is deployed: everything that the app needs."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEEDED = ("scim", "function_app.py", "host.json", "requirements.txt")


def git(*arguments, text=""):
    return subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def test_nothing_that_the_app_needs_is_left_out_of_the_package():
    """Templates, catalogs and guides are read at run time; `.funcignore` is written as `.gitignore` is."""
    needed = git("ls-files", "--cached", "--others", "--exclude-standard", *NEEDED)
    assert needed.count("\n") > 200
    ignored = git(
        "-c", f"core.excludesFile={ROOT / '.funcignore'}", "check-ignore", "--no-index", "--stdin", text=needed
    )
    assert ignored == ""
