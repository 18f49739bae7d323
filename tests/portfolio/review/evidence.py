"""Evidence as tests of rules need it: a service about which nothing bad is known, and single things changed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from portfolio.evidence.schemas import Evidence

AT = datetime(2026, 4, 2, tzinfo=UTC)
SERVICE = UUID(int=1)
YEAR = {"starts_on": date(2025, 4, 1), "ends_on": date(2026, 4, 1)}


def level(**changes: Any) -> dict[str, Any]:
    return {
        "service_level_id": uuid4(),
        "name": "Available",
        "metric": "availability",
        "unit": "percent",
        "window": "month",
        "direction": "at_least",
        "target": Decimal(99),
        "outcome": "met",
        "value": Decimal(100),
        "latest_value": Decimal(100),
        "periods": 12,
        "periods_measured": 12,
        "periods_met": 12,
        "missed_in_a_row": 0,
        "as_of": AT,
        **changes,
    }


def attainment(*levels: dict[str, Any]) -> dict[str, Any]:
    counted = [each["outcome"] for each in levels]
    met, missed = counted.count("met"), counted.count("missed")
    return {
        "levels": len(levels),
        "measured": met + missed,
        "met": met,
        "missed": missed,
        "not_measured": counted.count("not_measured"),
        "health": Decimal(met) / (met + missed) if met + missed else None,
        "share_measured": None,
        "as_of": AT,
        "service_levels": list(levels),
    }


def demand(
    *, start: tuple[int, str] = (5, "100"), now: tuple[int, str] = (5, "100"), change: str = "0"
) -> dict[str, Any]:
    """(subscriptions, quantity) at the start of the range and now."""
    return {
        "at_start": {"on": date(2025, 4, 1), "subscriptions": start[0], "quantity": Decimal(start[1])},
        "now": {"on": date(2026, 4, 2), "subscriptions": now[0], "quantity": Decimal(now[1])},
        "change": Decimal(change),
        "as_of": AT,
    }


def cost(*, trend: str | None = "0", unit_cost: str | None = "0") -> dict[str, Any]:
    def moved(change: str | None) -> dict[str, Decimal] | None:
        return None if change is None else {"earlier": Decimal(10), "later": Decimal(12), "change": Decimal(change)}

    return {
        "currency": "CAD",
        "cost": Decimal(120),
        "income": Decimal(0),
        "net": Decimal(120),
        "periods": [],
        "trend": moved(trend),
        "unit_cost": moved(unit_cost),
        "as_of": AT,
    }


def recovery(ratio: str | None) -> dict[str, Any]:
    return {
        "currency": "CAD",
        "recovered": Decimal(80),
        "cost": Decimal(100),
        "basis": "posted_cost",
        "ratio": None if ratio is None else Decimal(ratio),
        "charged": [],
        "as_of": AT,
    }


def offerings(*, count: int = 1, served: int = 1, elsewhere: int = 0) -> dict[str, Any]:
    return {
        "count": count,
        "offerings": [],
        "needs_served": served,
        "needs_served_elsewhere": elsewhere,
        "highest_importance": 8,
        "as_of": AT,
    }


def forecast(*changes: str | None) -> dict[str, Any]:
    """Of one pattern each."""
    patterns = [
        {
            "demand_pattern_id": uuid4(),
            "code": f"calls-{at}",
            "name": f"Calls {at}",
            "unit": "calls",
            "made_on": date(2026, 3, 31),
            "change": None if change is None else Decimal(change),
        }
        for at, change in enumerate(changes)
    ]
    return {"count": len(patterns), "forecasts": patterns, "as_of": AT}


def coverage(coverage_class: str) -> dict[str, Any]:
    said = {"coverage_class": coverage_class, "offerings": 0, "weight": 1, "changed_on": date(2026, 1, 1)}
    return {**said, "as_of": AT}


def risk(impact: int, probability: str, risk: str) -> dict[str, Any]:
    return {"impact": impact, "probability": Decimal(probability), "risk": Decimal(risk), "as_of": AT}


def evidence(**changes: Any) -> Evidence:
    return Evidence.model_validate(
        {
            "service_id": SERVICE,
            "code": "mail",
            "name": "Mail",
            "kind": "customer_facing",
            "status": "operational",
            "criticality": None,
            **YEAR,
            "taken_at": AT,
            "cost": cost(),
            "full_costs": [],
            "recovery": recovery("1"),
            "attainment": attainment(level()),
            "demand": demand(),
            "offerings": offerings(),
            "alignment": {"score": Decimal("0.5"), "objectives": 1, "as_of": AT},
            "dependants": {"count": 0, "as_of": AT},
            "missing": [],
            **changes,
        }
    )
