"""Needs are ranked by opportunity as they were assessed on a day, for everybody or for one segment."""

from typing import Any

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps

BEFORE: dict[str, Any] = {"identified_on": "2024-01-01"}


async def assessed(strategy: ServiceUnderTest, need: Made, day: str, importance: int, satisfaction: int | None) -> None:
    body = {"importance": importance, "satisfaction": satisfaction}
    assert (await strategy.client.put(f"/v1/needs/{need['id']}/assessments/{day}", json=body)).is_success


async def ranked(steps: Steps, **query: Any) -> list[tuple[int, str, int]]:
    items = (await steps.get("/need-ranking", **query))["items"]
    return [(item["rank"], item["statement"], item["opportunity_score"]) for item in items]


async def test_the_greatest_opportunity_comes_first_and_equals_share_a_rank(steps: Steps) -> None:
    customer = await steps.customer("a")
    for statement, importance, satisfaction in (
        ("served", 9, 9),  # 9
        ("gap", 7, 2),  # 7 + 5 = 12
        ("equal", 6, 1),  # 6 + 5 = 11
        ("same", 6, 1),  # 11
        ("heavier", 8, 5),  # 8 + 3 = 11, more important than the two before
        ("unknown", 10, None),
    ):
        await steps.need(customer, statement=statement, importance=importance, satisfaction=satisfaction)
    places = await ranked(steps)
    assert [place[0] for place in places] == [1, 2, 3, 3, 5]
    assert places[0] == (1, "gap", 12)
    assert places[1] == (2, "heavier", 11)
    assert places[-1] == (5, "served", 9)


async def test_the_ranking_of_a_day_knows_nothing_of_later_assessments(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    customer = await steps.customer("a")
    one = await steps.need(customer, statement="one", importance=5, satisfaction=5, **BEFORE)
    two = await steps.need(customer, statement="two", importance=4, satisfaction=1, **BEFORE)
    await assessed(strategy, one, "2025-01-01", 10, 1)
    await assessed(strategy, two, "2025-06-01", 4, None)
    assert await ranked(steps, as_of="2023-12-31") == []
    assert await ranked(steps, as_of="2024-12-31") == [(1, "two", 7), (2, "one", 5)]
    assert await ranked(steps, as_of="2025-01-01") == [(1, "one", 19), (2, "two", 7)]
    assert await ranked(steps) == [(1, "one", 19)]


async def test_a_segment_has_its_own_needs_and_those_of_its_members_on_that_day(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    space, a, b = await steps.space("federal"), await steps.customer("a"), await steps.customer("b")
    few = {"code": "few", "name": "Few", "market_space_id": space["id"], "basis": "list"}
    segment = await steps.post("/segments", few)
    path = f"/v1/segments/{segment['id']}/listed-members/{a['id']}/2024-06-01"
    assert (await strategy.client.put(path, json={"valid_until": "2025-06-01"})).is_success
    await steps.need(a, statement="of a", importance=3, satisfaction=3, **BEFORE)
    await steps.need(b, statement="of b", importance=9, satisfaction=1, **BEFORE)
    own = {"statement": "of the segment", "asked_by": "Board", "importance": 5, "satisfaction": 5, **BEFORE}
    made = await steps.post("/needs", {**own, "segment_id": segment["id"]})
    assert (made["segment_id"], made["customer_id"]) == (segment["id"], None)
    asked = {"segment_id": segment["id"]}
    assert await ranked(steps, **asked, as_of="2025-01-01") == [(1, "of the segment", 5), (2, "of a", 3)]
    assert await ranked(steps, **asked) == [(1, "of the segment", 5)]
    assert await ranked(steps, customer_id=b["id"]) == [(1, "of b", 17)]
    assert await steps.listed("/needs", "statement", segment_id=segment["id"]) == ["of the segment"]
    assert await steps.listed("/needs", "statement", asked_by="Board") == ["of the segment"]


async def test_a_ranking_goes_on_at_its_cursor(steps: Steps) -> None:
    customer = await steps.customer("a")
    for importance in (1, 2, 3, 4, 5):
        await steps.need(customer, statement=f"n{importance}", importance=importance, satisfaction=10)
    first = await steps.get("/need-ranking", limit=3)
    second = await steps.get("/need-ranking", limit=3, cursor=first["next_cursor"])
    seen = [item["statement"] for page in (first, second) for item in page["items"]]
    assert (seen, second["next_cursor"]) == (["n5", "n4", "n3", "n2", "n1"], None)


async def test_closed_needs_can_be_left_out(steps: Steps) -> None:
    customer = await steps.customer("a")
    need = await steps.need(customer, statement="closed", satisfaction=3)
    await steps.need(customer, statement="still open", satisfaction=3)
    await steps.post(f"/needs/{need['id']}/withdrawal", {"reason": "Gone"}, of=need)
    assert [place[1] for place in await ranked(steps, open="true")] == ["still open"]
