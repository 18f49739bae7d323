"""The items of a price book as others read them in the fact that announces them."""

from typing import Any
from uuid import UUID

from finance.price_book.events import PricedItem
from finance.price_book.price import CostPlus, Flat, Package, Percentage, PerUnit, Price, Terms


def listed(terms: Terms, *, cost_object_code: str, service_id: UUID | None) -> PricedItem:
    nothing: dict[str, Any] = {"price": None, "package_size": None, "percent": None, "tiers": []}
    return PricedItem.model_validate(
        {
            "cost_object_code": cost_object_code,
            "service_id": service_id,
            "metered": terms.meter is not None,
            **terms.model_dump(include={"code", "name", "unit", "included", "minimum", "maximum"}),
            **nothing,
            "model": terms.price.model,
            **_price(terms.price),
        }
    )


def _price(price: Price) -> dict[str, Any]:
    match price:
        case Flat():
            return {"price": price.amount}
        case PerUnit():
            return {"price": price.unit_price}
        case Package():
            return {"price": price.price, "package_size": price.size}
        case Percentage():
            return {"percent": price.percent}
        case CostPlus():
            return {"percent": price.markup_percent}
        case _:
            return {"tiers": [tier.model_dump() for tier in price.tiers]}
