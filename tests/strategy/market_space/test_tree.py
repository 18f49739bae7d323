"""Market spaces form a tree, whatever moves happen, also at one moment."""

import asyncio

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from strategy.market_space.model import MarketSpace, WithinItself
from tests.strategy.conftest import Made, Steps


def test_a_market_space_cannot_move_below_itself() -> None:
    space = MarketSpace.define(code="a", name="A", description="", owner="O", rationale="", parent_id=None)
    below = uuid7()
    with pytest.raises(WithinItself):
        space.move(under=below, ancestors_of_target=[below, space.id])
    assert space.parent_id is None


async def move(strategy: ServiceUnderTest, what: Made, under: Made | None) -> int:
    answer = await strategy.client.post(
        f"/v1/market-spaces/{what['id']}/move",
        json={"under": under and under["id"]},
        headers={"If-Match": f'"{what["version"]}"'},
    )
    return answer.status_code


async def test_a_move_takes_everything_below_along(strategy: ServiceUnderTest, steps: Steps) -> None:
    a, b = await steps.space("a"), await steps.space("b")
    inner = await steps.space("a1", parent_id=a["id"])
    await steps.space("a1a", parent_id=inner["id"])
    assert await move(strategy, inner, b) == 200
    assert await steps.listed("/market-spaces", "code", below=b["id"]) == ["a1", "a1a"]
    assert await steps.listed("/market-spaces", "code", below=a["id"]) == []


async def test_a_market_space_can_become_a_root_again(strategy: ServiceUnderTest, steps: Steps) -> None:
    a = await steps.space("a")
    b = await steps.space("b", parent_id=a["id"])
    assert await move(strategy, b, None) == 200
    assert await steps.listed("/market-spaces", "parent_id") == [None, None]


async def test_a_loop_is_refused(strategy: ServiceUnderTest, steps: Steps) -> None:
    a = await steps.space("a")
    b = await steps.space("b", parent_id=a["id"])
    assert await move(strategy, a, b) == 409
    assert await move(strategy, a, a) == 409
    assert await steps.listed("/market-spaces", "code", below=a["id"]) == ["b"]


async def test_two_moves_at_a_time_that_would_close_a_loop_do_not_both_succeed(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    tops = [await steps.space(code) for code in "abcdef"]
    inner = [await steps.space(f"{top['code']}1", parent_id=top["id"]) for top in tops]
    pairs = [(0, 1), (2, 3), (4, 5)]
    moves = [move(strategy, tops[x], inner[y]) for one, other in pairs for x, y in ((one, other), (other, one))]
    answers = await asyncio.gather(*moves)
    assert [sorted(answers[n : n + 2]) for n in (0, 2, 4)] == [[200, 409]] * 3


async def test_a_market_space_cannot_lie_in_one_that_does_not_exist(strategy: ServiceUnderTest, steps: Steps) -> None:
    nowhere = {"id": str(uuid7())}
    assert await move(strategy, await steps.space("a"), nowhere) == 404
    body = {"code": "b", "name": "B", "owner": "O", "parent_id": nowhere["id"]}
    assert (await strategy.client.post("/v1/market-spaces", json=body)).status_code == 404
