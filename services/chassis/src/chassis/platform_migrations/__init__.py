"""Tables that every service has beside its own, with their own history."""
