"""A strategy review freezes how everything stands; what was not measured is null, and nobody changes it after."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis.testing import ServiceUnderTest
from strategy.strategy_review import assets, covered, initiatives, objectives
from tests.strategy.asset.test_capacity import ENGINEERS, hold, needed
from tests.strategy.conftest import Steps
from tests.strategy.initiative.test_following import risk
from tests.strategy.initiative.test_gate import condition, met
from tests.strategy.initiative.test_planning import milestone
from tests.strategy.strategy_review.stories import Reviews, assess, read


async def test_of_nothing_nothing_is_known(reviews: Reviews) -> None:
    snapshot = await reviews.snapshot()
    nothing = {"items": [], "left_out": 0}
    assert snapshot == {
        "shape": 1,
        "taken_at": "2026-01-15T12:00:00Z",
        "as_of": "2026-01-15",
        "objectives": nothing,
        "coverage": {"totals": [], "needs": nothing, "services": nothing},
        "market": {
            "customers": {},
            "needs": {},
            "offerings": {},
            "services": {},
            "demand_patterns": 0,
            "launched": nothing,
        },
        "assets": nothing,
        "initiatives": nothing,
        "costs": {
            "starts_on": "2025-01-01",
            "ends_on": "2026-01-01",
            "heard_at": None,
            "totals": [],
            "services": nothing,
        },
        "success": nothing,
    }


async def test_objectives_with_what_was_read_and_what_serves_them(steps: Steps, reviews: Reviews) -> None:
    fast = await steps.objective("fast", weight="3")
    await steps.objective("dark", weight="1")
    await steps.objective("over", starts_on="2024-01-01", ends_on="2025-01-01")
    answered = await steps.measure(fast, "Answered")
    await steps.measure(fast, "Complaints", direction="decrease", baseline="10", target="2", weight="3")
    await read(steps, answered, "2026-01-10", "65")
    initiative = await steps.initiative("portal")
    await steps.step(initiative, "approval", funding="Plan 2026")
    await steps.aligned(fast, initiative_id=initiative["id"])
    one, other = (await reviews.snapshot())["objectives"]["items"]
    assert (one["code"], one["progress"], one["coverage"], one["word"]) == (
        "fast",
        "0.250000",
        "0.250000",
        "on_the_way",
    )
    assert [(it["name"], it["value"], it["read_on"], it["progress"]) for it in one["measures"]["items"]] == [
        ("Answered", "65", "2026-01-10", "0.250000"),  # 5 of 20; a quarter of all weight
        ("Complaints", None, None, None),
    ]
    assert [one[name] for name in ("services", "offerings", "initiatives", "active", "funded")] == [0, 0, 1, 1, 1]
    assert (other["code"], other["progress"], other["coverage"], other["word"]) == ("dark", None, None, "not_measured")


async def test_coverage_counts_and_weighs_each_class_and_lists_the_worst_first(steps: Steps, reviews: Reviews) -> None:
    customer = await steps.customer("a")
    mail, orphan = await steps.service_known("mail"), await steps.service_known("orphan")
    served = await steps.need(customer, statement="served", importance=9)
    await steps.need(customer, statement="half met", importance=8, satisfaction=6)
    await steps.need(customer, statement="unmet", importance=7, satisfaction=1)
    offering = await steps.launched("one", services=[mail], needs=[served])
    snapshot = await reviews.snapshot()
    coverage, market = snapshot["coverage"], snapshot["market"]
    assert [tuple(it.values()) for it in coverage["totals"]] == [
        ("need", "white_space", 2, 23),  # 8 + 2 and 7 + 6
        ("need", "served", 1, 0),
        ("service", "orphan", 1, 1),
        ("service", "served", 1, 0),
    ]
    needs = [
        (it["label"], it["coverage_class"], it["coverage_weight"], it["state"]) for it in coverage["needs"]["items"]
    ]
    assert needs == [
        ("unmet", "white_space", 13, "open"),
        ("half met", "white_space", 10, "open"),
        ("served", "served", 0, "met"),
    ]
    services = [(it["subject_id"], it["state"], it["since"]) for it in coverage["services"]["items"]]
    assert services == [(str(orphan), "operational", "2026-01-15"), (str(mail), "operational", "2026-01-15")]
    assert market["customers"] == {"internal_unit": 1}
    assert (market["needs"], market["offerings"]) == ({"met": 1, "open": 2}, {"launched": 1})
    assert [it["offering_id"] for it in market["launched"]["items"]] == [offering["id"]]


async def test_assets_with_maturity_gap_and_the_use_of_the_month(steps: Steps, reviews: Reviews) -> None:
    top = await steps.asset("top", target_maturity="4")
    low = await steps.asset("low", parent_id=top["id"], target_maturity="4", weight="2")
    await steps.asset("unknown", parent_id=top["id"], target_maturity="5")
    await assess(steps, low, "1.5", "2026-01-05")
    engineers = await steps.asset("engineers", **ENGINEERS)
    await hold(steps, engineers, "2025-12", "50", used="50")
    await hold(steps, engineers, "2026-01", "80", used="30")
    await needed(steps, engineers, "90", "2026-01", service_id=await steps.service_known("mail"))
    found = {it["code"]: it for it in (await reviews.snapshot())["assets"]["items"]}
    assert list(found) == ["low", "engineers", "top", "unknown"]
    names = ("maturity", "assessed_on", "target_maturity", "gap", "leaves", "assessed")
    assert [found["low"][name] for name in names] == ["1.500000", "2026-01-05", "4", "5.000000", 1, 1]  # 2 · (4 − 1.5)
    assert [found["top"][name] for name in names] == ["1.500000", "2026-01-05", "4", None, 2, 1]
    assert [found["unknown"][name] for name in names] == [None, None, "5", None, 1, 0]
    assert found["engineers"]["capacity"] == {
        "starts_on": "2026-01-01",
        "unit": "days",
        "available": "80",
        "used": "30",
        "needed": "90",
        "use": "0.375000",
    }


PORTAL = {
    "code": "portal",
    "name": "portal",
    "status": "draft",
    "funding": None,
    "invested": [],
    "started_on": None,
    "ended_on": None,
    "milestones": 3,
    "reached": 1,
    "late": 2,
    "planned_end_on": "2026-02-10",
    "forecast_end_on": "2026-03-01",
    "critical_path_end_on": "2026-01-31",  # 10 + 20 days from January 1
    "slack_days": 10,
    "conditions": 2,
    "unmet_conditions": 1,
    "open_risks": 1,
    "exposure": [{"amount": "50.000", "currency": "CAD"}],
    "success_factors": {"met": 1},
}


async def test_initiatives_with_their_plan_gate_and_risks(steps: Steps, reviews: Reviews) -> None:
    initiative = await steps.initiative("portal", starts_on="2026-01-01")
    first = await milestone(steps, initiative, "first", 10, planned_on="2026-01-10")
    second = await milestone(steps, initiative, "second", 20, planned_on="2026-02-10")
    late = await milestone(steps, initiative, "third", 5, planned_on="2026-01-12")
    await steps.post("/milestone-dependencies", {"milestone_id": second["id"], "needs_id": first["id"]})
    done = {"planned_on": "2026-01-10", "actual_on": "2026-01-09", "reason": "Done."}
    await steps.put(f"/milestones/{first['id']}/dates", done, of=first)
    expected = {"planned_on": "2026-02-10", "forecast_on": "2026-03-01", "reason": "Later."}
    await steps.put(f"/milestones/{second['id']}/dates", expected, of=second)
    await met(steps, await condition(steps, initiative, "Training"))
    await condition(steps, initiative, "Privacy")
    await condition(steps, initiative, "Party", mandatory=False)
    await risk(steps, initiative, probability="0.5", impact={"amount": "100.00", "currency": "CAD"})
    await risk(steps, initiative, probability="0.5", impact={"amount": "10.00", "currency": "USD"}, state="closed")
    await steps.post(
        f"/initiatives/{initiative['id']}/success-factors", {"name": "Used", "told_by": "x", "state": "met"}
    )
    (found,) = (await reviews.snapshot())["initiatives"]["items"]
    del found["initiative_id"]
    assert late["slip_days"] is None  # its day went by, and nobody said anything
    assert found == PORTAL


async def test_lists_are_bounded_and_say_what_they_left_out(
    steps: Steps, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, limit in (
        (objectives, "MOST"),
        (objectives, "MEASURES"),
        (covered, "NEEDS"),
        (covered, "SERVICES"),
        (covered, "OFFERINGS"),
        (assets, "MOST"),
        (initiatives, "MOST"),
    ):
        monkeypatch.setattr(module, limit, 1)
    customer = await steps.customer("a")
    for name in ("a", "b", "c"):
        objective = await steps.objective(name)
        await steps.asset(name)
        await steps.initiative(name)
        service, need = await steps.service_known(name), await steps.need(customer, statement=name)
        await steps.launched(name, services=[service], needs=[need])
        if name == "a":
            for measure in ("one", "two"):
                await steps.measure(objective, measure)
    snapshot = await reviews.snapshot()
    lists: list[Any] = [
        *(snapshot[name] for name in ("objectives", "assets", "initiatives")),
        *(snapshot["coverage"][name] for name in ("needs", "services")),
        snapshot["market"]["launched"],
    ]
    assert [(len(it["items"]), it["left_out"]) for it in lists] == [(1, 2)] * 6
    assert snapshot["objectives"]["items"][0]["measures"]["left_out"] == 1
    assert [it["count"] for it in snapshot["coverage"]["totals"]] == [3, 3]


async def test_a_snapshot_stays_as_it_was_taken(strategy: ServiceUnderTest, steps: Steps, reviews: Reviews) -> None:
    objective = await steps.objective("fast")
    taken = await reviews.take()
    seen = await steps.get(f"/strategy-reviews/{taken['id']}")
    await read(steps, await steps.measure(objective), "2026-01-10", "70")
    assert await steps.get(f"/strategy-reviews/{taken['id']}") == seen
    for statement in (
        "UPDATE strategy_reviews SET snapshot = '{}'",
        "UPDATE strategy_reviews SET taken_by = 'nobody'",
        "UPDATE strategy_reviews SET name = 'other'",
        "DELETE FROM strategy_reviews",
    ):
        with pytest.raises(IntegrityError, match="never changes"):
            async with strategy.database.transaction() as session:
                await session.execute(text(statement))


async def test_reviews_are_listed_without_what_they_froze(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    for name in ("first", "second"):
        await reviews.take(name)
        strategy.clock.advance(days=1)
    page = await steps.get("/strategy-reviews", sort="-taken_at", limit=1)
    assert [it["name"] for it in page["items"]] == ["second"]
    assert "snapshot" not in page["items"][0]
    assert await steps.listed("/strategy-reviews", "name", sort="-taken_at", limit=1, cursor=page["next_cursor"]) == [
        "first"
    ]
    assert await steps.listed("/strategy-reviews", "name", status="concluded") == []


@pytest.mark.parametrize(
    "bad", [{}, {"name": ""}, {"name": "x" * 201}, {"name": "a\nb"}, {"name": "a", "taken_at": "2020-01-01T00:00:00Z"}]
)
async def test_a_review_that_cannot_be_is_refused(
    strategy: ServiceUnderTest, steps: Steps, bad: dict[str, Any]
) -> None:
    answer = await strategy.client.post("/v1/strategy-reviews", json=bad)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert await steps.listed("/strategy-reviews", "name") == []
