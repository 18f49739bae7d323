"""Prices by hand: each model, its edges, included quantities, bounds, proration, and the one rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest

from finance.price_book.rating import AmountTooLarge, Rated, StepRule, UnitCostMissing, Use, rate
from finance.price_book.stating import stated
from tests.finance.price_book.terms import amount, rated, terms, tiers

D = Decimal
PER_UNIT = {"model": "per_unit", "unit_price": "0.015"}
GRADUATED = {"model": "graduated", "tiers": tiers(("10", "2"), ("20", "1"), (None, "0.5"))}
VOLUME = {**GRADUATED, "model": "volume"}
PACKAGE = {"model": "package", "size": "100", "price": "7"}
FLAT = {"model": "flat", "amount": "31"}


def rules(line: Rated) -> list[StepRule]:
    return [step.rule for step in line.steps]


@pytest.mark.parametrize(
    ("quantity", "graduated", "volume"),
    [
        ("0", "0.00", "0.00"),
        ("9.5", "19.00", "19.00"),
        ("10", "20.00", "20.00"),
        ("10.5", "20.50", "10.50"),
        ("20", "30.00", "20.00"),
        ("20.000000000001", "30.00", "10.00"),
        ("30", "35.00", "15.00"),
    ],
)
def test_a_tier_ends_with_its_edge_and_fractions_fall_where_they_belong(
    quantity: str, graduated: str, volume: str
) -> None:
    assert amount(GRADUATED, quantity) == D(graduated)
    assert amount(VOLUME, quantity) == D(volume)


@pytest.mark.parametrize(("quantity", "packages"), [("0", 0), ("0.1", 1), ("100", 1), ("100.1", 2), ("4500", 45)])
def test_a_package_that_is_begun_is_charged(quantity: str, packages: int) -> None:
    assert amount(PACKAGE, quantity) == 7 * packages


def test_a_price_below_a_cent_is_rounded_once_and_away_from_zero() -> None:
    line = rated(PER_UNIT, "1")
    assert (line.exact, line.amount) == (Fraction(15, 1000), D("0.02"))
    assert rules(line) == [StepRule.UNIT, StepRule.ROUNDING]
    assert amount(PER_UNIT, "3") == D("0.05")  # 0.045, not three times 0.02
    assert amount(PER_UNIT, "100", currency="JPY") == 2
    assert amount(PER_UNIT, "1", currency="KWD") == D("0.015")


def test_what_is_included_is_taken_off_before_the_tiers() -> None:
    line = rated(GRADUATED, "25", included="5")
    assert line.amount == 30  # 20 are left: 10 × 2 + 10 × 1
    assert rules(line) == [StepRule.INCLUDED, StepRule.TIER, StepRule.TIER]
    assert amount(PER_UNIT, "3", included="5") == 0


def test_of_a_part_of_the_full_period_the_same_part_is_charged_and_included() -> None:
    assert amount(FLAT, "1", share="10/31") == 10
    assert amount(FLAT, "1", share="1/3") == D("10.33")
    assert amount(FLAT, "1", share="1/3", prorated=False) == 31
    # Half the month includes 5, so 5 of 10 cost 2 each.
    assert amount(GRADUATED, "10", share="1/2", included="10") == 10


def test_minimum_and_maximum_are_those_of_the_part_of_the_period() -> None:
    assert amount(PER_UNIT, "1", minimum="30") == 30
    assert amount(PER_UNIT, "1", minimum="30", share="1/3") == 10
    assert amount(PER_UNIT, "10000", maximum="60") == 60
    assert amount(PER_UNIT, "10000", maximum="60", share="1/2") == 30
    assert amount(PER_UNIT, "1000", minimum="10", maximum="60") == 15


def test_a_discount_is_a_percentage_below_zero_and_bounded_in_size() -> None:
    discount = {"model": "percentage", "percent": "-10"}
    assert amount(discount, "250.55") == D("-25.06")
    assert amount(discount, "250.55", maximum="20") == -20
    assert amount(discount, "250.55", minimum="30") == -30


def test_cost_plus_is_the_cost_of_the_units_and_its_markup() -> None:
    item = terms({"model": "cost_plus", "markup_percent": "5"})
    line = rate(item, Use(Fraction(30), unit_cost=Fraction(100, 90)), "CAD")
    assert line.amount == 35  # a third of 100, and 5 % of that
    assert [step.rule for step in line.steps] == [StepRule.UNIT_COST, StepRule.MARKUP]
    with pytest.raises(UnitCostMissing):
        rate(item, Use(Fraction(30)), "CAD")


def test_every_step_is_told_in_decimals() -> None:
    shown = [step.model_dump(mode="json") for step in stated(rated(GRADUATED, "25", share="1/3", maximum="60").steps)]
    assert [(step["rule"], step["quantity"], step["price"], step["amount"]) for step in shown] == [
        ("tier", "10", "2", "20"),
        ("tier", "10", "1", "10"),
        ("tier", "5", "0.5", "2.5"),
        ("maximum", None, "20", "-12.5"),
    ]
    assert [(step["above"], step["up_to"]) for step in shown[:3]] == [("0", "10"), ("10", "20"), ("20", None)]


def test_an_amount_that_no_document_can_state_is_refused() -> None:
    most = {"model": "per_unit", "unit_price": "999999999999"}
    with pytest.raises(AmountTooLarge):
        rated(most, "1001")
    with pytest.raises(AmountTooLarge):
        rated({"model": "package", "size": "0.000000000001", "price": "0"}, "10000")


WRONG = [
    ({"model": "graduated", "tiers": []}, {}),
    ({"model": "graduated", "tiers": tiers(("10", "2"))}, {}),  # nothing above 10
    ({"model": "graduated", "tiers": tiers((None, "1"), (None, "2"))}, {}),
    ({"model": "volume", "tiers": tiers(("10", "2"), ("10", "1"), (None, "1"))}, {}),
    ({"model": "volume", "tiers": tiers(("20", "2"), ("10", "1"), (None, "1"))}, {}),
    ({"model": "volume", "tiers": tiers(("0", "2"), (None, "1"))}, {}),
    ({"model": "volume", "tiers": tiers(("-5", "2"), (None, "1"))}, {}),
    ({"model": "per_unit", "unit_price": "-0.01"}, {}),
    ({"model": "per_unit", "unit_price": "NaN"}, {}),
    ({"model": "per_unit", "unit_price": "1e400"}, {}),
    ({"model": "package", "size": "0", "price": "1"}, {}),
    ({"model": "cost_plus", "markup_percent": "-1"}, {}),
    ({"model": "rent"}, {}),
    (FLAT, {"included": "5"}),
    (PER_UNIT, {"minimum": "5", "maximum": "4"}),
    ({"model": "percentage", "percent": "5"}, {"meter": "gb"}),
    ({"model": "percentage", "percent": "5", "of": ["X"]}, {}),
]


@pytest.mark.parametrize(("price", "more"), WRONG)
def test_terms_that_make_no_sense_are_refused(price: dict[str, object], more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        terms(price, **more)
