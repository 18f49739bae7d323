"""Alignment: which services, offerings and initiatives serve which objectives, and how strongly."""
