"""The process that plays Key Vault and the managed identity: `python -m localdev.emulators`, started by `stack`.

It serves on sockets that it inherits, so that their ports are known, and nobody else's, before it runs.
"""

import argparse
import asyncio
import os
import signal
import socket
import ssl
from pathlib import Path

from aiohttp import web

from localdev import identity
from localdev.vault import app as vault
from localdev.vault.store import Store


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--identity", type=int, required=True, help="descriptor of the identity endpoint's socket")
    parser.add_argument("--vault", type=int, help="descriptor of the vault's socket; without it there is no vault")
    parser.add_argument("--secrets", type=Path, help="where the vault keeps its secrets; without it in memory")
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    asyncio.run(_serve(parser.parse_args(), os.environ["IDENTITY_HEADER"]))  # noqa: TID251 - a program of its own


async def _serve(arguments: argparse.Namespace, identity_header: str) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    runners = [await _start(identity.create(identity_header), arguments.identity, None)]
    if arguments.vault is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(arguments.certificate, arguments.key)
        runners.append(await _start(vault.create(Store(arguments.secrets)), arguments.vault, tls))
    await stopping.wait()
    for runner in runners:
        await runner.cleanup()


async def _start(app: web.Application, descriptor: int, tls: ssl.SSLContext | None) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
    await runner.setup()
    await web.SockSite(runner, socket.socket(fileno=descriptor), ssl_context=tls).start()
    return runner


if __name__ == "__main__":
    main()
