"""Ports of this machine."""

import errno
import socket

from localdev.processes import StartFailure

HOST = "127.0.0.1"


def listen(port: int = 0) -> socket.socket:
    """A socket that listens on `port`, or on a free one for 0. Children inherit it, so nobody can take it between.

    Raises:
        StartFailure: The port is taken, or not to be had.
    """
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((HOST, port))
        server.listen(1024)
    except (OSError, OverflowError) as cause:
        server.close()
        if isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE:
            raise StartFailure(f"Port {port} is in use; choose another: make run PORT={port + 1}") from cause
        raise StartFailure(f"Port {port} cannot be used ({cause}); choose another: make run PORT=7071") from cause
    return server


def number_of(server: socket.socket) -> int:
    """The port that a socket is bound to."""
    return int(server.getsockname()[1])


def free_port() -> int:
    """A port that was free a moment ago, for programs that cannot inherit a socket."""
    with listen() as server:
        return number_of(server)


def accepts(port: int) -> bool:
    """Whether something listens on the port."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
