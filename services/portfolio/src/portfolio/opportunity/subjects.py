"""What rules look at: a service, its costs beside those of peers, a need, an asset; each with what is known of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from portfolio.evidence.schemas import Evidence
from portfolio.opportunity.outliers import Spread
from portfolio.opportunity.terms import SubjectKind


@dataclass(frozen=True)
class Subject:
    """`link` is the public address under which its evidence can be read."""

    kind: SubjectKind
    id: UUID
    label: str
    link: str


@dataclass(frozen=True, kw_only=True)
class SeenService:
    """`decided_on` is when its last review was decided."""

    subject: Subject
    evidence: Evidence
    launched_on: date | None
    decided_on: date | None
    today: date


@dataclass(frozen=True, kw_only=True)
class SeenCost:
    """The cost of a service per period, beside that of all services of its kind in its currency."""

    subject: Subject
    amount: Decimal
    currency: str
    as_of: date
    among: Spread


class SeenUnitCost(SeenCost):
    """The same per subscribed unit and period."""


@dataclass(frozen=True, kw_only=True)
class SeenNeed:
    """`offerings` as they were on `changed_on`, when it came into this class; `importance` from 1 to 10."""

    subject: Subject
    coverage_class: str
    offerings: int
    changed_on: date
    importance: int
    opportunity_score: int | None
    as_of: date


@dataclass(frozen=True, kw_only=True)
class SeenAsset:
    """What there was and what was used in its latest months of which the use is known."""

    subject: Subject
    unit: str
    months: int
    available: Decimal
    used: Decimal
    ends_on: date


Seen = SeenService | SeenCost | SeenNeed | SeenAsset
