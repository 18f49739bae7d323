"""What other systems have said last of resources of their service catalogs."""
