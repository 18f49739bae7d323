"""Services as the portfolio announces them, as far as offerings need to know them."""
