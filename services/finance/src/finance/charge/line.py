"""One line of a charge before it is stored: a share of a cost, or something used at a price."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from finance.driver.model import Quantity


@dataclass(frozen=True)
class Priced:
    """What a price made of a quantity: `exact` before it was rounded, cut to 12 decimals. `rated` says how it was
    counted and by which steps it was priced, in the words of `charge.schemas.Rating`."""

    item_code: str
    item_name: str
    unit: str
    price_version_id: UUID
    starts_on: date
    ends_on: date
    exact: Decimal
    rated: dict[str, Any]


@dataclass(frozen=True)
class Charged:
    """One consumer's line for one cost object: amount = cost × quantity / quantity_total, to the minor unit.

    Of a priced line, the whole is the line itself: `quantity_total` is its quantity and `cost` its amount.
    """

    cost_object_id: UUID
    code: str
    service_id: UUID | None
    consumer: Quantity
    quantity_total: Decimal
    cost: Decimal
    amount: Decimal
    priced: Priced | None = None
