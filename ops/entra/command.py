"""The command: options, services, steps, and how it ends."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from ops.entra import credentials, graph, rollcall
from ops.entra.clients import Bearer, Client
from ops.entra.console import Console, Refused, Terminated
from ops.entra.look_ups import look_up
from ops.entra.options import Options, parse
from ops.entra.setup import Setup
from ops.entra.sign_in import Credential, access_token
from ops.entra.steps import STEPS, run

_TIMEOUT = httpx.Timeout(60, connect=15)
"""Entra ID takes up to 30 seconds to provision somebody on demand."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the command needs of the machine that it runs on; tests bring their own.

    Attributes:
        graph, rollcall: The transports to the two services.
        credential: Signs in; None for what the options say.
        write: Takes a line of output.
        ask: Asks the person for a code.
        sleep: Waits some seconds.
    """

    graph: httpx.BaseTransport = field(default_factory=httpx.HTTPTransport)
    rollcall: httpx.BaseTransport = field(default_factory=httpx.HTTPTransport)
    credential: Credential | None = None
    write: Callable[[str], object] = print
    ask: Callable[[str], str] = input
    sleep: Callable[[float], object] = time.sleep


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
    except (Refused, KeyboardInterrupt) as error:
        sys.stderr.write(f"{_last_words(error)}\n")
        return _exit_code(error)
    return perform(options, Machine())


def perform(options: Options, machine: Machine) -> int:
    """Do what the options say.

    Returns:
        The exit code: 0, or 1 when something was refused, or that of a process that a signal ended.
    """
    console = Console(machine.write)
    for secret in filter(None, (options.token, options.access_token)):
        console.keep(secret)
    try:
        _perform(options, machine, console)
    except (Refused, KeyboardInterrupt) as error:
        console.say(_last_words(error))
        return _exit_code(error)
    return 0


def _last_words(error: Refused | KeyboardInterrupt) -> str:
    return f"! {error}" if isinstance(error, Refused) else f"! Stopped. {error}".rstrip()


def _exit_code(error: Refused | KeyboardInterrupt) -> int:
    number = signal.SIGTERM if isinstance(error, Terminated) else signal.SIGINT
    return 1 if isinstance(error, Refused) else 128 + number


def _perform(options: Options, machine: Machine, console: Console) -> None:
    token = access_token(options, machine.credential)
    with (
        httpx.Client(base_url=graph.URL, transport=machine.graph, auth=Bearer(token), timeout=_TIMEOUT) as to_graph,
        httpx.Client(
            base_url=f"{options.app}/api",
            transport=machine.rollcall,
            auth=Bearer(lambda: options.access_token.get_secret_value() if options.access_token else ""),
            timeout=_TIMEOUT,
        ) as to_rollcall,
    ):

        def client(http: httpx.Client, refusal: Callable[[httpx.Response], Refused]) -> Client:
            return Client(http, refusal, console, dry_run=options.dry_run, sleep=machine.sleep)

        def ask(question: str) -> str:
            try:
                return machine.ask(question).strip()
            except EOFError:
                return ""

        setup = Setup(
            options=options,
            graph=client(to_graph, graph.refusal(lambda: graph.claims_of(token()))),
            rollcall=client(to_rollcall, rollcall.refusal),
            console=console,
            ask=ask,
        )
        _finish(setup) if options.finish else _set_up(setup)


def _set_up(setup: Setup) -> None:
    look_up(setup)
    written = run(setup, STEPS)
    for reminder in setup.tells:
        setup.console.say(f"  {reminder}")
    if setup.options.dry_run:
        setup.console.say("Nothing was changed.")
    elif not written:
        setup.console.say("Everything is as wanted; nothing was changed.")


def _finish(setup: Setup) -> None:
    (provider,) = [step for step in STEPS if step.name == "identity provider"]
    provider.read(setup)
    if setup.options.dry_run:
        setup.console.say("Nothing was changed: --finish would revoke the old token.")
        return
    setup.console.say(f"+ {credentials.finish(setup)}")
