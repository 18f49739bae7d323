"""What is left to be billed: what is charged now, less what earlier invoices have billed of it; pure, without I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from chassis.money import EXACT


class Charged(NamedTuple):
    """One line of a current charge; `consumer_id` is that of the survivor, `unit` what the quantity is counted in."""

    consumer_id: UUID
    cost_object_id: UUID
    code: str
    name: str
    charge_id: UUID
    amount: Decimal
    quantity: Decimal
    unit: str


class Billed(NamedTuple):
    """One line of a final invoice, as Charged."""

    consumer_id: UUID
    cost_object_id: UUID
    code: str
    name: str
    charge_id: UUID
    amount: Decimal
    quantity: Decimal
    unit: str
    invoice_id: UUID


@dataclass(slots=True)
class Difference:
    """Of one consumer and cost object. `corrects` is the last invoice that billed it; null for what none has.

    `charge_id` explains what is charged now or, where nothing is any more, what was.
    """

    cost_object_id: UUID
    code: str
    name: str
    charge_id: UUID
    unit: str
    charged: Decimal = Decimal(0)
    billed: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)
    corrects: UUID | None = None

    @property
    def amount(self) -> Decimal:
        return EXACT.subtract(self.charged, self.billed)


def differences(charged: Iterable[Charged], billed: Iterable[Billed]) -> Mapping[UUID, list[Difference]]:
    """By consumer and then by code, without those where nothing is left. Billed lines come oldest first."""
    found: dict[tuple[UUID, UUID], Difference] = {}
    for earlier in billed:
        line = found.setdefault(earlier[:2], Difference(*earlier[1:5], earlier.unit))
        line.billed = EXACT.add(line.billed, earlier.amount)
        line.quantity = EXACT.subtract(line.quantity, earlier.quantity)
        line.corrects, line.charge_id = earlier.invoice_id, earlier.charge_id
    for now in charged:
        line = found.setdefault(now[:2], Difference(*now[1:5], now.unit))
        line.charged = EXACT.add(line.charged, now.amount)
        line.quantity = EXACT.add(line.quantity, now.quantity)
        line.charge_id, line.unit, line.name = now.charge_id, now.unit, now.name
    by_consumer: dict[UUID, list[Difference]] = defaultdict(list)
    for (consumer_id, _), line in sorted(found.items(), key=lambda item: item[1].code):
        if line.amount:
            by_consumer[consumer_id].append(line)
    return by_consumer
