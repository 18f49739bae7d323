"""Budget reservations: money that a request or an order will need, set aside before it is spent."""
