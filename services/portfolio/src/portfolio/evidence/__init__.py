"""Evidence: what is known about a service, kept from the facts of all services, for those who decide on it."""
