"""All internal rates are found: none, one or several, never one in place of several."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from finance.investment.discounting import DAYS_OF_YEAR, Flows, stated
from finance.investment.internal_rate import IrrState, internal_rates, modified_internal_rate, state_of

D = Decimal


def rates_of(*amounts: str | int) -> list[Decimal]:
    return internal_rates(Flows.series([D(amount) for amount in amounts]))


def with_growths(*growths: str) -> list[Decimal]:
    """Flows whose NPV is zero exactly where 1 + rate is one of `growths`: the product of (x − growth)."""
    coefficients = [Fraction(1)]
    for growth in map(Fraction, growths):
        shifted = [*coefficients, Fraction(0)]
        coefficients = [
            after - growth * before for after, before in zip(shifted, [Fraction(0), *coefficients], strict=True)
        ]
    return [D(amount.numerator) / D(amount.denominator) for amount in coefficients]


def test_flows_of_one_sign_have_none() -> None:
    assert rates_of(-1, -2, -3) == rates_of(1, 2) == rates_of() == rates_of(0, 0) == []


def test_two_changes_of_sign_may_still_mean_none() -> None:
    # 100x² − 100x + 100 is above zero everywhere.
    assert rates_of(100, -100, 100) == []


def test_all_of_several_are_found() -> None:
    assert internal_rates(Flows.series(with_growths("0.5", "1.1", "1.2", "3"))) == [
        D("-0.5"),
        D("0.1"),
        D("0.2"),
        D("2"),
    ]


def test_a_rate_at_which_the_value_only_touches_zero_is_one() -> None:
    # 100(x − 1.1)²: no sign changes there, and a search by signs would say none.
    assert rates_of(100, -220, 121) == [D("0.1")]
    assert internal_rates(Flows.series(with_growths("1.1", "1.1", "1.3"))) == [D("0.1"), D("0.3")]


def test_rates_that_lie_close_together_are_told_apart() -> None:
    assert internal_rates(Flows.series(with_growths("1.1", "1.1000001"))) == [D("0.1"), D("0.1000001")]


def test_rates_near_minus_100_percent_and_far_above_are_found() -> None:
    assert rates_of(-1000, 1) == [D("-0.999")]
    assert rates_of(-1, 1_000_001) == [D(1_000_000)]


def test_zeros_before_the_first_flow_and_after_the_last_change_nothing() -> None:
    assert rates_of(0, 0, -100, 110, 0) == rates_of(-100, 110) == [D("0.1")]


growths = st.lists(st.integers(1, 400).map(lambda percent: f"{percent}/100"), min_size=1, max_size=5, unique=True)


@settings(max_examples=60, deadline=None)
@given(growths)
def test_flows_made_of_known_rates_have_just_those(growths: list[str]) -> None:
    expected = sorted(D(growth.split("/")[0]) / 100 - 1 for growth in growths)
    assert internal_rates(Flows.series(with_growths(*growths))) == expected


@settings(max_examples=60, deadline=None)
@given(growths)
def test_changes_of_sign_that_belong_to_no_rate_add_none(growths: list[str]) -> None:
    """x² − x + 1 is above zero everywhere: times it there are two changes of sign more, and the same rates."""
    amounts = [D(0), D(0), *with_growths(*growths), D(0), D(0)]
    more = [third - second + first for first, second, third in zip(amounts, amounts[1:], amounts[2:], strict=False)]
    assert internal_rates(Flows.series(more)) == internal_rates(Flows.series(amounts))


@settings(max_examples=30, deadline=None)
@given(growths)
def test_the_same_flows_told_by_day_have_the_same_rates(growths: list[str]) -> None:
    amounts = with_growths(*growths)
    by_day = Flows.of(((year * DAYS_OF_YEAR, amount) for year, amount in enumerate(amounts)), DAYS_OF_YEAR)
    assert internal_rates(by_day) == internal_rates(Flows.series(amounts))


def test_dated_flows_meet_the_example_that_spreadsheets_document() -> None:
    """XIRR of Microsoft's reference: 37.34 %."""
    days = (date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15), date(2009, 4, 1))
    paid = (-10_000, 2_750, 4_250, 3_250, 2_750)
    (rate,) = internal_rates(Flows.dated([(day, D(amount)) for day, amount in zip(days, paid, strict=True)]))
    assert round(rate, 4) == D("0.3734")


def test_dated_flows_touch_zero_too() -> None:
    assert internal_rates(Flows.of([(0, D(100)), (365, D(-220)), (730, D(121))], DAYS_OF_YEAR)) == [D("0.1")]
    assert internal_rates(Flows.of([(0, D(100)), (365, D(-100)), (730, D(100))], DAYS_OF_YEAR)) == []


def test_the_state_is_a_word() -> None:
    assert [state_of([]), state_of([D(1)]), state_of([D(1), D(2)])] == list(IrrState)


def test_a_modified_rate_needs_money_paid_and_received_at_two_times() -> None:
    def modified(*amounts: int) -> Decimal | None:
        return modified_internal_rate(Flows.series([D(amount) for amount in amounts]), D("0.1"), D("0.2"))

    assert modified(-100) is modified(-100, -10) is modified(100, 10) is modified() is None
    # 100 now; 60 × 1.2 + 72 = 144 after two periods: √1.44 − 1.
    assert stated(modified(-100, 60, 72) or D(0)) == D("0.2")
    # What is paid later is discounted at the finance rate: 100 + 11 / 1.1 = 110, and 110 × 1.1² = 133.1.
    assert stated(modified_internal_rate(Flows.series([D(-100), D(-11), D("133.1")]), D("0.1"), D("0.2")) or D(0)) == D(
        "0.1"
    )
