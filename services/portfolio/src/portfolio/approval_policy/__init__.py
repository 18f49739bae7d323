"""The approval policy: who has to agree to how much money, version by version."""
