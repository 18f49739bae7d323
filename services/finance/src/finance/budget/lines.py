"""The lines of a budget: a tree whose leaves have twelve monthly amounts; pure, without I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chassis.money import EXACT, exact_sum, minor_unit, split
from chassis.problems import Invalid

MONTHS = 12
MOST_LINES = 10_000
FULL = Decimal(100)


class LinesUnfit(Invalid, code="finance.budget.lines-unfit"):
    """The lines do not make a budget: see the reason."""


class DocumentKind(StrEnum):
    REQUEST = "request"
    COMMITMENT = "commitment"
    ACTUAL = "actual"


class Control(StrEnum):
    STOP = "stop"
    WARN = "warn"
    IGNORE = "ignore"


class Horizon(StrEnum):
    """Yearly: what the year's budget leaves. Cumulative: what the months up to the document's leave."""

    YEARLY = "yearly"
    CUMULATIVE = "cumulative"


@dataclass(frozen=True, slots=True)
class Sums:
    """What a line has and what is used of it, in base currency: over its horizon up to a month."""

    budgeted: Decimal
    requested: Decimal
    committed: Decimal
    actual: Decimal

    @property
    def used(self) -> Decimal:
        return exact_sum([self.requested, self.committed, self.actual])

    @property
    def available(self) -> Decimal:
        """Negative when the budget is overdrawn."""
        return EXACT.subtract(self.budgeted, self.used)


def months(amounts: Sequence[Decimal] | None, total: Decimal | None, currency: str) -> list[Decimal]:
    """Twelve amounts: those given, which a given total must be the sum of, or the total spread evenly with the odd
    cents first. LinesUnfit if they do not add up."""
    if amounts is None:
        whole = total or Decimal(0)
        exponent = whole.as_tuple().exponent
        decimals = max(minor_unit(currency), -exponent if isinstance(exponent, int) else 0)
        return split(whole, [Decimal(1)] * MONTHS, decimals=decimals)
    if total is not None and exact_sum(amounts) != total:
        raise LinesUnfit(f"The months add up to {exact_sum(amounts)}, not to {total}.")
    return list(amounts)


def check_tree(parents: Mapping[str, str | None], with_amounts: Iterable[str]) -> None:
    """LinesUnfit for a parent that is not there, a loop, or an amount on a line with others below it."""
    above = {parent for parent in parents.values() if parent}
    if missing := above - parents.keys():
        raise LinesUnfit(f"There is no line {min(missing)} to stand below.")
    for code in parents:
        seen: set[str] = set()
        at: str | None = code
        while at is not None:
            if at in seen:
                raise LinesUnfit(f"The line {code} stands below itself.")
            seen.add(at)
            at = parents[at]
    if heading := sorted(above & set(with_amounts)):
        raise LinesUnfit(f"The line {heading[0]} has lines below it: its budget is their sum.")


def rolled_up(parents: Mapping[str, str | None], leaves: Mapping[str, Sequence[Decimal]]) -> dict[str, list[Decimal]]:
    """Line → its months: its own, and those of all lines below it."""
    sums: dict[str, list[Sequence[Decimal]]] = defaultdict(list)
    for code, amounts in leaves.items():
        at: str | None = code
        while at is not None:
            sums[at].append(amounts)
            at = parents.get(at)
    return {code: [exact_sum(month) for month in zip(*parts, strict=True)] for code, parts in sums.items()}


def shortfall(sums: Sequence[Sums], controls: Sequence[tuple[Control, str]]) -> tuple[list[str], list[str]]:
    """Of the lines that a document needs, it being counted already: those that stop it, and those that warn."""
    stops: list[str] = []
    warns: list[str] = []
    for line, (control, code) in zip(sums, controls, strict=True):
        if line.available < 0 and control != Control.IGNORE:
            (stops if control == Control.STOP else warns).append(code)
    return stops, warns


def percent_reached(used: Decimal, budgeted: Decimal, thresholds: Iterable[int]) -> int:
    """The highest threshold that is reached, 0 if none: any use of a budget of nothing reaches all of them."""
    if budgeted <= 0:
        return max(thresholds, default=0) if used > 0 else 0
    reached = [each for each in thresholds if EXACT.multiply(used, FULL) >= EXACT.multiply(budgeted, Decimal(each))]
    return max(reached, default=0)
