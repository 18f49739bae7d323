"""What finance and the portfolio say of services: their cost, recovery and performance, and what is decided."""
