"""Invoices: what consumers are billed of what they were charged."""
