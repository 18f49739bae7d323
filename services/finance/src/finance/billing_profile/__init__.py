"""Billing profiles: the terms on which consumers are billed."""
