#!/usr/bin/env bash
# Installs the npm packages of the lock file.
set -euo pipefail
major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) || major=0
if [ "$major" -lt 20 ] || ! command -v npm >/dev/null; then
  echo "Rollcall needs Node.js 20 or newer with npm, for the storage emulator Azurite: install it and run make again." >&2
  exit 1
fi
npm ci --no-audit --no-fund --loglevel=error
