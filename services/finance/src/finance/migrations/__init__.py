"""The history of the finance schema."""
