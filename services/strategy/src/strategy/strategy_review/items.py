"""What of a snapshot is compared: the items of each part with their figures, and the sums over all of a part."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.money import Money
from strategy.coverage.model import CoverageClass, SubjectKind
from strategy.initiative.following import FactorState
from strategy.strategy_review.snapshot import (
    Listed,
    ReviewedAsset,
    ReviewedCosts,
    ReviewedInitiative,
    ReviewedMeasure,
    ReviewedObjective,
    ReviewedOffering,
    ReviewedSubject,
    ReviewSnapshot,
)
from strategy.strategy_review.terms import Figure as F
from strategy.strategy_review.terms import Part

Value = Decimal | int | date | str | None
Key = tuple[F, str | None]  # with a currency, where the figure has one per currency
Figures = Mapping[Key, Value]

OF_OBJECTIVES = F.WEIGHT, F.PROGRESS, F.COVERAGE, F.WORD, F.SERVICES, F.OFFERINGS, F.INITIATIVES, F.ACTIVE, F.FUNDED
OF_MEASURES = F.BASELINE, F.TARGET, F.VALUE, F.PROGRESS
OF_SUBJECTS = F.STATE, F.COVERAGE_CLASS, F.COVERAGE_WEIGHT, F.OFFERINGS
OF_ASSETS = F.MATURITY, F.TARGET_MATURITY, F.GAP
OF_CAPACITIES = F.AVAILABLE, F.USED, F.NEEDED
OF_INITIATIVES = (
    *(F.STATUS, F.FUNDING, F.MILESTONES, F.REACHED, F.LATE, F.PLANNED_END_ON, F.FORECAST_END_ON),
    *(F.CRITICAL_PATH_END_ON, F.SLACK_DAYS, F.UNMET_CONDITIONS, F.OPEN_RISKS),
)


OF_COSTS = F.COST, F.INCOME, F.RECOVERED


@dataclass(frozen=True)
class Compared:
    """`within` is the item of another part that this one belongs to; `since` when its state or value of now began;
    `assessed_on` the latest assessment that the snapshot has seen."""

    id: UUID
    label: str
    link: str
    figures: Figures
    within: UUID | None = None
    since: date | None = None
    assessed_on: date | None = None


@dataclass(frozen=True)
class Column:
    """The items of a part, in their order; `is_whole`: nothing was left out."""

    items: Mapping[UUID, Compared]
    is_whole: bool
    totals: Mapping[str, Decimal]


def columns(snapshot: ReviewSnapshot) -> dict[Part, Column]:
    covered, launched = snapshot.coverage, snapshot.market.launched
    measures = [(it, measure) for it in snapshot.objectives.items for measure in it.measures.items]
    unlisted = snapshot.objectives.left_out + sum(it.measures.left_out for it in snapshot.objectives.items)
    return {
        Part.OBJECTIVES: _column(snapshot.objectives, _objective),
        Part.MEASURES: _column(Listed(items=measures, left_out=unlisted), _measure),
        Part.NEEDS: _column(covered.needs, _need, _classes(snapshot, SubjectKind.NEED)),
        Part.SERVICES: _column(covered.services, _service, _classes(snapshot, SubjectKind.SERVICE)),
        Part.OFFERINGS: _column(launched, _offering),
        Part.ASSETS: _column(snapshot.assets, _asset),
        Part.INITIATIVES: _column(snapshot.initiatives, _initiative),
        Part.COSTS: _costs(snapshot.costs),
    }


def _column(
    listed: Listed[Any], told: Callable[[Any], Compared], totals: Mapping[str, Decimal] | None = None
) -> Column:
    items = {it.id: it for it in map(told, listed.items)}
    count = {"count": Decimal(len(items) + listed.left_out)}
    return Column(items, not listed.left_out, {**count, **(totals or {})})


def _classes(snapshot: ReviewSnapshot, kind: SubjectKind) -> dict[str, Decimal]:
    """Count and weight of each class; of one that is not there both are zero."""
    closed = CoverageClass.ORPHAN if kind is SubjectKind.NEED else CoverageClass.WHITE_SPACE
    found = {it.coverage_class: it for it in snapshot.coverage.totals if it.subject_kind is kind}
    totals = {}
    for name in CoverageClass:
        if name is not closed:
            of = found.get(name)
            totals[str(name)] = Decimal(of.count if of else 0)
            totals[f"{name}_weight"] = Decimal(of.weight if of else 0)
    return totals


def _costs(costs: ReviewedCosts) -> Column:
    """A service is one item, with figures per currency."""
    figures: dict[UUID, dict[Key, Value]] = defaultdict(dict)
    codes = {}
    for it in costs.services.items:
        codes[it.service_id] = it.code
        figures[it.service_id] |= {(name, it.currency): getattr(it, name) for name in OF_COSTS}
    items = {id: Compared(id, code, f"/v1/known-services?code={code}", figures[id]) for id, code in codes.items()}
    sums = {f"{name} {it.currency}": getattr(it, name) for it in costs.totals for name in OF_COSTS}
    return Column(
        items, not costs.services.left_out, {name: total for name, total in sums.items() if total is not None}
    )


def _figures(of: Any, names: Iterable[F]) -> dict[Key, Value]:
    return {(name, None): getattr(of, name) for name in names}


def _sums(name: F, amounts: Iterable[Money]) -> dict[Key, Value]:
    return {(name, money.currency): money.amount for money in amounts}


def _objective(it: ReviewedObjective) -> Compared:
    figures = _figures(it, OF_OBJECTIVES) | _sums(F.INVESTED, it.invested)
    return Compared(it.objective_id, it.code, f"/v1/objectives/{it.objective_id}", figures)


def _measure(of: tuple[ReviewedObjective, ReviewedMeasure]) -> Compared:
    objective, it = of
    label, link = f"{objective.code}: {it.name}", f"/v1/measures/{it.measure_id}"
    return Compared(
        it.measure_id, label, link, _figures(it, OF_MEASURES), within=objective.objective_id, since=it.read_on
    )


def _need(it: ReviewedSubject) -> Compared:
    return _subject(it, f"/v1/needs/{it.subject_id}")


def _service(it: ReviewedSubject) -> Compared:
    return _subject(it, f"/v1/known-services?code={it.label}")


def _subject(it: ReviewedSubject, link: str) -> Compared:
    return Compared(
        it.subject_id, it.label, link, _figures(it, OF_SUBJECTS), since=it.since, assessed_on=it.assessed_on
    )


def _offering(it: ReviewedOffering) -> Compared:
    return Compared(it.offering_id, f"{it.code}, revision {it.revision}", f"/v1/offerings/{it.offering_id}", {})


def _asset(it: ReviewedAsset) -> Compared:
    figures = _figures(it, OF_ASSETS) | (_figures(it.capacity, OF_CAPACITIES) if it.capacity else {})
    return Compared(it.asset_id, it.code, f"/v1/assets/{it.asset_id}", figures, assessed_on=it.assessed_on)


def _initiative(it: ReviewedInitiative) -> Compared:
    figures = _figures(it, OF_INITIATIVES) | _sums(F.EXPOSURE, it.exposure) | _sums(F.INVESTED, it.invested)
    if it.success_factors:
        met, missed = (it.success_factors.get(state, 0) for state in (FactorState.MET, FactorState.MISSED))
        figures |= {(F.FACTORS_MET, None): met, (F.FACTORS_MISSED, None): missed}
    return Compared(it.initiative_id, it.code, f"/v1/initiatives/{it.initiative_id}", figures)
