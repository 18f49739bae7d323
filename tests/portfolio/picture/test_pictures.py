"""The figures behind pictures: each is what its evidence says, and what is not known is told as such."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.evidence.test_alignment import aligned
from tests.portfolio.performance_assessment.test_performance_assessment import record
from tests.portfolio.services import Services, made, refused

DECEMBER = "starts_on=2025-12-01&ends_on=2026-01-01"


@pytest.fixture
async def mail(portfolio: ServiceUnderTest, services: Services) -> dict[str, Any]:
    """In the catalog since November; today is the 15th of January 2026."""
    portfolio.clock.now = datetime(2025, 11, 20, tzinfo=UTC)
    mail = await services.operational("mail", criticality="high")
    portfolio.clock.now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    return mail


async def show(portfolio: ServiceUnderTest, path: str) -> dict[str, Any]:
    return made(await portfolio.client.get(f"/v1/{path}"))


async def cost(portfolio: ServiceUnderTest, service: dict[str, Any], amount: str, income: bool = False) -> None:
    total = {
        "service_id": service["id"],
        "cost_object_code": service["code"],
        "period_code": "2025-26-P09",
        "period_starts_on": "2025-12-01",
        "nature": "Software",
        "income": income,
        "currency": "CAD",
        "amount": amount,
    }
    await portfolio.deliver("finance.cost-posted.v1", {"source": "erp", "reference": amount, "totals": [total]})


async def test_a_bubble_is_what_a_service_is_worth_risks_and_costs(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await services.level(mail, name="Fast", weight="3")
    await record(portfolio, "99.95")
    await record(portfolio, "90", name="Fast")
    await aligned(portfolio, mail, "0.625000", 1)
    await cost(portfolio, mail, "120.50")
    await cost(portfolio, mail, "-20.00", income=True)
    (bubble,) = (await show(portfolio, f"bubble-chart?{DECEMBER}"))["items"]
    assert (bubble["value"], bubble["risk"], bubble["coverage"]) == ("0.625000", "0.7500", "1.0000")
    assert bubble["spend"] == {"amount": "100.50", "currency": "CAD"}
    told = await show(portfolio, bubble["explain"])
    assert (told["service_id"], told["cost"]["net"]) == (mail["id"], "100.50")


async def test_a_bubble_of_which_nothing_is_known_says_so(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    (bubble,) = (await show(portfolio, f"bubble-chart?{DECEMBER}"))["items"]
    assert [bubble[name] for name in ("value", "risk", "spend")] == [None, None, None]


async def test_the_heat_map_shows_windows_that_were_assessed_and_no_others(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await services.operational("disk")
    await record(portfolio, "99.95")
    made(await portfolio.client.post("/v1/performance-assessments"))
    disk, shown = (await show(portfolio, "heat-map?starts_on=2025-10-01&ends_on=2026-01-01"))["items"]
    assert (disk["code"], disk["cells"], shown["code"]) == ("disk", [], "mail")
    assert [(cell["starts_on"], cell["health"]) for cell in shown["cells"]] == [("2025-12-01", "1.0000")]
    assert (await show(portfolio, f"heat-map?{DECEMBER}&window=week"))["items"][1]["cells"] == []


async def test_the_funnel_counts_ages_and_money_by_status(portfolio: ServiceUnderTest, services: Services) -> None:
    for code, day, budget in (("a", 1, "100.00"), ("b", 5, "50.50"), ("c", 14, None)):
        portfolio.clock.now = datetime(2026, 1, day, 12, tzinfo=UTC)
        asked = {"requested_budget": {"amount": budget, "currency": "CAD"}} if budget else {}
        await services.proposed(code, **asked)
    last = await services.proposed("d")
    await services.up_to(last, "definition")
    portfolio.clock.now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    stages = {stage["status"]: stage for stage in (await show(portfolio, "pipeline-funnel"))["stages"]}
    proposed = stages["proposed"]
    assert (proposed["services"], proposed["days_mean"], proposed["days_median"]) == (3, "8.3", "10.0")
    assert (proposed["days_longest"], proposed["without_budget"]) == (14, 1)
    assert proposed["asked"] == [{"currency": "CAD", "amount": "150.50", "services": 2}]
    assert (stages["defined"]["services"], stages["defined"]["days_longest"]) == (1, 1)
    assert (stages["chartered"]["services"], stages["chartered"]["days_mean"]) == (0, None)


async def test_the_roadmap_shows_what_lives_in_the_range_or_is_planned_to(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await services.proposed("late", planned_launch_on="2026-01-05")
    await services.proposed("planned", planned_launch_on="2026-06-01")
    await services.proposed("someday")
    bars = (await show(portfolio, "roadmap?starts_on=2026-01-01&ends_on=2027-01-01"))["items"]
    assert [(bar["code"], bar["days_late"]) for bar in bars] == [("mail", None), ("late", 10), ("planned", None)]
    earlier = (await show(portfolio, "roadmap?starts_on=2025-01-01&ends_on=2025-11-20"))["items"]
    assert earlier == []


async def test_the_graph_shows_the_services_asked_for_and_what_they_use_of_one_another(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    disk, other = await services.proposed("disk", kind="supporting"), await services.proposed("other")
    for used in (disk, other):
        assert (await services.use(mail, used)).status_code == 201
    whole = await show(portfolio, "dependency-graph")
    assert [(node["code"], node["used_by"]) for node in whole["nodes"]] == [("disk", 1), ("mail", 0), ("other", 1)]
    assert {(edge["service_id"], edge["uses_id"]) for edge in whole["edges"]} == {
        (mail["id"], disk["id"]),
        (mail["id"], other["id"]),
    }
    supporting = await show(portfolio, "dependency-graph?kind=supporting")
    assert ([node["code"] for node in supporting["nodes"]], supporting["edges"]) == (["disk"], [])
    assert [node["code"] for node in (await show(portfolio, "dependency-graph?stage=catalog"))["nodes"]] == ["mail"]


async def test_a_range_must_have_a_day(portfolio: ServiceUnderTest) -> None:
    answer = await portfolio.client.get("/v1/roadmap?starts_on=2026-01-01&ends_on=2026-01-01")
    refused(answer, 422, "request.invalid")


async def test_a_relation_that_ends_makes_no_service_of_the_pipeline_younger(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    portfolio.clock.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    user, used = await services.proposed("user"), await services.proposed("used")
    assert (await services.use(user, used)).status_code == 201
    portfolio.clock.now = datetime(2026, 1, 11, 12, tzinfo=UTC)
    made(await services.step(used, "withdrawal"))
    proposed = (await show(portfolio, "pipeline-funnel"))["stages"][0]
    assert (proposed["services"], proposed["days_longest"]) == (1, 10)


async def test_what_was_turned_down_is_on_no_roadmap(portfolio: ServiceUnderTest, services: Services) -> None:
    made(await services.step(await services.proposed("no", planned_launch_on="2026-06-01"), "rejection"))
    assert (await show(portfolio, "roadmap?starts_on=2026-01-01&ends_on=2027-01-01"))["items"] == []
