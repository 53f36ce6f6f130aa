"""`python -m localdev`, which is what `make run` calls."""

import sys

from localdev.orchestrator import main

if __name__ == "__main__":
    sys.exit(main())
