"""The console: administration in a browser. Pages are rendered on the server and work without scripts (ADR 16)."""
