"""Offerings and market spaces as resources of a product catalog (TMF620), read from others and shown to them."""
