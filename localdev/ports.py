"""Ports of this machine."""

import errno
import socket

from localdev.processes import StartFailure

HOST = "127.0.0.1"
BACKLOG = 1024


def reserve(port: int = 0) -> socket.socket:
    """A socket bound to `port`, or to a free one for 0, that refuses connections until `open_up`.

    Children inherit it, so nobody can take the port before they serve.

    Raises:
        StartFailure: The port is taken, or not to be had.
    """
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((HOST, port))
    except (OSError, OverflowError) as cause:
        server.close()
        raise _refusal(port, cause) from cause
    return server


def open_up(server: socket.socket) -> None:
    """Let the socket, here and in children that inherited it, take connections.

    Raises:
        StartFailure: Another program reserved the port too, and was first.
    """
    try:
        server.listen(BACKLOG)
    except OSError as cause:
        raise _refusal(number_of(server), cause) from cause


def is_open(server: socket.socket) -> bool:
    """Whether it takes connections."""
    return bool(server.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def listen(port: int = 0) -> socket.socket:
    """A socket that takes connections at once; see `reserve`."""
    server = reserve(port)
    open_up(server)
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


def _refusal(port: int, cause: Exception) -> StartFailure:
    if isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE:
        return StartFailure(f"Port {port} is in use; choose another: make run PORT={port + 1}")
    return StartFailure(f"Port {port} cannot be used ({cause}); choose another: make run PORT=7071")
