"""Charges as other tools read them: final invoices and credit notes as rows of FOCUS 1.2."""
