"""Puts the evidence about services together, and says what of it is not known."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.days import DayRange
from portfolio.evidence import costs, demand, market
from portfolio.evidence.risk import risk_evidence
from portfolio.evidence.schemas import (
    AlignmentEvidence,
    CoverageEvidence,
    DependantEvidence,
    Evidence,
    ForecastEvidence,
    Missing,
    OfferingEvidence,
    Part,
)
from portfolio.measurement.queries import attainment
from portfolio.measurement.schemas import Attainment
from portfolio.service.gates import Neighbour
from portfolio.service.model import Service
from portfolio.service.queries import dependants_in_catalog

T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """What is known about some services, by their ids."""

    within: DayRange
    at: datetime
    posted: costs.Rows
    allocated: costs.Rows
    charged: costs.Rows
    attained: dict[UUID, Attainment]
    subscribed: dict[UUID, tuple[Any, ...]]
    offerings: dict[UUID, OfferingEvidence]
    alignments: dict[UUID, AlignmentEvidence | None]
    forecasts: dict[UUID, ForecastEvidence]
    coverages: dict[UUID, CoverageEvidence]
    dependants: dict[UUID, list[Neighbour]]


async def gather(session: AsyncSession, services: Sequence[Service], within: DayRange, at: datetime) -> list[Evidence]:
    """The evidence about each of these services, in a handful of statements for all of them."""
    ids = [service.id for service in services]
    found = Found(
        within=within,
        at=at,
        posted=await costs.posted(session, ids, within),
        allocated=await costs.allocated(session, ids, within),
        charged=await costs.charged(session, ids, within),
        attained=await attainment(session, ids, within, at),
        subscribed=await demand.subscribed(session, ids, start=within.starts_on, now=at),
        offerings=await demand.offerings(session, ids),
        alignments=await market.alignments(session, ids),
        forecasts=await market.forecasts(session, ids, at.date()),
        coverages=await market.coverages(session, ids),
        dependants=await dependants_in_catalog(session, ids),
    )
    return [_evidence(service, found) for service in services]


def _evidence(service: Service, found: Found) -> Evidence:
    posted, other_costs = _in_one_currency(found.posted.get(service.id))
    charged, other_charges = _in_one_currency(found.charged.get(service.id))
    start, counts = found.within.starts_on, found.subscribed.get(service.id)
    attained, dependants = found.attained[service.id], len(found.dependants.get(service.id, ()))
    too_large: list[Missing] = []
    cost = _told(too_large, Part.COST, lambda: costs.cost_evidence(posted))
    full = costs.full_cost_evidence(found.allocated.get(service.id, ()))
    evidence = Evidence(
        service_id=service.id,
        code=service.code,
        name=service.name,
        kind=service.kind,
        status=service.status,
        criticality=service.criticality,
        starts_on=found.within.starts_on,
        ends_on=found.within.ends_on,
        taken_at=found.at,
        cost=cost,
        full_costs=full,
        recovery=_told(too_large, Part.RECOVERY, lambda: costs.recovery_evidence(charged, cost, full)),
        attainment=attained,
        demand=_told(too_large, Part.DEMAND, lambda: demand.demand_evidence(counts, start, found.at)),
        offerings=found.offerings.get(service.id),
        alignment=found.alignments.get(service.id),
        forecast=found.forecasts.get(service.id),
        coverage=found.coverages.get(service.id),
        risk=risk_evidence(service.criticality, attained, dependants=dependants, at=found.at),
        dependants=DependantEvidence(count=dependants, as_of=found.at),
        missing=[],
    )
    known = {missing.part for missing in too_large}
    unknown = [it for it in (*_missing(evidence), *_unsaid(evidence, found)) if it.part not in known]
    left_out = [*_left_out(Part.COST, other_costs), *_left_out(Part.RECOVERY, other_charges)]
    return evidence.model_copy(update={"missing": [*unknown, *too_large, *left_out]})


def _told(too_large: list[Missing], part: Part, tell: Callable[[], T | None]) -> T | None:
    """A part whose sums have more digits than a figure may have is missing for that reason."""
    try:
        return tell()
    except ValidationError:
        too_large.append(Missing(part=part, reason="Its figures are too large to be told."))
        return None


def _in_one_currency(rows: Sequence[Any] | None) -> tuple[Sequence[Any], list[str]]:
    return costs.in_one_currency(rows) if rows else ((), [])


def _left_out(part: Part, currencies: Sequence[str]) -> Iterator[Missing]:
    for currency in currencies:
        yield Missing(part=part, reason=f"Amounts in {currency} are left out: they are not converted.")


def _missing(evidence: Evidence) -> Iterator[Missing]:
    attained = evidence.attainment
    if evidence.cost is None:
        yield Missing(part=Part.COST, reason="No cost has been posted for it in this range.")
    if not evidence.full_costs:
        yield Missing(part=Part.FULL_COST, reason="No allocation within this range has come to it.")
    if evidence.recovery is None:
        yield Missing(part=Part.RECOVERY, reason="No charge within this range names it.")
    elif evidence.recovery.ratio is None:
        yield Missing(part=Part.RECOVERY, reason="What the charged days cost is not known.")
    if not attained.levels:
        yield Missing(part=Part.ATTAINMENT, reason="It promises no service level.")
    elif attained.not_measured:
        reason = f"{attained.not_measured} of {attained.levels} service levels were not measured."
        yield Missing(part=Part.ATTAINMENT, reason=reason)
    if evidence.demand is None:
        yield Missing(part=Part.DEMAND, reason="Nobody has ever subscribed to it.")
    if evidence.offerings is None:
        yield Missing(part=Part.OFFERINGS, reason="No offering has ever been announced.")
    if evidence.risk is None:
        unknown = "criticality" if evidence.criticality is None else "health"
        yield Missing(part=Part.RISK, reason=f"Its {unknown} is not known.")


def _unsaid(evidence: Evidence, found: Found) -> Iterator[Missing]:
    if evidence.service_id not in found.alignments:
        yield Missing(part=Part.ALIGNMENT, reason="Strategy has never said which objectives services serve.")
    if evidence.forecast is None:
        yield Missing(part=Part.FORECAST, reason="Strategy expects no demand for it from this month on.")
    if evidence.coverage is None:
        yield Missing(part=Part.COVERAGE, reason="Strategy has never said whether offerings are made of it.")
