"""Direct and step-down allocation, idle capacity and rounding as rules: nothing lost, nothing counted twice."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.allocation_model.model import AllocationMethod, IdleCapacity
from finance.allocation_run.calculation import rounded_shares
from finance.allocation_run.pool import Pool, amount_of
from tests.finance.allocation_run.pools import carried, pool

DIRECT, STEP_DOWN, RECIPROCAL = AllocationMethod
WHOLE = 10**12

cents = st.integers(-(10**14), 10**14).map(lambda number: f"{Decimal(number).scaleb(-2)}")
quantities = st.dictionaries(st.sampled_from("ABCDXYZ"), st.integers(0, 10**9), max_size=7)


@st.composite
def any_pools(draw: Any) -> list[Pool[str]]:
    """Pools that may serve one another or have capacity to spare; each serves X, so that no loop is closed."""
    return [
        pool(
            name,
            draw(cents),
            {**draw(quantities), "X": draw(st.integers(1, 100))},
            capacity=draw(st.none() | st.decimals(1, 10**10, places=2)),
            idle=draw(st.sampled_from([IdleCapacity.LEAVE, IdleCapacity.SPREAD])),
        )
        for name in "ABCD"[: draw(st.integers(1, 4))]
    ]


@given(method=st.sampled_from(AllocationMethod), pools=any_pools())
def test_what_goes_in_is_allocated_or_stays_to_the_last_digit(method: AllocationMethod, pools: list[Pool[str]]) -> None:
    standing = carried(method, pools)  # which proves it
    assert standing.allocated + standing.unallocated == sum(each.brought for each in pools)


@given(costs=st.lists(cents, min_size=3, max_size=3), uses=st.lists(st.integers(1, 10**6), min_size=5, max_size=5))
def test_with_one_driver_for_all_the_three_methods_agree(costs: list[str], uses: list[int]) -> None:
    everybody = dict(zip("ABCXY", uses, strict=True))
    pools = [pool(name, cost, everybody) for name, cost in zip("ABC", costs, strict=True)]
    direct, step_down, reciprocal = (carried(method, pools).got for method in AllocationMethod)
    for name in "XY":
        assert abs(direct[name] - step_down[name]) < 20
        assert abs(direct[name] - reciprocal[name]) < 20


def test_a_direct_pool_passes_over_other_pools() -> None:
    pools = [pool("A", "100.00", {"B": 98, "X": 1, "Y": 1}), pool("B", "10.00", {"A": 5, "X": 1})]
    standing = carried(DIRECT, pools)
    assert (standing.got["X"], standing.got["Y"], standing.got["B"]) == (60 * WHOLE, 50 * WHOLE, 0)


def test_a_closed_pool_receives_nothing_more_so_the_order_counts() -> None:
    a, b = pool("A", "100.00", {"B": 1, "X": 1}), pool("B", "10.00", {"A": 1, "Y": 1})
    first_a, first_b = carried(STEP_DOWN, [a, b]).got, carried(STEP_DOWN, [b, a]).got
    assert (first_a["X"], first_a["Y"]) == (50 * WHOLE, 60 * WHOLE)
    assert (first_b["X"], first_b["Y"]) == (105 * WHOLE, 5 * WHOLE)


def test_a_pool_does_not_serve_itself() -> None:
    assert carried(STEP_DOWN, [pool("A", "100.00", {"A": 99, "X": 1})]).got == {"X": 100 * WHOLE}


def test_a_pool_without_anybody_to_serve_keeps_its_cost() -> None:
    standing = carried(DIRECT, [pool("A", "100.00", {"X": 0})])
    assert (standing.unallocated, standing.bears("A")) == (100 * WHOLE, 100 * WHOLE)


@pytest.mark.parametrize(
    ("idle", "users", "shown", "stays"),
    [(IdleCapacity.LEAVE, 60, 0, 40), (IdleCapacity.SPREAD, 100, 0, 0), (IdleCapacity.SHOW, 60, 40, 0)],
)
def test_the_cost_of_idle_capacity_stays_is_spread_or_is_shown(
    idle: IdleCapacity, users: int, shown: int, stays: int
) -> None:
    """100.00 for 10 machines of which 6 are used: 10.00 each at practical capacity."""
    shown_on = "IDLE" if idle == IdleCapacity.SHOW else None
    one = pool("A", "100.00", {"X": 1, "Y": 5}, capacity=Decimal(10), idle=idle, idle_to=shown_on)
    standing = carried(DIRECT, [one])
    assert standing.got["X"] + standing.got["Y"] == users * WHOLE
    assert (standing.got["IDLE"], standing.bears("A")) == (shown * WHOLE, stays * WHOLE)


def test_capacity_that_a_closed_pool_uses_is_not_idle() -> None:
    pools = [pool("A", "100.00", {"B": 5, "X": 5}, capacity=Decimal(10)), pool("B", "0", {"X": 1})]
    assert carried(DIRECT, pools).unallocated == 0


def test_a_pool_used_beyond_its_capacity_has_nothing_idle() -> None:
    assert carried(DIRECT, [pool("A", "100.00", {"X": 12}, capacity=Decimal(10))]).got["X"] == 100 * WHOLE


def test_a_negative_cost_is_shared_like_a_positive_one() -> None:
    got = carried(DIRECT, [pool("A", "-0.03", {"X": 1, "Y": 2})]).got
    assert (amount_of(got["X"]), amount_of(got["Y"])) == (Decimal("-0.01"), Decimal("-0.02"))


@given(exact=st.lists(st.integers(-(10**16), 10**16), min_size=1, max_size=20), decimals=st.sampled_from([0, 2, 3]))
def test_parts_are_rounded_once_and_add_up_to_their_sum(exact: list[int], decimals: int) -> None:
    unit = 10 ** (12 - decimals)
    exact.append(-sum(exact) % unit)
    rounded = rounded_shares(exact, decimals)
    assert sum(rounded) == sum(exact)
    assert all(each % unit == 0 and abs(each - before) < unit for each, before in zip(rounded, exact, strict=True))


def test_equal_remainders_are_settled_by_order_and_dust_does_not_count() -> None:
    assert rounded_shares([WHOLE // 200, WHOLE // 200 + 1, WHOLE // 100 - 1], 2) == [WHOLE // 100, 0, WHOLE // 100]


def test_a_negative_sum_is_rounded_as_the_mirror_of_the_positive_one() -> None:
    assert rounded_shares([-WHOLE // 200, -WHOLE // 200], 2) == [-WHOLE // 100, 0]
