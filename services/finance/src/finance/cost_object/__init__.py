"""Cost objects: what cost is collected for: services, programs, projects, cost centers, towers."""
