"""CPU of importing the app, beside importing only the libraries that it needs on Azure.

Each import happens in a process of its own, with compiled files present; runs of the two alternate.
"""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.tables import print_table

ROOT = Path(__file__).parent.parent
RUNS = 11
BOUND = 1.3
SETTINGS = {
    "PUBLIC_URL": "https://rollcall.example",
    "TABLES_URL": "https://rollcall.table.core.windows.net",
    "KEY_VAULT_URL": "https://rollcall.vault.azure.net",
}
LIBRARIES = "import azure.functions, azure.data.tables.aio, aiohttp, azure.identity.aio, azure.keyvault.secrets.aio"
PROGRAMS = {
    "the app": "import function_app",
    "its libraries alone": LIBRARIES,
    "the app, with the application built": "import function_app; function_app.application()",
    "Python alone": "pass",
}


def run() -> None:
    """Measure and print."""
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for number in range(RUNS + 1):
        for name, program in PROGRAMS.items():
            spent = cpu_seconds(program)
            if number:  # the first round writes the compiled files
                times[name].append(spent)
    medians = {name: median(values) for name, values in times.items()}
    print_table(
        ["import of", "median CPU ms", "least", "most"],
        [
            [name, f"{medians[name] * 1e3:.0f}", f"{min(values) * 1e3:.0f}", f"{max(values) * 1e3:.0f}"]
            for name, values in times.items()
        ],
    )
    ratio = medians["the app"] / medians["its libraries alone"]
    verdict = "met" if ratio <= BOUND else "NOT MET"
    print(f"the app : its libraries = {ratio:.2f} (at most {BOUND}: {verdict}), {RUNS} alternating runs of each\n")


def cpu_seconds(program: str) -> float:
    """User and system time of a Python process that runs a program."""
    environment = {**os.environ, **SETTINGS}  # noqa: TID251 - for a child
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    child = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment)  # noqa: S603 - our own program
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{program!r} failed")
    return usage.ru_utime + usage.ru_stime
