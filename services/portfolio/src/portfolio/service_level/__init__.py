"""Service levels: the measurable promises of a service."""
