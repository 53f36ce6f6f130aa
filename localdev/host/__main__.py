"""`python -m localdev.host FOLDER`: run the function app of a folder."""

import argparse
import asyncio
import logging
import socket
import sys
from pathlib import Path

import uvicorn

from localdev.host.asgi import HostApp
from localdev.host.routing import RouteError, Routes, read_prefix
from localdev.host.timers import Timers
from localdev.host.worker import Worker, WorkerFailure
from localdev.ports import is_open, listen
from localdev.processes import POLL_SECONDS, StartFailure

GRACE_SECONDS = 2


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), help="with host.json and function_app.py")
    parser.add_argument("--port", type=int, default=7071)
    parser.add_argument("--socket", type=int, help="descriptor of a bound socket, instead of a port")
    arguments = parser.parse_args()
    _set_up_logging()
    try:
        server = listen(arguments.port) if arguments.socket is None else socket.socket(fileno=arguments.socket)
        asyncio.run(serve(arguments.folder.absolute(), server))
    except WorkerFailure as failure:
        print(failure.stack_trace, file=sys.stderr)
        sys.exit(f"The function app could not be loaded. {failure}")
    except (StartFailure, RouteError, ValueError, OSError) as failure:
        sys.exit(f"The function app could not be started. {failure}")


async def serve(directory: Path, server: socket.socket) -> None:
    """Load the app of a folder, and serve it until a signal ends it, from the moment when the socket is opened up."""
    worker = await Worker.load(directory)
    timers = Timers(worker)
    app = HostApp(worker, Routes(worker.functions, read_prefix(directory)), timers)
    while not is_open(server):  # noqa: ASYNC110 - the starter opens it, from another process
        await asyncio.sleep(POLL_SECONDS)
    timers.start()
    try:
        await _server(app).serve(sockets=[server])
    finally:
        await timers.stop()
        worker.close()


def _server(app: HostApp) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            interface="asgi3",
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=120,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


def _set_up_logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # The worker writes a line for each invocation, and the SDK several for each request that it sends.
    for chatty in ("azure", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
