"""Business cases: what a service of the pipeline would cost and bring, and who agrees to it."""
