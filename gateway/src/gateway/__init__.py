"""The single public door: verifies callers and carries each request to the service that promised it."""
