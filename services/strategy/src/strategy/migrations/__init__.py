"""The history of the strategy schema."""
