"""Cells of CSV that a spreadsheet neither runs nor misreads."""

from decimal import Decimal

from chassis.money import plain

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: object) -> str:
    """Numbers stay numbers, nothing is empty; text that a spreadsheet would take for a formula gets a ' before it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
