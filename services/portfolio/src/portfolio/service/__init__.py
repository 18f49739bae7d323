"""Services: what is proposed, offered and retired, and every step between."""
