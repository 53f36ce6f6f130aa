"""Backups: all tables as compressed JSON lines, and the manifest without which they count for nothing (ADR 18)."""
