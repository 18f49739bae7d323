"""The whole chain: needs, offerings, services, initiatives and objectives, with what services cost and recover."""
