"""Needs are stated, assessed over time, closed, reopened, and found by how much they matter."""

import asyncio
from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps

NEED: dict[str, Any] = {"statement": "Answers within a day", "asked_by": "Head of service", "importance": 9}


async def assess(strategy: ServiceUnderTest, need: Made, day: str, **ratings: int | None) -> Made:
    answer = await strategy.client.put(f"/v1/needs/{need['id']}/assessments/{day}", json=ratings)
    assert answer.is_success, answer.text
    seen: Made = answer.json()
    return seen


async def test_a_need_is_announced_with_its_score(strategy: ServiceUnderTest, steps: Steps) -> None:
    space = await steps.space("federal")
    made = await steps.post("/needs", {**NEED, "market_space_id": space["id"], "satisfaction": 4})
    assert (made["opportunity_score"], made["state"], made["identified_on"]) == (14, "open", "2026-01-15")
    [fact] = await strategy.announced("strategy.need-identified.v1")
    assert fact.data == {
        "need_id": made["id"],
        "market_space_id": space["id"],
        "customer_id": None,
        "segment_id": None,
        "statement": NEED["statement"],
        "importance": 9,
        "satisfaction": 4,
        "opportunity_score": 14,
        "identified_on": "2026-01-15",
    }


async def test_what_was_not_assessed_is_null_and_no_lowest_score(strategy: ServiceUnderTest, steps: Steps) -> None:
    customer = await steps.customer("A")
    unknown = await steps.need(customer, importance=10)
    low, high = [await steps.need(customer, importance=3, satisfaction=rating) for rating in (9, 1)]
    assert (unknown["satisfaction"], unknown["opportunity_score"]) == (None, None)
    by_score = await steps.listed("/needs", "id", sort="-opportunity_score")
    assert by_score == [high["id"], low["id"], unknown["id"]]
    assert await steps.listed("/needs", "id", assessed="false") == [unknown["id"]]
    assert await steps.listed("/needs", "id", min_opportunity=4) == [high["id"]]
    assert await steps.listed("/needs", "id", min_importance=9) == [unknown["id"]]


async def test_a_sorted_list_of_scores_goes_on_at_its_cursor(steps: Steps) -> None:
    customer = await steps.customer("A")
    made = [await steps.need(customer, importance=n, satisfaction=5 if n % 2 else None) for n in (1, 2, 3, 4, 5)]
    query: dict[str, Any] = {"sort": "opportunity_score", "limit": 2}
    first = await steps.get("/needs", **query)
    second = await steps.get("/needs", **query, cursor=first["next_cursor"])
    third = await steps.get("/needs", **query, cursor=second["next_cursor"])
    scores = [item["opportunity_score"] for page in (first, second, third) for item in page["items"]]
    assert scores == [None, None, 1, 3, 5]
    assert third["next_cursor"] is None
    assert len(made) == len(scores)


async def test_the_latest_day_is_the_current_assessment_and_all_are_kept(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    need = await steps.need(await steps.customer("A"), importance=5, identified_on="2025-06-01")
    assert (await assess(strategy, need, "2025-12-01", importance=7, satisfaction=2))["opportunity_score"] == 12
    assert (await assess(strategy, need, "2025-03-01", importance=1, satisfaction=1))["opportunity_score"] == 12
    assert (await assess(strategy, need, "2025-12-01", importance=7, satisfaction=3))["opportunity_score"] == 11
    history = (await steps.get(f"/needs/{need['id']}/assessments"))["items"]
    assert [(item["assessed_on"], item["satisfaction"]) for item in history] == [
        ("2025-03-01", 1),
        ("2025-06-01", None),
        ("2025-12-01", 3),
    ]
    facts = await strategy.announced("strategy.need-assessed.v1")
    assert [fact.data["opportunity_score"] for fact in facts] == [12, 11]


async def test_assessments_at_a_time_are_all_kept(strategy: ServiceUnderTest, steps: Steps) -> None:
    need = await steps.need(await steps.customer("A"), identified_on="2025-01-01")
    days = [f"2025-0{month}-01" for month in range(2, 8)]
    await asyncio.gather(*(assess(strategy, need, day, importance=5, satisfaction=5) for day in days))
    assert len(await steps.listed(f"/needs/{need['id']}/assessments", "assessed_on")) == 7
    assert (await steps.get(f"/needs/{need['id']}"))["assessed_on"] == "2025-07-01"


async def test_a_need_is_met_reopened_and_dropped(strategy: ServiceUnderTest, steps: Steps) -> None:
    need = await steps.need(await steps.customer("A"))
    met = await steps.post(f"/needs/{need['id']}/fulfilment", {"reason": "New process"}, of=need)
    assert (met["state"], met["state_reason"]) == ("met", "New process")
    assert await steps.listed("/needs", "id", open="true") == []
    assert await steps.listed("/needs", "id", state="met") == [need["id"]]
    reopened = await steps.post(f"/needs/{need['id']}/reopening", {"reason": "Too slow"}, of=met)
    assert await steps.listed("/needs", "state", open="true") == ["reopened"]
    [fact] = await strategy.announced("strategy.need-reopened.v1")
    assert fact.data == {"need_id": need["id"], "reason": "Too slow"}
    await steps.post(f"/needs/{need['id']}/withdrawal", {"reason": "Moved away"}, of=reopened)
    assert await steps.listed("/needs", "state", open="false") == ["dropped"]


async def test_the_statement_can_be_put_into_other_words(strategy: ServiceUnderTest, steps: Steps) -> None:
    need = await steps.need(await steps.customer("A"))
    body = {"statement": "Answers within an hour", "asked_by": "Taxpayers"}
    changed = await strategy.client.put(f"/v1/needs/{need['id']}", json=body, headers={"If-Match": '"1"'})
    assert (changed.json()["statement"], changed.json()["importance"]) == (body["statement"], need["importance"])


@pytest.mark.parametrize(
    "bad",
    [
        {"customer_id": None},
        {"importance": 0},
        {"importance": 11},
        {"importance": "9"},
        {"importance": 9.0},
        {"importance": True},
        {"importance": 10**30},
        {"satisfaction": 0},
        {"statement": ""},
        {"statement": "a\x00b"},
        {"statement": "x" * 2001},
        {"identified_on": "2026-01-16"},
        {"identified_on": 0},
        {"identified_on": "2026-02-30"},
        {"state": "met"},
    ],
)
async def test_bad_input_is_refused_and_nothing_is_stored(
    strategy: ServiceUnderTest, steps: Steps, bad: dict[str, Any]
) -> None:
    customer = await steps.customer("A")
    refused = await strategy.client.post("/v1/needs", json={**NEED, "customer_id": customer["id"], **bad})
    assert refused.status_code == 422, refused.text
    assert await steps.listed("/needs", "id") == []


async def test_a_need_has_one_beneficiary_that_exists(strategy: ServiceUnderTest, steps: Steps) -> None:
    customer, space = await steps.customer("A"), await steps.space("a")
    both = {**NEED, "customer_id": customer["id"], "market_space_id": space["id"]}
    refused = await strategy.client.post("/v1/needs", json=both)
    assert (refused.status_code, refused.json()["code"]) == (422, "strategy.need.not-one-beneficiary")
    for name in ("customer_id", "market_space_id"):
        unknown = await strategy.client.post("/v1/needs", json={**NEED, name: str(uuid7())})
        assert unknown.status_code == 404
