"""Administration use cases: what the console and the admin API do."""
