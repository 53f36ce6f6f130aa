"""Function apps made of a few lines of source, in the local host, without a socket."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from textwrap import dedent

import httpx
import pytest

from localdev.host.asgi import HostApp
from localdev.host.routing import Routes, read_prefix
from localdev.host.timers import Timers
from localdev.host.worker import Worker

PREAMBLE = """
import asyncio
import json
import threading
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def echo(req):
    return func.HttpResponse(json.dumps({
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "params": dict(req.params),
        "route_params": dict(req.route_params),
        "body": req.get_body().decode(),
    }), mimetype="application/json")

"""


@pytest.fixture
def until():
    """Waits until a condition holds, giving way to other tasks."""

    async def wait(condition):
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - what is waited for knows no event
                await asyncio.sleep(0)

    return wait


@pytest.fixture
def write_app(tmp_path, monkeypatch):
    """Writes a function app and its host.json; returns the folder."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "function_app", raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(source, prefix=""):
        host = {"version": "2.0"} if prefix is None else {"extensions": {"http": {"routePrefix": prefix}}}
        (tmp_path / "host.json").write_text(json.dumps(host))
        (tmp_path / "function_app.py").write_text(PREAMBLE + dedent(source))
        return tmp_path

    yield write
    sys.modules.pop("function_app", None)


@pytest.fixture
async def serve(write_app):
    """Loads a function app as the local host does; returns a client for it."""
    async with AsyncExitStack() as cleanup:

        async def load(source, prefix=""):
            folder = write_app(source, prefix)
            worker = await Worker.load(folder)
            cleanup.callback(worker.close)
            timers = Timers(worker)
            cleanup.push_async_callback(timers.stop)
            app = HostApp(worker, Routes(worker.functions, read_prefix(folder)), timers)
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://host.example")
            return await cleanup.enter_async_context(client)

        yield load
