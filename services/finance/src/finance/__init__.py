"""Financial management of services: what they cost, who pays, and what an investment is worth."""
