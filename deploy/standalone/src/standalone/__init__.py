"""The whole platform in one process, on a PostgreSQL that it starts itself."""
