"""Prices that finance has published for services, as far as the catalog shows them."""
