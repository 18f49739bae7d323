"""Needs: the outcomes that customers and market spaces want, and how well they are served today."""
