"""Why initiatives, objectives and costs moved: steps, milestones, alignments, postings."""

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Steps
from tests.strategy.evidence.facts import Facts, cost
from tests.strategy.initiative.test_gate import condition, met
from tests.strategy.initiative.test_planning import milestone
from tests.strategy.strategy_review.stories import Reviews, causes, figures, part_of, started


async def test_an_initiative_slips_and_says_why(strategy: ServiceUnderTest, steps: Steps, reviews: Reviews) -> None:
    initiative = await started(steps)
    pilot = await milestone(steps, initiative, "pilot", 30, planned_on="2026-03-01")
    await milestone(steps, initiative, "forgotten", 5, planned_on="2026-01-20")
    await reviews.take()
    strategy.clock.advance(days=10)
    late = {"planned_on": "2026-03-01", "forecast_on": "2026-04-10", "reason": "The supplier is late."}
    await steps.put(f"/milestones/{pilot['id']}/dates", late, of=pilot)
    await steps.step(initiative, "hold")
    moved = (await reviews.moved("initiatives"))["portal"]
    assert figures(moved) == {
        "status": ("executing", "on_hold", "changed"),
        "late": ("0", "2", "worse"),
        "forecast_end_on": ("2026-03-01", "2026-04-10", "worse"),
    }
    assert [it["difference"] for it in moved["figures"]] == [None, "2", "40"]
    assert causes(moved) == [
        ("step_taken", "2026-01-25", "portal went from executing to on_hold: Agreed."),
        (
            "milestone_dated",
            "2026-01-25",
            "Milestone pilot, planned for 2026-03-01, expected on 2026-04-10: The supplier is late.",
        ),
        ("milestone_overdue", "2026-01-20", "Milestone forgotten was planned for this day and not reached."),
    ]
    assert moved["unexplained"] == []


async def test_milestones_reached_and_conditions_met_are_told(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    initiative = await steps.initiative("portal")
    pilot = await milestone(steps, initiative, "pilot", 30, planned_on="2026-03-01")
    training = await condition(steps, initiative, "Training")
    await reviews.take()
    strategy.clock.advance(days=10)
    done = {"planned_on": "2026-03-01", "actual_on": "2026-01-20", "reason": "Done."}
    await steps.put(f"/milestones/{pilot['id']}/dates", done, of=pilot)
    await met(steps, training)
    fresh = await steps.initiative("robot")
    movements = await reviews.moved("initiatives")
    assert causes(movements["robot"]) == [("initiative_opened", fresh["opened_on"], "robot was opened.")]
    assert figures(movements["portal"]) == {
        "reached": ("0", "1", "better"),
        "forecast_end_on": ("2026-03-01", "2026-01-20", "better"),
        "unmet_conditions": ("1", "0", "better"),
    }
    assert [it["explains"] for it in movements["portal"]["causes"]] == [
        ["forecast_end_on", "reached"],
        ["unmet_conditions"],
    ]


async def test_a_plan_grows_by_the_milestones_that_were_added(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    initiative = await steps.initiative("portal", starts_on="2026-01-01")
    await milestone(steps, initiative, "pilot", 30, planned_on="2026-03-01")
    await reviews.take()
    strategy.clock.advance(days=10)
    await milestone(steps, initiative, "rollout", 40, planned_on="2026-04-01")
    await steps.post(
        f"/initiatives/{initiative['id']}/success-factors", {"name": "Used", "told_by": "x", "state": "met"}
    )
    moved = (await reviews.moved("initiatives"))["portal"]
    assert figures(moved) == {
        "milestones": ("1", "2", "changed"),
        "planned_end_on": ("2026-03-01", "2026-04-01", "changed"),
        "forecast_end_on": ("2026-03-01", "2026-04-01", "worse"),
        "critical_path_end_on": ("2026-01-31", "2026-02-10", "worse"),
        "slack_days": ("29", "50", "better"),
        "factors_met": (None, "1", "first_known"),
        "factors_missed": (None, "0", "first_known"),
    }
    planned = "Milestone rollout, planned for 2026-04-01, expected on 2026-04-01: Planned."
    assert ("milestone_planned", "2026-01-25", planned) in causes(moved)
    assert moved["unexplained"] == ["factors_met", "factors_missed"]


async def test_an_objective_is_served_by_more_because_it_was_aligned_and_paid(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews, finance: Facts
) -> None:
    fast = await steps.objective("fast")
    initiative = await started(steps)
    await reviews.take()
    strategy.clock.advance(days=5)
    await steps.aligned(fast, initiative_id=initiative["id"], starts_on="2026-01-18")
    await steps.objective("new", starts_on="2026-01-19")
    await finance.posted(cost("portal", "2026-01", "100"))
    moved = await reviews.moved("objectives")
    assert figures(moved["fast"]) == {
        "initiatives": ("0", "1", "changed"),
        "active": ("0", "1", "changed"),
        "funded": ("0", "1", "changed"),
        "invested": (None, "100", "first_known"),
    }
    assert causes(moved["fast"]) == [
        ("cost_posted", "2026-01-20", "The cost of the period from 2026-01-01 came to 100 CAD."),
        ("alignment_started", "2026-01-18", "portal is aligned with strength 1 from this day."),
    ]
    assert causes(moved["new"]) == [("objective_in_force", "2026-01-19", "new came into force.")]


async def test_costs_move_by_postings_charges_and_the_months_that_count(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews, finance: Facts
) -> None:
    mail = await steps.service_known("mail")
    await finance.posted(cost("mail", "2025-01", "40", mail), cost("mail", "2025-06", "60", mail))
    await reviews.take()
    strategy.clock.advance(days=31)
    await finance.posted(cost("mail", "2025-06", "5", mail))
    await finance.charged("mail", mail, "33", run=uuid7(), starts_on="2025-07-01", ends_on="2025-08-01")
    review = await reviews.take()
    moved = (await reviews.moved("costs", review))["mail"]
    assert figures(moved) == {
        "cost": ("100", "65", "changed"),  # January 2025 counts no more
        "recovered": (None, "33", "first_known"),
    }
    assert causes(moved) == [
        ("cost_posted", "2026-02-15", "The cost of the period from 2025-06-01 came to 65 CAD."),
        ("charges_issued", "2026-02-15", "Charges for 2025-07-01 to 2025-08-01 ask for 33 CAD."),
        ("other_months", None, "The twelve months begin on 2025-02-01 instead of 2025-01-01."),
    ]
    totals = part_of(await steps.get(f"/strategy-reviews/{review['id']}/comparison"), "costs")["totals"]
    assert [tuple(it.values()) for it in totals] == [
        ("cost CAD", "100", "65", "-35"),
        ("recovered CAD", None, "33", None),
    ]
