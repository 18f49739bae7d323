"""Accounts: the chart of accounts, as a tree whose leaves take postings."""
