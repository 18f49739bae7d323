"""The service portfolio: what is offered, planned and retired, how well it performs, what is decided about it."""
