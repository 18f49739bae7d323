"""Reciprocal allocation as a rule: the exact solution to the last unit, and no loop that keeps its cost for ever."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.allocation_model.model import AllocationMethod
from finance.allocation_run.pool import Pool
from finance.allocation_run.reciprocal import LoopWithoutLeak
from tests.finance.allocation_run.pools import carried, pool

RECIPROCAL = AllocationMethod.RECIPROCAL
SUPPORT, OPERATING = "ABCDEF", "XYZ"

costs = st.integers(-(10**12), 10**12).map(lambda cents: f"{cents / 100:.2f}")
quantities = st.integers(0, 10**6)


@st.composite
def coupled(draw: Any) -> list[Pool[str]]:
    """Up to six pools that serve one another, each of them with a part for some who operates."""
    names = SUPPORT[: draw(st.integers(1, len(SUPPORT)))]
    pools = []
    for name in names:
        uses = {other: draw(quantities) for other in names if other != name}
        uses |= {other: draw(quantities) for other in OPERATING[1:]} | {"X": draw(st.integers(1, 10**6))}
        pools.append(pool(name, draw(costs), uses))
    return pools


def solved(pools: list[Pool[str]]) -> dict[str, Fraction]:
    """x = d + Aᵀx by plain elimination in fractions, in units."""
    names = [each.code for each in pools]
    shares = []
    for each in pools:
        total = sum(each.uses.quantities)
        shares.append({p: Fraction(q, total) for p, q in zip(each.uses.parties, each.uses.quantities, strict=True)})
    rows = [
        [Fraction(at == giver) - shares[giver].get(name, Fraction(0)) for giver in range(len(names))]
        + [Fraction(pools[at].brought)]
        for at, name in enumerate(names)
    ]
    for at in range(len(rows)):
        pivot = next(row for row in range(at, len(rows)) if rows[row][at])
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [number / rows[at][at] for number in rows[at]]
        for other in range(len(rows)):
            if other != at and (factor := rows[other][at]):
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[at], strict=True)]
    return {name: row[-1] for name, row in zip(names, rows, strict=True)}


@given(pools=coupled())
def test_what_passes_through_each_pool_is_the_exact_solution(pools: list[Pool[str]]) -> None:
    given_by = carried(RECIPROCAL, pools).given
    for name, exact in solved(pools).items():
        assert abs(given_by[name] - exact) < 2 * len(pools), name


@given(pools=coupled())
def test_pools_end_with_nothing_and_who_operates_with_everything(pools: list[Pool[str]]) -> None:
    standing = carried(RECIPROCAL, pools)
    assert all(standing.bears(each.code) == 0 for each in pools)
    assert sum(standing.bears(name) for name in OPERATING) == sum(each.brought for each in pools)


def test_a_loop_that_all_but_keeps_its_cost_is_solved_all_the_same() -> None:
    """One part in 10^15 leaks, so that the cost goes round 10^15 times before it is all out."""
    pools = [pool("A", "90.00", {"B": 10**15 - 1, "X": 1}), pool("B", "10.00", {"A": 1})]
    standing = carried(RECIPROCAL, pools)
    assert standing.got["X"] == 100 * 10**12
    assert abs(standing.given["A"] - solved(pools)["A"]) <= 4


@pytest.mark.parametrize(
    "pools",
    [
        [pool("A", "1.00", {"B": 1}), pool("B", "1.00", {"A": 1})],
        [pool("A", "0.00", {"B": 1}), pool("B", "0.00", {"A": 1})],
        [pool("A", "1.00", {"B": 1}), pool("B", "1.00", {"C": 2}), pool("C", "0", {"A": 1}), pool("D", "1", {"X": 1})],
    ],
)
def test_a_loop_that_nothing_leaves_is_refused_by_name(pools: list[Pool[str]]) -> None:
    with pytest.raises(LoopWithoutLeak, match="A, B") as refused:
        carried(RECIPROCAL, pools)
    assert "D" not in refused.value.context["pools"]


def test_a_loop_whose_cost_would_not_fit_into_any_amount_is_refused() -> None:
    with pytest.raises(LoopWithoutLeak):
        carried(RECIPROCAL, [pool("A", "90.00", {"B": 10**30, "X": 1}), pool("B", "10.00", {"A": 1})])


def test_a_loop_leaks_through_capacity_that_nobody_uses() -> None:
    pools = [pool("A", "8.00", {"B": 1}, capacity=Decimal(2)), pool("B", "1.00", {"A": 1})]
    standing = carried(RECIPROCAL, pools)
    assert standing.bears("A") == 9 * 10**12


def test_a_pool_that_serves_only_pools_hands_on_all_it_has() -> None:
    thirds = dict.fromkeys("BCD", 1)
    pools = [pool("A", "100.00", thirds), *(pool(name, "0.01", {"A": 1, "X": 2}) for name in "BCD")]
    standing = carried(RECIPROCAL, pools)
    assert standing.bears("A") == 0
    assert standing.got["X"] == 10_003 * 10**10
