"""The ledger: journal entries that balance and never change."""
