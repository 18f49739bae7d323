"""Service definitions: the versions of what is said of a service, drafted, active, superseded."""
