"""Backups by hand, and restoring them: `python -m ops.backup --help`, docs/backup.md, ADR 18."""
