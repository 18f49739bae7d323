"""Consumers: the customers that finance knows of, who cause and carry cost."""
