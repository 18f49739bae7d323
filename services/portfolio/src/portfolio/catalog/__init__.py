"""The catalog as customers see it, and the portfolio at a glance."""
