"""Exchange rates: what one currency was worth in another on a day, by a named source."""
