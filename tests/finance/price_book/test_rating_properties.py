"""Whatever the tiers and quantities: steps add up, more never costs less where it must not, edges join."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from finance.price_book.rating import StepRule
from tests.finance.price_book.terms import rated, tiers

PRICES = st.decimals("0", "50", places=6).map(str)
QUANTITIES = st.decimals("0", "100000", places=4).map(str)
EDGES = st.lists(st.decimals("0.0001", "50000", places=4), unique=True, max_size=6).map(sorted)
SHARES = st.builds(lambda days, more: Fraction(days, days + more), st.integers(1, 31), st.integers(0, 31))


@st.composite
def tiered(draw: st.DrawFn) -> list[dict[str, Any]]:
    ends: list[str | None] = [*map(str, draw(EDGES)), None]
    return tiers(*((end, draw(PRICES)) for end in ends))


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    """Those of which more can never cost less."""
    model = draw(st.sampled_from(["flat", "per_unit", "graduated", "package"]))
    if model == "graduated":
        return {"model": model, "tiers": draw(tiered())}
    if model == "package":
        return {"model": model, "size": str(draw(st.decimals("0.01", "900", places=2))), "price": draw(PRICES)}
    return {"model": model, "amount" if model == "flat" else "unit_price": draw(PRICES)}


@given(models(), QUANTITIES, QUANTITIES, SHARES)
def test_more_never_costs_less(price: dict[str, Any], one: str, other: str, share: Fraction) -> None:
    less, more = sorted((one, other), key=Decimal)
    bounds = {"share": str(share), "minimum": "3", "maximum": "7000"}
    assert rated(price, less, **bounds).amount <= rated(price, more, **bounds).amount


@given(models(), QUANTITIES, SHARES, st.sampled_from(["CAD", "JPY", "KWD"]))
def test_the_steps_add_up_to_the_amount(price: dict[str, Any], quantity: str, share: Fraction, currency: str) -> None:
    line = rated(price, quantity, share=str(share), currency=currency, maximum="500.005")
    assert sum(step.amount for step in line.steps) == Fraction(line.amount)
    assert abs(Fraction(line.amount) - line.exact) <= Fraction(1, 2) / 10 ** {"CAD": 2, "JPY": 0, "KWD": 3}[currency]


@given(tiered(), QUANTITIES)
def test_each_unit_is_in_one_tier(edges: list[dict[str, Any]], quantity: str) -> None:
    steps = [step for step in rated({"model": "graduated", "tiers": edges}, quantity).steps if step.rule == "tier"]
    assert sum(step.quantity or 0 for step in steps) == Fraction(quantity)
    assert all(lower.up_to == upper.above for lower, upper in pairwise(steps))


@given(tiered())
def test_graduated_prices_have_no_jump_at_an_edge(edges: list[dict[str, Any]]) -> None:
    tiny = Fraction(1, 10**12)
    for edge in [Fraction(tier["up_to"]) for tier in edges if tier["up_to"]]:
        below, above = (rated({"model": "graduated", "tiers": edges}, edge + by).exact for by in (-tiny, tiny))
        assert 0 <= above - below <= 2 * tiny * 50


@given(tiered(), QUANTITIES)
def test_volume_prices_all_units_at_one_price_of_the_list(edges: list[dict[str, Any]], quantity: str) -> None:
    line = rated({"model": "volume", "tiers": edges}, quantity)
    (tier,) = [step for step in line.steps if step.rule == StepRule.TIER]
    reached = next(each for each in edges if each["up_to"] is None or Decimal(quantity) <= Decimal(each["up_to"]))
    assert line.exact == Fraction(quantity) * Fraction(reached["unit_price"])
    assert tier.quantity == Fraction(quantity)


@given(models(), QUANTITIES, st.integers(1, 30))
def test_the_parts_of_a_period_cost_what_the_whole_costs(price: dict[str, Any], quantity: str, days: int) -> None:
    """Flat amounts exactly; a quantity is prorated before it is priced."""
    if price["model"] != "flat":
        price = {"model": "per_unit", "unit_price": "3.33"}
    part, rest = Fraction(days, 31), Fraction(31 - days, 31)
    whole = rated(price, quantity).exact
    parts = [rated(price, Fraction(quantity) * share, share=str(share)).exact for share in (part, rest)]
    assert sum(parts) == whole
