"""Terms as tests say them in short."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from finance.price_book.price import Terms
from finance.price_book.rating import Rated, Use, rate


def terms(price: dict[str, Any], **more: Any) -> Terms:
    meter = {} if price["model"] == "percentage" else {"meter": "gb"}
    return Terms.model_validate({"code": "X", "name": "X", "unit": "GB", **meter, "price": price, **more})


def tiers(*edges: tuple[str | None, str]) -> list[dict[str, Any]]:
    return [{"up_to": up_to, "unit_price": price} for up_to, price in edges]


def rated(
    price: dict[str, Any], quantity: str | Fraction, *, share: str = "1", currency: str = "CAD", **more: Any
) -> Rated:
    return rate(terms(price, **more), Use(Fraction(quantity), Fraction(share)), currency)


def amount(price: dict[str, Any], quantity: str | Fraction, **more: Any) -> Decimal:
    return rated(price, quantity, **more).amount
