"""Dependencies: which service uses which, and who feels it when one fails or ends."""
