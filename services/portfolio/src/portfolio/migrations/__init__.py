"""The history of the portfolio schema."""
