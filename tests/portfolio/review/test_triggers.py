"""Reviews that nobody asks for: a budget is exceeded, a year has passed, promises are missed again."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from chassis.chores import carry_out
from chassis.schema import deferred_events
from chassis.testing import ServiceUnderTest
from portfolio.app import manifest
from tests.portfolio.evidence.test_evidence import posted, total
from tests.portfolio.review.test_review import CONTINUE, RETIRE, decided, opened
from tests.portfolio.services import Services, made

(OPEN,) = [chore for chore in manifest.chores if chore.name == "open reviews"]
BUDGET, OTHER = uuid4(), uuid4()


@pytest.fixture
async def mail(services: Services) -> dict[str, Any]:
    return await services.operational("mail")


async def exceeded(
    portfolio: ServiceUnderTest, service: str | None, *, budget: UUID = BUDGET, id: UUID | None = None, **said: Any
) -> UUID:
    fact = {
        "budget_id": str(budget),
        "code": "it-2025",
        "fiscal_year": "FY2025",
        "line": "mail.run",
        "service_id": service,
        "of": "actual",
        "starts_on": "2025-04-01",
        "ends_on": "2026-04-01",
        "budgeted": "1000.00",
        "amount": "1234.50",
        "currency": "CAD",
        **said,
    }
    return (
        await portfolio.deliver("finance.budget-exceeded.v1", fact, id=id, subject=id, sequence=1 if id else None)
    ).id


async def reviews(portfolio: ServiceUnderTest, **query: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = made(await portfolio.client.get("/v1/reviews", params=query))["items"]
    return listed


async def failed(portfolio: ServiceUnderTest) -> int:
    """Facts that could not be acted on."""
    async with portfolio.database.transaction() as session:
        return (await session.execute(select(func.count()).select_from(deferred_events))).scalar_one()


async def decide(portfolio: ServiceUnderTest, review: dict[str, Any], command: dict[str, Any] | None = None) -> None:
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        made(await decided(board, review, command or CONTINUE))


async def tick(portfolio: ServiceUnderTest) -> None:
    assert await carry_out(OPEN, portfolio.database, portfolio.clock()) is False


async def test_an_exceeded_budget_opens_a_review_that_says_what_opened_it(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await posted(portfolio, total(mail, "2026-01", "1234.50"))
    event = await exceeded(portfolio, mail["id"])
    (review,) = await reviews(portfolio, trigger="rule")
    assert review["cause"] == {
        "sentence": "In FY2025, 1,234.50 CAD was spent of the 1,000.00 CAD that the budget it-2025 holds for "
        "“mail.run”.",
        "link": f"/finance/v1/budgets/{BUDGET}",
        "event_id": str(event),
    }
    assert (review["opened_by"], review["status"], review["service_id"]) == ("rules", "open", mail["id"])
    assert (review["starts_on"], review["ends_on"]) == ("2025-02-01", "2026-02-01")
    shown = made(await portfolio.client.get(f"/v1/reviews/{review['id']}"))
    assert shown["evidence"]["cost"]["cost"] == "1234.50"
    (waiting,) = made(await portfolio.client.get("/v1/recommendations"))["items"]
    assert waiting["cause"] == review["cause"]


async def test_what_is_expected_to_be_exceeded_is_said_to_be_expected(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await exceeded(portfolio, mail["id"], of="forecast")
    (review,) = await reviews(portfolio)
    assert review["cause"]["sentence"].startswith("In FY2025, 1,234.50 CAD is expected to be spent of the")


async def test_whoever_may_decide_decides_what_the_rules_opened(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await exceeded(portfolio, mail["id"])
    (review,) = await reviews(portfolio)
    assert made(await decided(portfolio.client, review, CONTINUE))["decided_by"] == "tester"


async def test_the_same_fact_twice_opens_one_review(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    id = uuid4()
    await exceeded(portfolio, mail["id"], id=id)
    await exceeded(portfolio, mail["id"], id=id)
    assert len(await reviews(portfolio)) == 1


async def test_a_budget_opens_one_review_a_year_and_another_budget_another_one(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    await exceeded(portfolio, mail["id"], of="forecast")
    await decide(portfolio, (await reviews(portfolio))[0])
    portfolio.clock.advance(days=1)
    await exceeded(portfolio, mail["id"])
    await exceeded(portfolio, mail["id"], line="mail.licenses")
    assert (len(await reviews(portfolio)), await failed(portfolio)) == (1, 0)
    await exceeded(portfolio, mail["id"], budget=OTHER)
    assert len(await reviews(portfolio)) == 2
    await decide(portfolio, (await reviews(portfolio, status="open"))[0])
    portfolio.clock.advance(days=1)
    await exceeded(portfolio, mail["id"], fiscal_year="FY2026")
    assert len(await reviews(portfolio)) == 3


async def test_a_service_that_is_being_reviewed_or_has_been_since_is_not_reviewed_again(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    review = await opened(portfolio, mail)
    await exceeded(portfolio, mail["id"])
    assert len(await reviews(portfolio)) == 1
    await decide(portfolio, review)
    portfolio.clock.advance(days=-1)
    await exceeded(portfolio, mail["id"])  # of yesterday, but it comes only now
    assert len(await reviews(portfolio)) == 1
    portfolio.clock.advance(days=2)
    await exceeded(portfolio, mail["id"])
    assert len(await reviews(portfolio)) == 2


async def test_a_budget_of_no_service_of_the_catalog_opens_nothing(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    planned = await services.proposed("planned")
    for service in (None, str(uuid4()), planned["id"]):
        await exceeded(portfolio, service)
    assert await reviews(portfolio) == []
    retiring = await services.retiring("fax")
    await exceeded(portfolio, retiring["id"])
    assert [review["service_id"] for review in await reviews(portfolio)] == [retiring["id"]]
    assert await failed(portfolio) == 0


async def test_facts_that_come_at_one_moment_open_one_review(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    await asyncio.gather(*(exceeded(portfolio, mail["id"], budget=budget) for budget in (BUDGET, OTHER)))
    portfolio.clock.advance(minutes=10)
    await portfolio.inbox.retry_due()
    assert (len(await reviews(portfolio)), await failed(portfolio)) == (1, 0)


async def test_a_year_after_its_launch_a_service_is_reviewed(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    portfolio.clock.now = datetime(2027, 1, 14, 23, 59, tzinfo=UTC)
    await tick(portfolio)
    assert await reviews(portfolio) == []
    portfolio.clock.now = datetime(2027, 1, 15, tzinfo=UTC)
    await tick(portfolio)
    await tick(portfolio)
    (review,) = await reviews(portfolio)
    assert (review["trigger"], review["opened_by"]) == ("calendar", "clock")
    assert (review["starts_on"], review["ends_on"]) == ("2026-01-01", "2027-01-01")
    assert review["cause"]["sentence"] == ("It is due since 2027-01-15: twelve months after its launch on 2026-01-15.")


async def test_a_decision_puts_the_next_review_off_for_a_year(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    portfolio.clock.now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    await decide(portfolio, await opened(portfolio, mail))
    portfolio.clock.now = datetime(2027, 6, 29, 23, tzinfo=UTC)
    await tick(portfolio)
    assert len(await reviews(portfolio)) == 1
    portfolio.clock.now = datetime(2027, 6, 30, 1, tzinfo=UTC)
    await tick(portfolio)
    assert (await reviews(portfolio, status="open"))[0]["cause"]["sentence"] == (
        "It is due since 2027-06-30: twelve months after the last decision on 2026-06-30."
    )


async def test_the_clock_leaves_alone_what_is_planned_being_reviewed_or_on_its_way_out(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await opened(portfolio, mail)
    await services.proposed("planned")
    fax = await services.operational("fax")
    await decide(portfolio, await opened(portfolio, fax), RETIRE)
    portfolio.clock.now = datetime(2028, 1, 15, tzinfo=UTC)
    await tick(portfolio)
    assert await reviews(portfolio, trigger="calendar") == []


async def test_a_leap_year_is_a_whole_year(portfolio: ServiceUnderTest, services: Services) -> None:
    portfolio.clock.now = datetime(2027, 3, 1, tzinfo=UTC)
    await services.operational("chat")
    portfolio.clock.now = datetime(2028, 2, 29, tzinfo=UTC)
    await tick(portfolio)
    assert await reviews(portfolio) == []
    portfolio.clock.now = datetime(2028, 3, 1, tzinfo=UTC)
    await tick(portfolio)
    assert len(await reviews(portfolio)) == 1


async def measured(portfolio: ServiceUnderTest, *values: str | None) -> None:
    """Of the months from February 2026 on, of which each is over."""
    stated = [
        {
            "source": "m",
            "service": "mail",
            "service_level": "Available",
            "period_starts_on": f"2026-{at:02}-01",
            "value": v,
        }
        for at, v in enumerate(values, start=2)
    ]
    assert made(await portfolio.client.post("/v1/measurements", json={"measurements": stated}))["rejected"] == 0


async def test_promises_missed_again_open_a_review_once_a_year(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await services.operational("chat")
    portfolio.clock.now = datetime(2026, 6, 15, tzinfo=UTC)
    await measured(portfolio, "99.95", "98", None)
    await tick(portfolio)
    assert await reviews(portfolio) == []
    await measured(portfolio, "99.95", "98", None, "97")
    await tick(portfolio)
    await tick(portfolio)
    (review,) = await reviews(portfolio)
    assert (review["trigger"], review["opened_by"], review["service_id"]) == ("rule", "rules", mail["id"])
    assert review["cause"]["sentence"] == (
        "It missed 1 of 1 promises in the month that began on 2026-05-01, and 1 of 1 in the last one before that was "
        "measured."
    )
    await decide(portfolio, review)
    portfolio.clock.advance(days=30)
    await tick(portfolio)
    assert len(await reviews(portfolio)) == 1


async def test_promises_kept_again_open_nothing(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    portfolio.clock.now = datetime(2026, 6, 15, tzinfo=UTC)
    await measured(portfolio, "98", "98", "99.95", "98")
    await tick(portfolio)
    assert await reviews(portfolio) == []


async def test_a_service_that_is_due_and_misses_its_promises_is_reviewed_once(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    portfolio.clock.now = datetime(2027, 1, 20, tzinfo=UTC)
    await measured(portfolio, "98", "98")
    await tick(portfolio)
    assert [review["trigger"] for review in await reviews(portfolio)] == ["rule"]
