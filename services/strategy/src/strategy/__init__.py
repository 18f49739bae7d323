"""Service strategy: the markets and customers served, what they need, and what is offered to them."""
