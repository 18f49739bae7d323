"""What rules look at, as tests need it: a service about which nothing is to be found, and single things changed."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from portfolio.opportunity.finding import Finding
from portfolio.opportunity.outliers import Spread
from portfolio.opportunity.rules import findings
from portfolio.opportunity.subjects import (
    Seen,
    SeenAsset,
    SeenCost,
    SeenNeed,
    SeenService,
    SeenUnitCost,
    Subject,
)
from portfolio.opportunity.terms import SubjectKind
from tests.portfolio.review.evidence import evidence

ID, DAY = UUID(int=1), date(2026, 4, 2)


def subject(kind: SubjectKind, label: str) -> Subject:
    return Subject(kind, ID, label, f"/somewhere/{ID}")


def service(*, launched_on: date | None = date(2026, 1, 1), **changes: Any) -> SeenService:
    """`changes` are those of the evidence and of the last review."""
    decided_on = changes.pop("decided_on", None)
    return SeenService(
        subject=subject(SubjectKind.SERVICE, "Mail"),
        evidence=evidence(**changes),
        launched_on=launched_on,
        decided_on=decided_on,
        today=DAY,
    )


def cost(amount: str, *, count: int = 9, hinges: tuple[str, str, str] = ("90", "100", "110")) -> SeenCost:
    return SeenCost(**_compared(amount, count, hinges))


def unit_cost(amount: str, *, count: int = 9, hinges: tuple[str, str, str] = ("90", "100", "110")) -> SeenUnitCost:
    return SeenUnitCost(**_compared(amount, count, hinges))


def _compared(amount: str, count: int, hinges: tuple[str, str, str]) -> dict[str, Any]:
    spread = Spread(count, *(Decimal(hinge) for hinge in hinges))
    of = subject(SubjectKind.SERVICE, "Mail")
    return {"subject": of, "amount": Decimal(amount), "currency": "CAD", "as_of": DAY, "among": spread}


def need(
    coverage_class: str = "white_space", *, importance: int = 7, score: int | None = None, offerings: int = 0
) -> SeenNeed:
    return SeenNeed(
        subject=subject(SubjectKind.NEED, "Answers within a day"),
        coverage_class=coverage_class,
        offerings=offerings,
        changed_on=DAY,
        importance=importance,
        opportunity_score=score,
        as_of=DAY,
    )


def asset(used: str, available: str = "300", *, months: int = 3) -> SeenAsset:
    return SeenAsset(
        subject=subject(SubjectKind.ASSET, "Engineers"),
        unit="days",
        months=months,
        available=Decimal(available),
        used=Decimal(used),
        ends_on=DAY,
    )


def fired(seen: Seen) -> list[str]:
    return [finding.rule.name for finding in findings(seen)]


def the_one(seen: Seen) -> Finding:
    [finding] = findings(seen)
    return finding
