"""Assignment rules: what cost gets that says nothing of itself."""
