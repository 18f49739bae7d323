"""What a list of assignment rules would catch of stored rows, and what catches them now; pure, without I/O."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chassis.money import EXACT
from finance.assignment_rule.matching import Rule
from finance.cost_import.placement import Assigner
from finance.cost_import.schemas import CostRow

SAMPLES, SHOWN_BEFORE = 5, 50


@dataclass
class Tally:
    """Rows, and their sum per currency."""

    row_count: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)

    def add(self, value: CostRow) -> None:
        self.row_count += 1
        self.sums[value.currency] = EXACT.add(self.sums.get(value.currency, Decimal(0)), value.amount)

    @property
    def amounts(self) -> list[dict[str, Any]]:
        return [{"currency": currency, "amount": self.sums[currency]} for currency in sorted(self.sums)]


@dataclass
class Catch:
    """What a rule catches; `now` by the position of the rule in force that does today, None for no rule."""

    all: Tally = field(default_factory=Tally)
    now: dict[int | None, Tally] = field(default_factory=lambda: defaultdict(Tally))
    samples: list[Any] = field(default_factory=list)

    def add(self, value: CostRow, now: Rule | None, sample: Any) -> None:
        self.all.add(value)
        self.now[now.position if now else None].add(value)
        if len(self.samples) < SAMPLES:
            self.samples.append(sample)

    @property
    def largest_now(self) -> Sequence[tuple[int | None, Tally]]:
        """The rules that catch most of it today."""
        return sorted(self.now.items(), key=lambda it: (-it[1].row_count, it[0] or 0))[:SHOWN_BEFORE]


@dataclass
class Comparison:
    """The rules in force beside proposed ones. Cost objects and accounts are given, and so counted, apart."""

    now: Assigner
    then: Assigner
    row_count: int = 0
    cost_objects: dict[int, Catch] = field(default_factory=lambda: defaultdict(Catch))
    accounts: dict[int, Catch] = field(default_factory=lambda: defaultdict(Catch))
    unassigned_now: Tally = field(default_factory=Tally)
    unassigned_then: Tally = field(default_factory=Tally)

    def look(self, value: CostRow, attributes: Mapping[str, str], source: str, sample: Any) -> None:
        now, then = (each.judge(value, attributes, source) for each in (self.now, self.then))
        self.row_count += 1
        if then.cost_object:
            self.cost_objects[then.cost_object.position].add(value, now.cost_object, sample)
        if then.account:
            self.accounts[then.account.position].add(value, now.account, sample)
        for judged, tally in ((now, self.unassigned_now), (then, self.unassigned_then)):
            if not judged.named_id and not judged.cost_object:
                tally.add(value)
