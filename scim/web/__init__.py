"""What the API and the console share of HTTP: messages, the session's cookie, who sends a request, CSV files."""
