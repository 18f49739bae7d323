"""What was spent, and what came of it: costs of services, money invested in initiatives, success since they began."""

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Steps
from tests.strategy.evidence.facts import Facts, cost
from tests.strategy.strategy_review.stories import Reviews, read, started


async def test_what_services_cost_and_recovered_in_the_twelve_months_before(
    steps: Steps, reviews: Reviews, finance: Facts
) -> None:
    mail, desk = await steps.service_known("mail"), await steps.service_known("desk")
    await finance.posted(
        cost("mail", "2024-12", "999"),  # before the twelve months
        cost("mail", "2025-01", "100.50", mail),
        cost("mail", "2025-12", "50", mail),
        cost("mail", "2025-12", "-30", mail, income=True),
        cost("mail", "2026-01", "999", mail),  # after them
        cost("desk", "2025-06", "70"),  # by its code alone
        cost("desk", "2025-06", "8", currency="USD"),
    )
    run = uuid7()
    await finance.charged("mail", mail, "120", run=run, starts_on="2025-01-01", ends_on="2026-01-01")
    await finance.charged("desk", desk, "77", run=uuid7(), starts_on="2025-02-01", ends_on="2026-02-01")
    costs = (await reviews.snapshot())["costs"]
    assert (costs["starts_on"], costs["ends_on"], costs["heard_at"]) == (
        "2025-01-01",
        "2026-01-01",
        "2026-01-15T12:00:00Z",
    )
    names = ("code", "currency", "cost", "income", "recovered")
    assert [tuple(it[name] for name in names) for it in costs["services"]["items"]] == [
        ("mail", "CAD", "150.50", "30", "120"),
        ("desk", "CAD", "70", None, None),
        ("desk", "USD", "8", None, None),
    ]
    assert [tuple(it.values()) for it in costs["totals"]] == [
        ("CAD", "220.50", "30", "120"),
        ("USD", "8", None, None),
    ]


@pytest.mark.parametrize("service_of_that_code", [False, True])
async def test_what_was_posted_for_an_initiative_is_invested_in_it(
    steps: Steps, reviews: Reviews, finance: Facts, service_of_that_code: bool
) -> None:
    if service_of_that_code:
        await steps.service_known("portal")
    await steps.initiative("portal")
    await finance.posted(cost("portal", "2024-03", "100"), cost("portal", "2025-03", "20.5"))
    await finance.posted(cost("portal", "2025-03", "-7", income=True))
    (found,) = (await reviews.snapshot())["initiatives"]["items"]
    invested = [] if service_of_that_code else [{"amount": "120.5", "currency": "CAD"}]
    assert found["invested"] == invested


async def test_success_is_measured_from_the_day_on_which_the_initiative_began(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews, finance: Facts
) -> None:
    fast = await steps.objective("fast")
    answered = await steps.measure(fast, "Answered")  # from 60 to 80
    unread = await steps.measure(fast, "Liked")
    await read(steps, answered, "2026-01-02", "62")
    await read(steps, answered, "2026-01-15", "64")
    initiative = await started(steps)
    await steps.aligned(fast, initiative_id=initiative["id"], strength="0.5")
    await steps.aligned(fast, initiative_id=(await steps.initiative("draft"))["id"])
    strategy.clock.advance(days=30)
    await read(steps, answered, "2026-02-10", "70")
    await finance.posted(cost("portal", "2026-01", "30000"))
    snapshot = await reviews.snapshot()
    (success,) = snapshot["success"]["items"]
    assert (success["initiative_code"], success["objective_code"], success["word"]) == ("portal", "fast", "on_the_way")
    assert (success["strength"], success["started_on"]) == ("0.5", "2026-01-15")
    assert success["invested"] == [{"amount": "30000", "currency": "CAD"}]
    assert success["measures"][0] == {
        "measure_id": answered["id"],
        "name": "Answered",
        "unit": "percent",
        "started_at": "64",
        "start_read_on": "2026-01-15",
        "target": "80",
        "value": "70",
        "read_on": "2026-02-10",
        "gained": "0.300000",  # 6 of 20
        "word": "on_the_way",
        "gained_per_thousand": "0.010000",  # 0.3 / 30
        "not_told": None,
    }
    liked = success["measures"][1]
    assert (liked["measure_id"], liked["started_at"], liked["start_read_on"]) == (unread["id"], "60", None)
    assert [liked[name] for name in ("value", "gained")] == [None, None]
    assert [liked[name] for name in ("word", "not_told")] == ["not_measured"] * 2
    assert snapshot["objectives"]["items"][0]["invested"] == success["invested"]


async def test_a_gain_of_two_initiatives_is_nobodys(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews, finance: Facts
) -> None:
    fast = await steps.objective("fast")
    answered = await steps.measure(fast)
    for code in ("portal", "robot"):
        await steps.aligned(fast, initiative_id=(await started(steps, code))["id"])
    strategy.clock.advance(days=1)
    await read(steps, answered, "2026-01-16", "80")
    await finance.posted(cost("portal", "2026-01", "10"), cost("robot", "2026-01", "5"))
    snapshot = await reviews.snapshot()
    told = [(it["word"], it["measures"][0]["not_told"]) for it in snapshot["success"]["items"]]
    assert told == [("reached", "several_initiatives")] * 2
    assert snapshot["objectives"]["items"][0]["invested"] == [{"amount": "15", "currency": "CAD"}]


async def test_sums_that_nobody_can_tell_are_not_told_and_stop_no_review(
    steps: Steps, reviews: Reviews, finance: Facts
) -> None:
    mail, desk = await steps.service_known("mail"), await steps.service_known("desk")
    await steps.initiative("portal")
    for _ in range(2):
        await finance.posted(cost("mail", "2025-12", "9" * 20, mail), cost("portal", "2025-12", "9" * 20))
    await finance.posted(cost("desk", "2025-12", "5", desk))
    snapshot = await reviews.snapshot()
    assert [(it["code"], it["cost"]) for it in snapshot["costs"]["services"]["items"]] == [
        ("desk", "5"),
        ("mail", None),
    ]
    assert snapshot["initiatives"]["items"][0]["invested"] == []
