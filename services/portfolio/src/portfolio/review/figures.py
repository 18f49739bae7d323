"""The measures of a decision's effect, as the evidence answers them: before the decision and since."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chassis.money import exact_sum
from portfolio.evidence.schemas import CostEvidence, Evidence, Part
from portfolio.evidence.trend import quotient
from portfolio.review.terms import MONEY, Measure

PARTS = {
    Measure.COST_PER_PERIOD: Part.COST,
    Measure.UNIT_COST: Part.COST,
    Measure.RECOVERY_RATIO: Part.RECOVERY,
    Measure.HEALTH: Part.ATTAINMENT,
    Measure.SUBSCRIBED_QUANTITY: Part.DEMAND,
    Measure.ALIGNMENT: Part.ALIGNMENT,
}
UNKNOWN = {  # although nothing in that part of the evidence is said to be missing
    Measure.COST_PER_PERIOD: "Its figures are too large to be told.",
    Measure.UNIT_COST: "No units are known that its cost could be divided by.",
    Measure.RECOVERY_RATIO: "What the charged days cost is not known.",
    Measure.HEALTH: "None of its service levels was measured.",
    Measure.SUBSCRIBED_QUANTITY: "Nobody has ever subscribed to it.",
    Measure.ALIGNMENT: "No objective in force is linked to it.",
}


@dataclass(frozen=True)
class Retired:
    """The service has retired; `months` whole months have passed since then."""

    on: date
    months: int


@dataclass(frozen=True)
class Figure:
    """What the evidence says of a measure; if that is nothing, why."""

    value: Decimal | None
    currency: str | None = None
    reason: str | None = None


Figures = Mapping[Measure, Figure]


def _cost_per_period(cost: CostEvidence) -> Decimal | None:
    return quotient(cost.cost, Decimal(len(cost.periods)))


def _unit_cost(cost: CostEvidence) -> Decimal | None:
    return quotient(cost.cost, exact_sum(period.quantity or Decimal(0) for period in cost.periods))


READ: Mapping[Measure, Callable[[Evidence], Decimal | None]] = {
    Measure.COST_PER_PERIOD: lambda evidence: _cost_per_period(evidence.cost) if evidence.cost else None,
    Measure.UNIT_COST: lambda evidence: _unit_cost(evidence.cost) if evidence.cost else None,
    Measure.RECOVERY_RATIO: lambda evidence: evidence.recovery.ratio if evidence.recovery else None,
    Measure.HEALTH: lambda evidence: evidence.attainment.health,
    Measure.SUBSCRIBED_QUANTITY: lambda evidence: evidence.demand.now.quantity if evidence.demand else None,
    Measure.ALIGNMENT: lambda evidence: evidence.alignment.score if evidence.alignment else None,
}


def figures(evidence: Evidence) -> Figures:
    """Money per period of the range; ratios as fractions; the quantity as it is on the day of the evidence."""
    return {measure: _figure(evidence, measure) for measure in Measure}


def _figure(evidence: Evidence, measure: Measure) -> Figure:
    part, value = PARTS[measure], READ[measure](evidence)
    if value is not None:
        return Figure(value, evidence.cost.currency if evidence.cost and measure in MONEY else None)
    missed = evidence.misses(part) if getattr(evidence, part) is None else None
    return Figure(None, reason=missed or UNKNOWN[measure])


def figures_since(before: Figures, evidence: Evidence, *, retired: Retired | None, months: int) -> Figures:
    """In the whole `months` since the decision. Of a retired service only its cost is left, and how much is still
    subscribed: what was posted before and is not any more, is nothing."""
    found = figures(evidence)
    if retired:
        gone = Figure(None, reason=f"It retired on {retired.on}.")
        kept = {Measure.SUBSCRIBED_QUANTITY: found[Measure.SUBSCRIBED_QUANTITY]}
        return {**dict.fromkeys(Measure, gone), **kept, Measure.COST_PER_PERIOD: _left(before, evidence, retired)}
    if not months:
        return {**found, **dict.fromkeys(MONEY, Figure(None, reason="No whole month has passed since the decision."))}
    return found


def _left(before: Figures, evidence: Evidence, retired: Retired) -> Figure:
    known = before[Measure.COST_PER_PERIOD]
    if not retired.months:
        return Figure(None, reason=f"No whole month has passed since it retired on {retired.on}.")
    if evidence.cost:
        return Figure(quotient(evidence.cost.cost, Decimal(retired.months)), evidence.cost.currency)
    return known if known.value is None else Figure(Decimal(0), known.currency)
