"""Service calendars: the hours in which services are meant to work."""
