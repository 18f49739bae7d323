"""Customers form a tree, whatever moves and mergers happen, also at one moment."""

import asyncio

import pytest

from chassis.testing import ServiceUnderTest
from strategy.customer.model import Customer, CustomerKind, Merged, WithinItself
from tests.strategy.conftest import Made, Steps


def customer(code: str, parent: Customer | None = None) -> Customer:
    under = parent.id if parent else None
    return Customer.register(code=code, name=code, kind=CustomerKind.INTERNAL_UNIT, parent_id=under)


def test_a_customer_cannot_move_below_itself() -> None:
    top = customer("top")
    below = customer("below", top)
    with pytest.raises(WithinItself):
        top.move(under=below.id, ancestors_of_target=[below.id, top.id])
    assert top.parent_id is None


def test_a_merged_customer_cannot_move() -> None:
    one, other = customer("one"), customer("other")
    one.merge_into(other, children=[], survivor_is_below=False)
    with pytest.raises(Merged):
        one.move(under=None, ancestors_of_target=[])


async def move(strategy: ServiceUnderTest, what: Made, under: Made | None) -> int:
    answer = await strategy.client.post(
        f"/v1/customers/{what['id']}/move",
        json={"under": under and under["id"]},
        headers={"If-Match": f'"{what["version"]}"'},
    )
    return answer.status_code


async def test_a_move_takes_everything_below_along_and_is_announced(strategy: ServiceUnderTest, steps: Steps) -> None:
    a, b = await steps.customer("A"), await steps.customer("B")
    branch = await steps.customer("A1", parent_id=a["id"])
    await steps.customer("A1a", parent_id=branch["id"])
    assert await move(strategy, branch, b) == 200
    assert await steps.listed("/customers", "code", below=b["id"]) == ["A1", "A1a"]
    [fact] = await strategy.announced("strategy.customer-changed.v1")
    assert fact.data["parent_id"] == b["id"]


async def test_a_loop_is_refused(strategy: ServiceUnderTest, steps: Steps) -> None:
    a = await steps.customer("A")
    b = await steps.customer("B", parent_id=a["id"])
    c = await steps.customer("C", parent_id=b["id"])
    assert await move(strategy, a, c) == 409
    assert await move(strategy, a, a) == 409
    assert await steps.listed("/customers", "code", below=a["id"]) == ["B", "C"]


async def test_two_moves_at_a_time_that_would_close_a_loop_do_not_both_succeed(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    tops = [await steps.customer(code) for code in "ABCDEF"]
    inner = [await steps.customer(f"{top['code']}1", parent_id=top["id"]) for top in tops]
    pairs = [(0, 1), (2, 3), (4, 5)]
    moves = [move(strategy, tops[x], inner[y]) for one, other in pairs for x, y in ((one, other), (other, one))]
    answers = await asyncio.gather(*moves)
    assert [sorted(answers[n : n + 2]) for n in (0, 2, 4)] == [[200, 409]] * 3
