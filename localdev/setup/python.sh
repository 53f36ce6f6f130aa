#!/usr/bin/env bash
# Makes the virtual environment named by $1 from a Python 3.13 found on this machine.
set -euo pipefail
venv=$1

find_python() {
  local candidate
  for candidate in python3.13 "$(pyenv prefix 3.13 2>/dev/null)/bin/python3.13" python3 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  uv python find --no-python-downloads 3.13 2>/dev/null
}

python=$(find_python) || {
  echo "Rollcall needs Python 3.13: install it (for example with 'uv python install 3.13' or 'pyenv install 3.13') and run make again." >&2
  exit 1
}
"$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
