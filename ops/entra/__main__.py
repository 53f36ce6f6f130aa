"""`python -m ops.entra`, which is what `make entra-setup` calls."""

import sys

from ops.entra.command import main

if __name__ == "__main__":
    sys.exit(main())
