"""What moved from one review to the next, and the facts between them that explain it."""

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps
from tests.strategy.evidence.facts import Facts, cost
from tests.strategy.initiative.test_gate import condition, met
from tests.strategy.initiative.test_planning import milestone
from tests.strategy.strategy_review.stories import Reviews, causes, figures, part_of
from tests.strategy.strategy_review.test_snapshots import assess, read, started


async def test_progress_is_explained_by_the_readings_between(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    fast = await steps.objective("fast")
    answered = await steps.measure(fast)  # from 60 to 80
    await read(steps, answered, "2026-01-10", "64")
    await reviews.take()
    strategy.clock.advance(hours=1)
    await read(steps, answered, "2026-01-15", "66")
    strategy.clock.advance(days=20)
    await read(steps, answered, "2026-02-01", "70")
    review = await reviews.take()
    strategy.clock.advance(hours=1)
    await read(steps, answered, "2026-02-02", "79")  # after both
    measure = (await reviews.moved("measures", review))["fast: Answered"]
    assert figures(measure) == {
        "value": ("64", "70", "changed"),
        "progress": ("0.200000", "0.500000", "better"),
    }
    assert causes(measure) == [
        ("reading_recorded", "2026-02-04", "70 was recorded for 2026-02-01 by crm."),
        ("reading_recorded", "2026-01-15", "66 was recorded for 2026-01-15 by crm."),
    ]
    assert measure["unexplained"] == []
    objective = (await reviews.moved("objectives", review))["fast"]
    assert figures(objective) == {"progress": ("0.200000", "0.500000", "better")}
    assert causes(objective) == [("measure_moved", "2026-02-01", "fast: Answered: Value went from 64 to 70.")]


async def test_a_target_that_was_changed_has_no_fact_and_explains_progress(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    answered = await steps.measure(await steps.objective("fast"))
    await read(steps, answered, "2026-01-10", "70")
    await reviews.take()
    strategy.clock.advance(days=1)
    said = ("name", "unit", "direction", "baseline", "weight")
    await steps.put(
        f"/measures/{answered['id']}", {**{name: answered[name] for name in said}, "target": "100"}, of=answered
    )
    measure = (await reviews.moved("measures"))["fast: Answered"]
    assert figures(measure) == {
        "target": ("80", "100", "changed"),
        "progress": ("0.500000", "0.250000", "worse"),
    }
    assert causes(measure) == [("other_figure", None, "Target went from 80 to 100.")]
    assert measure["unexplained"] == ["target"]


async def test_a_need_is_served_because_an_offering_was_launched(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    mail, need = await steps.service_known("mail"), await steps.need(await steps.customer("a"), importance=8)
    other = await steps.need(await steps.customer("b"), statement="Quiet")
    before = await reviews.take()
    strategy.clock.advance(days=3)
    offering = await steps.launched("one", services=[mail], needs=[need])
    await steps.put(f"/needs/{other['id']}/assessments/2026-01-17", {"importance": 8, "satisfaction": 2})
    fresh = await steps.need(await steps.customer("c"), statement="New")
    review = await reviews.take()
    needs = await reviews.moved("needs", review)
    served = needs[need["statement"]]
    assert figures(served) == {
        "state": ("open", "met", "changed"),
        "coverage_class": ("white_space", "served", "better"),
        "coverage_weight": ("8", "0", "better"),
        "offerings": ("0", "1", "changed"),
    }
    assert served["causes"][0] == {
        "kind": "other_figure",
        "on": "2026-01-18",
        "sentence": "State went from open to met.",
        "link": f"/v1/needs/{need['id']}",
        "explains": ["coverage_class", "coverage_weight"],
    }
    assert served["causes"][1] == {
        "kind": "offering_launched",
        "on": "2026-01-18",
        "sentence": "Revision 1 of the offering one was launched.",
        "link": f"/v1/offerings/{offering['id']}",
        "explains": ["coverage_class", "coverage_weight", "offerings", "state"],
    }
    assert figures(needs["Quiet"]) == {"coverage_weight": ("8", "14", "worse")}  # 8 + 6
    assert causes(needs["Quiet"]) == [("need_assessed", "2026-01-17", "Importance 8, satisfaction 2.")]
    assert causes(needs["New"]) == [("need_identified", "2026-01-18", "Head of service asked for it.")]
    assert fresh["state"] == "open"
    service = (await reviews.moved("services", review))["mail"]
    assert figures(service)["coverage_class"] == ("orphan", "served", "better")
    assert [kind for kind, *_ in causes(service)] == ["offering_launched"]
    launched = (await reviews.moved("offerings", review))["one, revision 1"]
    assert (launched["change"], [kind for kind, *_ in causes(launched)]) == ("added", ["offering_launched"])
    comparison = await steps.get(f"/strategy-reviews/{review['id']}/comparison")
    assert comparison["before"]["id"] == before["id"]
    totals = {it["name"]: (it["before"], it["after"]) for it in part_of(comparison, "needs")["totals"]}
    assert totals == {
        "count": ("2", "3"),
        "white_space": ("2", "2"),
        "white_space_weight": ("16", "22"),  # 8 + 8, then 14 + 8
        "served": ("0", "1"),
        "served_weight": ("0", "0"),
        "overlap": ("0", "0"),
        "overlap_weight": ("0", "0"),
        "closed": ("0", "0"),
        "closed_weight": ("0", "0"),
    }


async def test_a_need_reopens_because_its_service_was_retired(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    mail, need = await steps.service_known("mail"), await steps.need(await steps.customer("a"))
    strategy.clock.advance(days=-10)
    await steps.launched("one", services=[mail], needs=[need])
    await reviews.take()
    strategy.clock.advance(days=10)
    await steps.service_retired(mail, "mail")
    review = await reviews.take()
    withdrawn = "Revision 1 of the offering one was withdrawn: The service mail was retired."
    served = (await reviews.moved("needs", review))[need["statement"]]
    assert figures(served)["coverage_class"] == ("served", "white_space", "worse")
    assert ("offering_withdrawn", "2026-01-10", withdrawn) in causes(served)
    assert served["unexplained"] == []
    service = (await reviews.moved("services", review))["mail"]
    assert figures(service)["state"] == ("operational", "retired", "changed")
    assert ("other_figure", "2026-01-10", "State went from operational to retired.") in causes(service)
    gone = (await reviews.moved("offerings", review))["one, revision 1"]
    assert (gone["change"], causes(gone)) == ("removed", [("offering_withdrawn", "2026-01-10", withdrawn)])


async def test_on_the_days_of_the_reviews_what_they_have_seen_decides(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    mail, need = await steps.service_known("mail"), await steps.need(await steps.customer("a"))
    asset = await steps.asset("able", target_maturity="5")
    await steps.launched("one", services=[mail], needs=[need])
    await assess(steps, asset, "1", "2026-01-15")
    await reviews.take()
    strategy.clock.advance(hours=1)
    await steps.launched("two", services=[mail], needs=[need])
    review = await reviews.take()
    strategy.clock.advance(hours=1)
    await steps.launched("three", services=[mail], needs=[need])
    served = (await reviews.moved("needs", review))[need["statement"]]
    launches = [sentence for kind, _, sentence in causes(served) if kind == "offering_launched"]
    assert launches == ["Revision 1 of the offering two was launched."]
    assert await reviews.moved("assets", review) == {}


async def test_an_asset_matures_because_what_lies_below_it_was_assessed(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    top = await steps.asset("top", target_maturity="4")
    low = await steps.asset("low", parent_id=top["id"], target_maturity="4", weight="2")
    await assess(steps, low, "1", "2026-01-05")
    await reviews.take()
    strategy.clock.advance(days=30)
    await assess(steps, low, "3", "2026-02-01")
    moved = await reviews.moved("assets")
    assert figures(moved["top"]) == {"maturity": ("1.000000", "3.000000", "better")}
    assert figures(moved["low"]) == {
        "maturity": ("1.000000", "3.000000", "better"),
        "gap": ("6.000000", "2.000000", "better"),  # 2 · (4 − 1), 2 · (4 − 3)
    }
    why = [("asset_assessed", "2026-02-01", "low was assessed at 3 by tester. Audited.")]
    assert (causes(moved["top"]), causes(moved["low"])) == (why, why)


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


async def test_nothing_moved_between_two_reviews_of_a_moment(steps: Steps, reviews: Reviews) -> None:
    await steps.need(await steps.customer("a"))
    await steps.objective("fast")
    one, other = await reviews.take("one"), await reviews.take("other")
    comparison = await steps.get(f"/strategy-reviews/{other['id']}/comparison")
    assert (comparison["before"]["id"], comparison["after"]["id"]) == (one["id"], other["id"])
    assert all(not part["movements"] for part in comparison["parts"])
    assert part_of(comparison, "needs")["unchanged"] == 1


async def test_a_review_is_compared_with_the_one_before_or_with_any_other(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    taken: list[Made] = []
    for name in ("first", "second", "third"):
        taken.append(await reviews.take(name))
        strategy.clock.advance(days=1)
    first, _, third = taken
    before = await steps.get(f"/strategy-reviews/{third['id']}/comparison")
    assert (before["before"]["name"], before["after"]["name"]) == ("second", "third")
    for one, other in ((first, third), (third, first)):
        asked = await steps.get(f"/strategy-reviews/{one['id']}/comparison", **{"with": other["id"]})
        assert (asked["before"]["name"], asked["after"]["name"]) == ("first", "third")
    alone = await strategy.client.get(f"/v1/strategy-reviews/{first['id']}/comparison")
    assert (alone.status_code, alone.json()["code"]) == (404, "strategy.strategy-review.nothing-before")
    unknown = await strategy.client.get(f"/v1/strategy-reviews/{first['id']}/comparison", params={"with": str(uuid7())})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "request.no-such-resource")
    bent = await strategy.client.get(f"/v1/strategy-reviews/{first['id']}/comparison", params={"with": "first"})
    assert bent.status_code == 422
