"""Being stopped from outside: by Ctrl-C, by the time-out of a pipeline, by a terminal that is closed."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Never

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Stopped(BaseException):
    """A signal came. No `Exception`, as `KeyboardInterrupt` is none: no check takes it for its own failure.

    Args:
        number: Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"Stopped by {signal.Signals(number).name}.")
        self.status = 128 + number
        """For the shell, as it does itself."""


@contextmanager
def stoppable() -> Generator[None]:
    """Signals raise `Stopped` within; those that the caller has ignored (nohup) stay so."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, _stop)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _: FrameType | None) -> Never:
    raise Stopped(number)
