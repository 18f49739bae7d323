"""What carrying out a charge plan comes to, before any of it is kept."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from chassis.money import exact_sum
from finance.charge.line import Charged


@dataclass(frozen=True)
class Work:
    """`uncharged` in the words of `schemas.UnchargedView`."""

    currency: str
    lines: list[Charged]
    uncharged: list[dict[str, str]]
    allocation_run_id: UUID | None

    @property
    def total(self) -> Decimal:
        return exact_sum(line.amount for line in self.lines)
