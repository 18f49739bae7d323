"""Money is worth less the later it comes, and each convention says when that is."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.investment.discounting import (
    Convention,
    Flows,
    OutOfRange,
    annuity_factor,
    equivalent_annual_value,
    net_present_value,
    stated,
    stated_money,
)

D = Decimal
amounts = st.lists(st.integers(-(10**9), 10**9).map(D), min_size=1, max_size=20)


def series(*amounts: str | int, convention: Convention = Convention.FIRST_FLOW_NOW) -> Flows:
    return Flows.series([D(amount) for amount in amounts], convention)


def test_the_first_flow_now_is_not_discounted() -> None:
    # −100 + 110 / 1.1
    assert stated(net_present_value(series(-100, 110), D("0.1"))) == 0


def test_at_the_periods_end_every_flow_waits_one_period_more() -> None:
    # −110 / 1.1 + 121 / 1.21 + 133.1 / 1.331 = −100 + 100 + 100
    flows = series(-110, 121, "133.1", convention=Convention.PERIOD_END)
    assert stated(net_present_value(flows, D("0.1"))) == 100


@given(amounts)
def test_the_two_conventions_are_one_period_apart(amounts: list[Decimal]) -> None:
    now = net_present_value(Flows.series(amounts), D("0.07"))
    later = net_present_value(Flows.series(amounts, Convention.PERIOD_END), D("0.07"))
    assert abs(now - later * D("1.07")) < D("1e-12")


def test_dated_flows_are_discounted_by_their_days_in_years_of_365() -> None:
    # 2026-01-01 to 2027-01-01 are 365 days, to 2028-01-01 730: one and two years exactly.
    flows = Flows.dated([(date(2027, 1, 1), D(110)), (date(2026, 1, 1), D(-200)), (date(2028, 1, 1), D(121))])
    assert stated(net_present_value(flows, D("0.1"))) == 0
    assert list(flows.amounts) == [0, 365, 730]


def test_dated_flows_meet_the_example_that_spreadsheets_document() -> None:
    """XNPV of Microsoft's reference: 9 % from 2008-01-01 on gives 2,086.65."""
    days = (date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15), date(2009, 4, 1))
    paid = (-10_000, 2_750, 4_250, 3_250, 2_750)
    flows = Flows.dated([(day, D(amount)) for day, amount in zip(days, paid, strict=True)])
    assert stated_money(net_present_value(flows, D("0.09")), "USD") == D("2086.65")


def test_unequal_lives_are_compared_by_an_even_flow_over_each() -> None:
    # 100 each year for two years, and for four, are worth 100 a year, whatever their NPVs.
    for years in (2, 4):
        assert stated(equivalent_annual_value(series(0, *[100] * years), D("0.1")) or D(0)) == 100
    # Without interest it is the mean.
    assert equivalent_annual_value(series(-60, 50, 50), D(0)) == 20


def test_what_happens_now_alone_has_no_annual_value() -> None:
    assert equivalent_annual_value(series(-60), D("0.1")) is None


def test_a_rate_of_minus_100_percent_ends_discounting() -> None:
    for rate in (D(-1), D("-1.5"), D("NaN")):
        with pytest.raises((ValueError, ArithmeticError)):
            net_present_value(series(-100, 110), rate)
    # (1 + −0.5)^−1 = 2
    assert net_present_value(series(-100, 110), D("-0.5")) == 120


def test_an_annuity_without_interest_is_worth_its_payments() -> None:
    assert annuity_factor(D(0), D(12)) == 12


def test_a_figure_beyond_what_an_answer_carries_is_refused() -> None:
    with pytest.raises(OutOfRange):
        stated(net_present_value(series(*[1] * 61), D("-0.999999999999")))
    with pytest.raises(OutOfRange):
        stated_money(D("99999999999999999999.5"), "CAD")


def test_the_rest_of_a_subtraction_is_nothing() -> None:
    assert stated(D("-1e-300")) == 0
    assert stated_money(D("0.005"), "CAD") == D("0.01")
