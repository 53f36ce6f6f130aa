"""`python -m ops.entra`, which is what `make entra-setup` calls."""

import signal
import sys
from types import FrameType

from ops.entra.command import main
from ops.entra.console import Terminated


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main())
