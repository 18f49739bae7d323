"""Splitting the cost of one cost object over those who used it, to the minor unit and without losing one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from chassis.money import exact_sum, minor_unit, rounded, split
from finance.charge.line import Charged
from finance.driver.model import Quantity


@dataclass(frozen=True)
class Costed:
    """A cost object with the cost that is to be charged."""

    cost_object_id: UUID
    code: str
    service_id: UUID | None
    cost: Decimal


def shares(costed: Costed, consumers: Sequence[Quantity], currency: str) -> list[Charged]:
    """Ties go to the consumer that comes first. The cost is rounded once, before it is split; zero parts are kept."""
    if not consumers:
        return []
    cost = rounded(costed.cost, currency)
    quantities = [consumer.quantity for consumer in consumers]
    parts = split(cost, quantities, decimals=minor_unit(currency))
    total = exact_sum(quantities)
    return [
        Charged(costed.cost_object_id, costed.code, costed.service_id, consumer, total, cost, part)
        for consumer, part in zip(consumers, parts, strict=True)
    ]
