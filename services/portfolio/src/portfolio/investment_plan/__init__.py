"""Investment plans: which business cases to fund under the limits that there are, solved to a proven optimum."""
