"""Money has come back when the sum of all flows is no longer below zero, and stays so."""

from decimal import Decimal

from finance.investment.discounting import DAYS_OF_YEAR, Convention, Flows
from finance.investment.payback import discounted_payback, payback

D = Decimal


def series(*amounts: str | int, convention: Convention = Convention.FIRST_FLOW_NOW) -> Flows:
    return Flows.series([D(amount) for amount in amounts], convention)


def test_within_a_period_money_comes_evenly() -> None:
    assert payback(series(-40_000, 5_000, 8_000, 12_000, 30_000)) == D("3.5")


def test_it_may_never_come_back() -> None:
    assert payback(series(-100, 30, 30)) is None
    assert discounted_payback(series(-100, 60, 60), D("0.5")) is None


def test_who_is_never_out_of_pocket_has_nothing_to_wait_for() -> None:
    assert payback(series(0, 10)) == payback(series()) == 0


def test_a_second_outlay_starts_the_wait_again() -> None:
    # Even after 1, then 50 below, even again half way through the third period.
    assert payback(series(-100, 100, -50, 100)) == D("2.5")


def test_a_period_without_a_flow_is_waited_through() -> None:
    assert payback(Flows.of([(0, D(-100)), (4, D(200))])) == D("3.5")


def test_at_discounted_values_it_takes_longer() -> None:
    # −100, 110 / 1.1 = 100: just when the first period ends; undiscounted after 100 / 110 of it.
    assert discounted_payback(series(-100, 110), D("0.1")) == 1
    assert round(payback(series(-100, 110)) or D(0), 4) == D("0.9091")


def test_at_the_periods_end_the_wait_begins_a_period_earlier() -> None:
    assert payback(series(-100, 200, convention=Convention.PERIOD_END)) == D("1.5")


def test_dated_flows_come_back_in_years_of_365_days() -> None:
    assert payback(Flows.of([(0, D(-100)), (730, D(200))], DAYS_OF_YEAR)) == 1
