"""Direct allocation as a rule: whole cents, nothing lost, nothing counted twice."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.money import exact_sum
from finance.allocation_run.direct import Pool, SourceIsTarget, SourceTwice, check_sources

A, B, C, D = (uuid4() for _ in range(4))
CODES = {A: "A", B: "B", C: "C", D: "D"}

cents = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
quantities = st.lists(st.decimals(min_value=0, max_value=10**6, places=3), min_size=1, max_size=30)


def pool(cost: str, *targets: str, code: str = "pool", source: UUID = A) -> Pool:
    ids = (B, C, D)
    shared = {id: Decimal(quantity) for id, quantity in zip(ids, targets, strict=False)}
    return Pool(code, {source: Decimal(cost)}, shared)


def test_a_cost_is_split_by_the_driver_and_the_odd_cent_goes_to_the_largest_remainder() -> None:
    assert pool("100.00", "1", "2").shares("CAD") == {B: Decimal("33.33"), C: Decimal("66.67")}


def test_equal_remainders_are_settled_by_the_order_of_the_targets() -> None:
    assert list(pool("0.05", "1", "1").shares("CAD").values()) == [Decimal("0.03"), Decimal("0.02")]


def test_a_currency_without_minor_unit_is_split_into_whole_units() -> None:
    assert pool("100", "1", "1", "1").shares("JPY") == {B: Decimal(34), C: Decimal(33), D: Decimal(33)}


def test_a_cost_finer_than_a_cent_is_not_rounded() -> None:
    shares = pool("0.00000080001", "1", "1").shares("USD")
    assert exact_sum(shares.values()) == Decimal("0.00000080001")


def test_a_target_without_any_of_the_driver_receives_nothing() -> None:
    assert pool("10.00", "0", "4").shares("CAD") == {C: Decimal("10.00")}


def test_a_pool_whose_targets_have_none_of_the_driver_is_left_unallocated() -> None:
    assert pool("10.00", "0", "0").shares("CAD") == {}


def test_a_cost_object_cannot_be_a_source_of_two_pools() -> None:
    with pytest.raises(SourceTwice, match="A"):
        check_sources([pool("1.00", "1"), pool("2.00", "1", code="other")], CODES)


def test_a_cost_object_cannot_be_both_a_source_and_a_target() -> None:
    with pytest.raises(SourceIsTarget, match="B"):
        check_sources([pool("1.00", "1"), pool("2.00", "0", "1", code="other", source=B)], CODES)


@given(cost=cents, amounts=quantities)
def test_what_goes_in_equals_what_comes_out(cost: Decimal, amounts: list[Decimal]) -> None:
    shared = Pool("pool", {A: cost}, {uuid4(): amount for amount in amounts}).shares("CAD")
    assert exact_sum(shared.values()) == (cost if any(amounts) else 0)
