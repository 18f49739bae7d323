"""What is left to be billed: what is charged now, less what earlier invoices have billed of it; pure, without I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from chassis.money import EXACT


class Of(NamedTuple):
    """What lines are netted by; `consumer_id` is that of the survivor, the item null where the plan has no prices."""

    consumer_id: UUID
    cost_object_id: UUID
    item_code: str | None


class Said(NamedTuple):
    """A line of a current charge or of a final invoice; `unit` is what the quantity is counted in."""

    code: str
    name: str
    item_name: str | None
    charge_id: UUID
    amount: Decimal
    quantity: Decimal
    unit: str


class Billed(NamedTuple):
    of: Of
    said: Said
    invoice_id: UUID


@dataclass(slots=True)
class Difference:
    """Of one consumer, cost object and item. `corrects` is the last invoice that billed it; null for what none has.

    `said` is what is charged now or, where nothing is any more, what was.
    """

    of: Of
    said: Said
    charged: Decimal = Decimal(0)
    billed: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)
    corrects: UUID | None = None

    @property
    def amount(self) -> Decimal:
        return EXACT.subtract(self.charged, self.billed)


def differences(charged: Iterable[tuple[Of, Said]], billed: Iterable[Billed]) -> Mapping[UUID, list[Difference]]:
    """By consumer and then by code, without those where nothing is left. Billed lines come oldest first."""
    found: dict[Of, Difference] = {}
    for earlier in billed:
        line = found.setdefault(earlier.of, Difference(earlier.of, earlier.said))
        line.billed = EXACT.add(line.billed, earlier.said.amount)
        line.quantity = EXACT.subtract(line.quantity, earlier.said.quantity)
        line.corrects, line.said = earlier.invoice_id, earlier.said
    for of, said in charged:
        line = found.setdefault(of, Difference(of, said))
        line.charged = EXACT.add(line.charged, said.amount)
        line.quantity = EXACT.add(line.quantity, said.quantity)
        line.said = said
    by_consumer: dict[UUID, list[Difference]] = defaultdict(list)
    for line in sorted(found.values(), key=lambda each: (each.said.code, each.of.item_code or "")):
        if line.amount:
            by_consumer[line.of.consumer_id].append(line)
    return by_consumer
