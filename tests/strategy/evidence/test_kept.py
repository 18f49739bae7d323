"""What is kept of other services' facts: added up once, replaced by what is newer, in whichever order it comes."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from strategy.evidence.kept import FullCost, KnownDecision, KnownPerformance, PostedCost, Recovery
from tests.strategy.evidence.facts import Facts, cost

MAIL = uuid7()


@pytest.fixture
def facts(strategy: ServiceUnderTest) -> Facts:
    return Facts(strategy)


async def kept(strategy: ServiceUnderTest, *columns: Any) -> list[tuple[Any, ...]]:
    async with strategy.database.transaction() as session:
        rows = (await session.execute(select(*columns).order_by(*columns))).all()
    return [tuple(str(value) if value is not None else None for value in row) for row in rows]


async def decisions(strategy: ServiceUnderTest) -> list[tuple[Any, ...]]:
    D = KnownDecision
    return await kept(strategy, D.kind, D.state, D.title, D.outcome, D.amount, D.due_on)


async def test_costs_of_a_period_add_up_and_a_repeated_fact_counts_once(
    strategy: ServiceUnderTest, facts: Facts
) -> None:
    fact = {"source": "s", "reference": "r", "totals": [cost("mail", "2025-04", "100.10", MAIL)] * 2}
    event = uuid7()
    for _ in range(2):
        await strategy.deliver("finance.cost-posted.v1", fact, id=event, subject=event, sequence=1)
    await facts.posted(cost("mail", "2025-04", "-0.20"), cost("mail", "2025-04", "-50", income=True))
    await facts.posted(cost("mail", "2025-04", "7", currency="USD"))
    P = PostedCost
    assert await kept(strategy, P.currency, P.income, P.amount, P.service_id) == [
        ("CAD", "False", "200.00", str(MAIL)),
        ("CAD", "True", "-50", None),
        ("USD", "False", "7", None),
    ]


async def test_cost_that_belongs_to_no_cost_object_is_nobodys(strategy: ServiceUnderTest, facts: Facts) -> None:
    await facts.posted({**cost("mail", "2025-04", "5"), "cost_object_code": None})
    assert await kept(strategy, PostedCost.amount) == []


async def test_an_allocation_replaces_an_older_one_of_its_model_and_range_whichever_comes_last(
    strategy: ServiceUnderTest, facts: Facts
) -> None:
    await facts.allocated("mail", MAIL, "130.00")
    strategy.clock.advance(minutes=2)
    await facts.allocated("mail", MAIL, "145.00")
    strategy.clock.advance(minutes=-1)
    await facts.allocated("mail", MAIL, "140.00")
    await facts.allocated("mail", MAIL, "12.00", ends_on="2025-03-01")
    assert await kept(strategy, FullCost.amount) == [("12.00",), ("145.00",)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (0, 2, 1)])
async def test_charges_of_a_replaced_run_do_not_count_in_whichever_order_they_come(
    strategy: ServiceUnderTest, facts: Facts, order: tuple[int, ...]
) -> None:
    first, second = uuid7(), uuid7()
    charges: list[tuple[str, UUID, UUID | None]] = [
        ("60.00", first, None),
        ("40.00", first, None),
        ("150.00", second, first),
    ]
    for at in order:
        amount, run, replaces = charges[at]
        await facts.charged("mail", MAIL, amount, run=run, replaces=replaces)
    assert await kept(strategy, Recovery.amount) == [("150.00",)]


async def test_charges_of_a_run_to_several_consumers_add_up(strategy: ServiceUnderTest, facts: Facts) -> None:
    run = uuid7()
    for amount in ("60.00", "40.00"):
        await facts.charged("mail", MAIL, amount, run=run)
    assert await kept(strategy, Recovery.amount) == [("100.00",)]


async def test_of_each_kind_of_window_the_latest_is_known_as_it_was_assessed_last(
    strategy: ServiceUnderTest, facts: Facts
) -> None:
    await facts.assessed(MAIL, "0.5", number=2)
    await facts.assessed(MAIL, "0.9", number=1)
    await facts.assessed(MAIL, "0.8", number=7, starts_on="2025-11-01", ends_on="2025-12-01")
    await facts.assessed(MAIL, None, window="quarter", starts_on="2025-10-01")
    P = KnownPerformance
    assert await kept(strategy, P.window, P.health) == [("month", "0.5"), ("quarter", None)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_decided_review_is_no_longer_open(strategy: ServiceUnderTest, facts: Facts, order: list[int]) -> None:
    review = uuid7()
    for at in order:
        await (facts.review_opened, facts.reviewed)[at](review, MAIL)
    assert await decisions(strategy) == [("review", "decided", None, "remediate", None, "2026-07-01")]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_a_business_case_stands_where_its_newest_fact_puts_it_and_keeps_what_was_said_before(
    strategy: ServiceUnderTest, facts: Facts, order: list[int]
) -> None:
    case = uuid7()
    for at in order:
        await facts.business_case(("submitted", "returned", "rejected")[at], case, MAIL, at + 1)
    expected = ("business_case", "rejected", "A second site", None, "120000.00", None)
    assert await decisions(strategy) == [expected]


async def test_a_retirement_that_is_called_off_is_not_pending(strategy: ServiceUnderTest, facts: Facts) -> None:
    await facts.of_service("retirement-cancelled", MAIL, 8)
    await facts.of_service("retiring", MAIL, 7, retires_on="2026-06-01", replacement_id=None)
    assert await decisions(strategy) == [("retirement", "cancelled", None, None, None, "2026-06-01")]


async def test_a_plan_funds_a_service_with_all_its_candidates(strategy: ServiceUnderTest, facts: Facts) -> None:
    chat = uuid7()
    await facts.funded(uuid7(), (MAIL, ["10.50", "20"]), (MAIL, ["0.50"]), (chat, ["7"]), (None, ["99"]))
    funding = await decisions(strategy)
    assert sorted(amount for *_, amount, _ in funding) == ["31.00", "7"]
    assert {(kind, state, title) for kind, state, title, *_ in funding} == {("funding", "approved", "Plan 2026")}


@pytest.mark.parametrize("fact", ["proposed", "approved", "chartered", "launched", "rejected", "withdrawn"])
async def test_a_proposal_stands_where_the_portfolio_has_brought_it(
    strategy: ServiceUnderTest, facts: Facts, fact: str
) -> None:
    await facts.of_service(fact, MAIL, 5, **{f"{fact}_on": "2026-01-05"})
    await facts.of_service("proposed", MAIL, 1)
    assert await decisions(strategy) == [("proposal", fact, "Mail", None, None, None)]
