"""Services as resources of a service catalog (TMF633), read from others and shown to them."""
