"""How figures stand in the sentences of rules."""

from decimal import Decimal

from chassis.money import plain, round_to, rounded


def percent(fraction: Decimal) -> str:
    """To one decimal."""
    return f"{plain(round_to(fraction * 100, 1))} %"


def money(amount: Decimal, currency: str) -> str:
    """To the minor unit of the currency."""
    return f"{rounded(amount, currency):,f} {currency}"
