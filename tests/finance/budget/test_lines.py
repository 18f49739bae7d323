"""The lines of a budget add up, and say what is left of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.budget.lines import Control, LinesUnfit, Sums, check_tree, months, percent_reached, rolled_up, shortfall


def d(text: str) -> Decimal:
    return Decimal(text)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_a_total_is_spread_over_twelve_months_that_add_up_to_it(total: Decimal) -> None:
    spread = months(None, total, "CAD")
    assert (len(spread), sum(spread)) == (12, total)
    assert max(spread) - min(spread) <= d("0.01")


def test_months_that_do_not_add_up_to_their_total_are_refused() -> None:
    assert months([d("1")] * 12, d("12.00"), "CAD") == [d("1")] * 12
    with pytest.raises(LinesUnfit, match="add up to 12, not to 13"):
        months([d("1")] * 12, d("13"), "CAD")


@pytest.mark.parametrize(
    ("parents", "with_amounts", "said"),
    [
        ({"a": "b"}, [], "no line b"),
        ({"a": "b", "b": "a"}, [], "below itself"),
        ({"a": "a"}, [], "below itself"),
        ({"a": None, "b": "a"}, ["a"], "budget is their sum"),
    ],
)
def test_lines_make_a_tree_whose_leaves_have_the_amounts(
    parents: dict[str, str | None], with_amounts: list[str], said: str
) -> None:
    with pytest.raises(LinesUnfit, match=said):
        check_tree(parents, with_amounts)


def test_a_line_has_what_those_below_it_have() -> None:
    parents = {"all": None, "it": "all", "hosting": "it", "mail": "it"}
    sums = rolled_up(parents, {"hosting": [d("1"), d("2")], "mail": [d("10"), d("0")]})
    assert sums["it"] == sums["all"] == [d("11"), d("2")]


def test_a_line_that_stops_is_told_from_one_that_warns() -> None:
    over, fits = Sums(d("10"), d("4"), d("4"), d("3")), Sums(d("11"), d("4"), d("4"), d("3"))
    assert (over.available, fits.available) == (d("-1"), d("0"))
    said = [(Control.STOP, "a"), (Control.WARN, "b"), (Control.IGNORE, "c"), (Control.STOP, "d")]
    assert shortfall([over, over, over, fits], said) == (["a"], ["b"])


@pytest.mark.parametrize(
    ("used", "budgeted", "reached"),
    [("79.99", "100", 0), ("80", "100", 80), ("99.99", "100", 80), ("250", "100", 100), ("0", "0", 0), ("1", "0", 100)],
)
def test_a_threshold_is_reached_at_its_percent(used: str, budgeted: str, reached: int) -> None:
    assert percent_reached(d(used), d(budgeted), [80, 100]) == reached
