"""Somebody else than who took a review concludes it, once; what is to be done has an owner and a day."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps
from tests.strategy.strategy_review.stories import Reviews

BODY: dict[str, Any] = {
    "conclusions": "The portal needs its second release.",
    "actions": [{"action": "Fund it", "owner": "Head of digital", "due_on": "2026-03-31"}],
}


def board(strategy: ServiceUnderTest, subject: str = "board") -> httpx.AsyncClient:
    return strategy.as_caller("strategy:strategy-review:conclude", subject=subject)


async def conclude(client: httpx.AsyncClient, review: Made, body: dict[str, Any] | None = None) -> httpx.Response:
    headers = {"If-Match": f'"{review["version"]}"'}
    return await client.post(f"/v1/strategy-reviews/{review['id']}/conclusion", json=body or BODY, headers=headers)


async def test_a_conclusion_is_kept_and_announced(strategy: ServiceUnderTest, steps: Steps, reviews: Reviews) -> None:
    review = await reviews.take("Winter")
    strategy.clock.advance(days=2)
    answer = await conclude(board(strategy), review)
    assert answer.status_code == 200, answer.text
    seen = await steps.get(f"/strategy-reviews/{review['id']}")
    assert (seen["status"], seen["concluded_by"], seen["concluded_at"]) == (
        "concluded",
        "board",
        "2026-01-17T12:00:00Z",
    )
    assert (seen["conclusions"], seen["actions"]) == (BODY["conclusions"], BODY["actions"])
    (fact,) = await strategy.announced("strategy.strategy-reviewed.v1")
    assert fact.data == {
        "strategy_review_id": review["id"],
        "name": "Winter",
        "taken_on": "2026-01-15",
        "concluded_on": "2026-01-17",
        **BODY,
    }


async def test_nobody_concludes_a_review_that_they_took(strategy: ServiceUnderTest, reviews: Reviews) -> None:
    answer = await conclude(strategy.client, await reviews.take())
    assert (answer.status_code, answer.json()["code"]) == (403, "strategy.strategy-review.own-review")
    assert await strategy.announced("strategy.strategy-reviewed.v1") == []


async def test_of_two_who_conclude_at_one_moment_one_does(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews
) -> None:
    review = await reviews.take()
    people = [board(strategy, name) for name in ("one", "two")]
    answers = await asyncio.gather(*(conclude(client, review) for client in people))
    done, late = sorted(answer.status_code for answer in answers)
    assert (done, late in (409, 412)) == (200, True)
    assert len(await strategy.announced("strategy.strategy-reviewed.v1")) == 1
    seen = await steps.get(f"/strategy-reviews/{review['id']}")
    again = await conclude(board(strategy, "three"), seen)
    assert (again.status_code, again.json()["code"]) == (409, "strategy.strategy-review.already-concluded")


async def test_what_was_concluded_never_changes(strategy: ServiceUnderTest, reviews: Reviews) -> None:
    assert (await conclude(board(strategy), await reviews.take())).status_code == 200
    with pytest.raises(IntegrityError, match="never changes"):
        async with strategy.database.transaction() as session:
            await session.execute(text("UPDATE strategy_reviews SET conclusions = 'All is well.'"))


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"conclusions": ""}, "request.invalid"),
        ({"actions": [{"action": "", "owner": "a", "due_on": "2026-03-31"}]}, "request.invalid"),
        ({"actions": [{"action": "Do", "owner": "a"}]}, "request.invalid"),
        ({"actions": [{"action": "Do", "owner": "a", "due_on": "2026-02-30"}]}, "request.invalid"),
        ({"actions": BODY["actions"] * 51}, "request.invalid"),
        (
            {"actions": [{"action": "Do", "owner": "a", "due_on": "2026-01-14"}]},
            "strategy.strategy-review.action-overdue",
        ),
    ],
)
async def test_a_conclusion_that_cannot_be_is_refused(
    strategy: ServiceUnderTest, steps: Steps, reviews: Reviews, bad: dict[str, Any], code: str
) -> None:
    review = await reviews.take()
    answer = await conclude(board(strategy), review, {**BODY, **bad})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await steps.listed("/strategy-reviews", "status") == ["open"]


async def test_a_conclusion_needs_its_permission_and_the_version(strategy: ServiceUnderTest, reviews: Reviews) -> None:
    review = await reviews.take()
    reader = strategy.as_caller("strategy:strategy-review:write", subject="reader")
    assert (await conclude(reader, review)).status_code == 403
    assert (await conclude(board(strategy), {**review, "version": 7})).status_code == 412
    path = f"/v1/strategy-reviews/{review['id']}/conclusion"
    assert (await board(strategy).post(path, json=BODY)).status_code == 428


async def test_an_action_may_be_due_today(strategy: ServiceUnderTest, reviews: Reviews) -> None:
    today = {"actions": [{"action": "Do", "owner": "a", "due_on": "2026-01-15"}]}
    assert (await conclude(board(strategy), await reviews.take(), {**BODY, **today})).status_code == 200
