"""`make run`, that is `python -m localdev`, as tests start it."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from localdev.ports import free_port
from localdev.stack import ROOT

APP = """
import json, os
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route(route="environment", methods=["GET"])
async def environment(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(dict(os.environ)), mimetype="application/json")

@app.route(route="exit", methods=["POST"])
async def leave(req: func.HttpRequest) -> func.HttpResponse:
    print("leaving now", flush=True)
    os._exit(3)
"""


class Run:
    """A running `python -m localdev`."""

    def __init__(self, directory, **variables):
        self.port = int(variables.pop("PORT", 0)) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.directory = directory / "local"
        app = directory / "app"
        app.mkdir(exist_ok=True)
        (app / "host.json").write_text('{"extensions": {"http": {"routePrefix": ""}}}')
        (app / "function_app.py").write_text(variables.pop("source", APP))
        defaults = {"PORT": str(self.port), "APP_DIR": str(app), "LOCAL_DIR": str(self.directory), "MEMORY": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "localdev"],
            cwd=ROOT,
            env={**os.environ, "HOST": "", **defaults, **variables},  # noqa: TID251 - of the test run
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_ready(self):
        """Read until the summary is complete."""
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("  Log"):
                return "".join(lines)
        raise AssertionError(self.process.stderr.read())

    def children(self):
        """The ids of all processes below it."""
        below = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                number, parent = int(status.parent.name), int(status.read_text().rpartition(")")[2].split()[1])
                below.setdefault(parent, []).append(number)
        found, queue = [], [self.process.pid]
        while queue:
            children = below.get(queue.pop(), [])
            found += children
            queue += children
        return found

    def end(self, number=signal.SIGINT):
        """Send a signal and wait; returns output and errors."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.communicate(timeout=20)
