"""What investment plans fund in finance: a budget per fiscal year, opened when a plan is approved."""
