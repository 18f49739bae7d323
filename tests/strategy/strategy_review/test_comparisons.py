"""What moved from one review to the next, and the facts between them that explain it."""

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps
from tests.strategy.strategy_review.stories import Reviews, assess, causes, figures, part_of, read


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
    await reviews.take()
    strategy.clock.advance(days=3)
    offering = await steps.launched("one", services=[mail], needs=[need])
    review = await reviews.take()
    served = (await reviews.moved("needs", review))[need["statement"]]
    assert figures(served) == {
        "state": ("open", "met", "changed"),
        "coverage_class": ("white_space", "served", "better"),
        "coverage_weight": ("8", "0", "better"),
        "offerings": ("0", "1", "changed"),
    }
    state = ("other_figure", "2026-01-18", "State went from open to met.")
    launch = ("offering_launched", "2026-01-18", "Revision 1 of the offering one was launched.")
    assert causes(served) == [state, launch]
    assert [(it["link"], it["explains"]) for it in served["causes"]] == [
        (f"/v1/needs/{need['id']}", ["coverage_class", "coverage_weight"]),
        (f"/v1/offerings/{offering['id']}", ["coverage_class", "coverage_weight", "offerings", "state"]),
    ]
    service = (await reviews.moved("services", review))["mail"]
    assert figures(service)["coverage_class"] == ("orphan", "served", "better")
    assert causes(service) == [launch]
    launched = (await reviews.moved("offerings", review))["one, revision 1"]
    assert (launched["change"], causes(launched)) == ("added", [launch])


async def test_a_need_weighs_more_because_it_was_assessed_or_is_new(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    quiet = await steps.need(await steps.customer("a"), statement="Quiet")
    await reviews.take()
    strategy.clock.advance(days=3)
    await steps.put(f"/needs/{quiet['id']}/assessments/2026-01-17", {"importance": 8, "satisfaction": 2})
    await steps.need(await steps.customer("b"), statement="New", importance=5)
    review = await reviews.take()
    needs = await reviews.moved("needs", review)
    assert figures(needs["Quiet"]) == {"coverage_weight": ("8", "14", "worse")}  # 8 + 6
    assert causes(needs["Quiet"]) == [("need_assessed", "2026-01-17", "Importance 8, satisfaction 2.")]
    assert causes(needs["New"]) == [("need_identified", "2026-01-18", "Head of service asked for it.")]
    part = part_of(await steps.get(f"/strategy-reviews/{review['id']}/comparison"), "needs")
    totals = {it["name"]: (it["before"], it["after"], it["difference"]) for it in part["totals"]}
    assert totals == {
        "count": ("1", "2", "1"),
        "white_space": ("1", "2", "1"),
        "white_space_weight": ("8", "19", "11"),
        **dict.fromkeys(("served", "overlap", "closed"), ("0", "0", "0")),
        **{f"{name}_weight": ("0", "0", "0") for name in ("served", "overlap", "closed")},
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
