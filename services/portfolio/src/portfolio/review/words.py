"""Figures as a manager says them."""

from decimal import Decimal

from chassis.money import plain, round_to, rounded


def percent(fraction: Decimal) -> str:
    return f"{plain(round_to(fraction * 100, 1))} %"


def money(amount: Decimal, currency: str) -> str:
    return f"{rounded(amount, currency):,f} {currency}"
