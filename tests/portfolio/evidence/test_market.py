"""What strategy says of demand and coverage is kept as evidence, the newest of each."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from portfolio.evidence.risk import risk_evidence
from portfolio.measurement.schemas import Attainment
from portfolio.service.terms import Criticality
from tests.portfolio.evidence.test_evidence import evidence
from tests.portfolio.review.evidence import AT, attainment, level
from tests.portfolio.services import Services


def volumes(year: int, *quantities: str) -> list[dict[str, str]]:
    return [{"month": f"{year}-{at + 1:02}-01", "quantity": quantity} for at, quantity in enumerate(quantities)]


async def expected(portfolio: ServiceUnderTest, pattern: UUID, service: str, *, sequence: int, **said: Any) -> None:
    told = {
        "demand_pattern_id": str(pattern),
        "code": "calls",
        "name": "Calls",
        "unit": "calls",
        "service_id": service,
        "need_id": None,
        "customer_id": None,
        "segment_id": None,
        "driver": None,
        "made_on": "2026-01-15",
        "method": "linear",
        "mean_absolute_error": "1.5",
        "observed": volumes(2025, "1000", "30", "50"),
        "expected": volumes(2026, "60", "60"),
    }
    fact = {**told, **said}
    await portfolio.deliver("strategy.demand-forecast.v1", fact, subject=pattern, sequence=sequence)


async def judged(portfolio: ServiceUnderTest, row: UUID, subject: str, sequence: int, **said: Any) -> None:
    told = {
        "subject_kind": "need",
        "subject_id": subject,
        "label": "Answers within a day",
        "service_kind": None,
        "coverage_class": "white_space",
        "before": None,
        "offerings": 0,
        "weight": 13,
        "changed_on": "2026-01-15",
    }
    fact = {**told, **said}
    await portfolio.deliver("strategy.coverage-changed.v1", fact, subject=row, sequence=sequence)


async def listed(portfolio: ServiceUnderTest, path: str, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await portfolio.client.get(f"/v1/{path}", params=query)).json()["items"]
    return items


async def test_the_latest_forecast_of_a_pattern_is_the_demand_that_is_known(portfolio: ServiceUnderTest) -> None:
    pattern, service = uuid7(), str(uuid7())
    await expected(portfolio, pattern, service, sequence=2)
    await expected(portfolio, pattern, service, sequence=1, name="Older", expected=[])
    [known] = await listed(portfolio, "known-demands", service_id=service)
    assert (known["name"], known["method"], known["mean_absolute_error"]) == ("Calls", "linear", "1.5")
    assert known["expected"] == volumes(2026, "60", "60")
    assert known["change"] == "0.5000"  # from 30 + 50 to 60 + 60, two months of each
    assert await listed(portfolio, "known-demands", service_id=str(uuid7())) == []


async def test_demand_that_was_never_counted_has_no_change(portfolio: ServiceUnderTest) -> None:
    await expected(portfolio, uuid7(), str(uuid7()), sequence=1, observed=[])
    [known] = await listed(portfolio, "known-demands")
    assert known["change"] is None


async def test_the_latest_class_of_a_need_is_the_one_that_is_known(portfolio: ServiceUnderTest) -> None:
    row, need = uuid7(), str(uuid7())
    await judged(portfolio, row, need, 2, coverage_class="overlap", before="served", offerings=2, weight=8)
    await judged(portfolio, row, need, 1)
    [known] = await listed(portfolio, "known-coverages", subject_id=need)
    assert (known["coverage_class"], known["before"], known["offerings"], known["weight"]) == (
        "overlap",
        "served",
        2,
        8,
    )
    assert await listed(portfolio, "known-coverages", coverage_class="white_space") == []
    assert len(await listed(portfolio, "known-coverages", subject_kind="need")) == 1


async def test_what_strategy_expects_of_a_service_from_everybody_is_evidence_pattern_by_pattern(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    await expected(portfolio, uuid7(), mail["id"], sequence=1)
    await expected(portfolio, uuid7(), mail["id"], sequence=1, code="boxes", name="Boxes", expected=volumes(2026, "25"))
    await expected(portfolio, uuid7(), str(uuid7()), sequence=1)
    await expected(portfolio, uuid7(), mail["id"], sequence=1, customer_id=str(uuid7()))
    await expected(portfolio, uuid7(), mail["id"], sequence=1, segment_id=str(uuid7()))
    told = (await evidence(portfolio, mail))["forecast"]
    assert told["count"] == 2
    assert [(it["code"], it["change"]) for it in told["forecasts"]] == [("boxes", "-0.5000"), ("calls", "0.5000")]


async def test_a_forecast_whose_months_are_over_is_none(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.operational("mail")
    await expected(portfolio, uuid7(), mail["id"], sequence=1, expected=volumes(2026, "60"))
    assert (await evidence(portfolio, mail))["forecast"]["count"] == 1
    portfolio.clock.advance(days=17)  # the first of February
    told = await evidence(portfolio, mail)
    assert told["forecast"] is None
    assert "forecast" in [missing["part"] for missing in told["missing"]]


async def test_how_strategy_judges_a_service_is_evidence_with_the_day_since_when(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    of_mail = {"subject_kind": "service", "coverage_class": "orphan", "weight": 2}
    await judged(portfolio, uuid7(), mail["id"], 1, **of_mail)
    await judged(portfolio, uuid7(), str(uuid7()), 1)
    told = (await evidence(portfolio, mail))["coverage"]
    assert (told["coverage_class"], told["offerings"], told["changed_on"]) == ("orphan", 0, "2026-01-15")


MET, MISSED = level(), level(outcome="missed")


@pytest.mark.parametrize(
    ("criticality", "dependants", "levels", "risk"),
    [
        (Criticality.LOW, 0, (MET, MISSED), (1, "0.5", "0.5")),
        (Criticality.CRITICAL, 0, (MET, MET, MET, MISSED), (4, "0.25", "1.00")),
        (Criticality.CRITICAL, 3, (MET, MET, MET, MISSED), (5, "0.25", "1.25")),
        (Criticality.HIGH, 1, (MET,), (4, "0", "0")),
    ],
)
def test_a_risk_is_what_hangs_on_a_service_times_how_often_it_misses(
    criticality: Criticality, dependants: int, levels: tuple[dict[str, Any], ...], risk: tuple[int, str, str]
) -> None:
    found = risk_evidence(criticality, Attainment.model_validate(attainment(*levels)), dependants=dependants, at=AT)
    assert found is not None
    assert (found.impact, found.probability, found.risk) == (risk[0], Decimal(risk[1]), Decimal(risk[2]))


def test_without_a_criticality_or_a_health_there_is_no_risk_to_tell() -> None:
    measured, unmeasured = (Attainment.model_validate(attainment(*levels)) for levels in ((MET,), ()))
    assert risk_evidence(None, measured, dependants=1, at=AT) is None
    assert risk_evidence(Criticality.HIGH, unmeasured, dependants=1, at=AT) is None
