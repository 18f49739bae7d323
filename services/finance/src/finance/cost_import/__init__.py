"""Cost imports: cost data of other systems, brought into the ledger by difference."""
