"""Price books: what the services cost their consumers, version by version."""
