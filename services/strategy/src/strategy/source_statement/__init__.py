"""What other systems have said last of resources of their catalogs."""
