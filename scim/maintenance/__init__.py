"""Timer jobs."""
