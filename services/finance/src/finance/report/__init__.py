"""Reports: what the kept balances say."""
