"""What came is held against what was promised; what nobody measured is not zero."""

from decimal import Decimal

from finance.investment.benefits import Verdict, per_kind, per_period
from finance.investment.figures import FlowKind

D = Decimal
HARD, CAPITAL = FlowKind.BENEFIT_HARD, FlowKind.CAPITAL
PERIODS = per_period(
    [((0, CAPITAL), D(-100)), ((1, HARD), D(40)), ((1, HARD), D(10)), ((2, HARD), D(60))],
    [((0, CAPITAL), D(-90)), ((0, CAPITAL), D(-20)), ((1, HARD), D(55)), ((3, HARD), D(5))],
)


def test_more_money_than_expected_is_favorable_of_a_benefit_as_of_a_cost() -> None:
    said = [(each.period, each.kind, each.expected, each.realized, each.variance, each.verdict) for each in PERIODS]
    assert said == [
        (0, CAPITAL, D(-100), D(-110), D(-10), Verdict.UNFAVORABLE),
        (1, HARD, D(50), D(55), D(5), Verdict.FAVORABLE),
        (2, HARD, D(60), None, None, Verdict.NOT_MEASURED),
        (3, HARD, D(0), D(5), D(5), Verdict.FAVORABLE),
    ]


def test_a_period_that_is_yet_to_come_is_no_shortfall() -> None:
    capital, hard = per_kind(PERIODS)
    assert (capital.expected, capital.realized, capital.expected_in_all) == (D(-100), D(-110), D(-100))
    # Measured are the periods 1 and 3.
    assert (hard.expected, hard.realized, hard.variance, hard.expected_in_all) == (D(50), D(60), D(10), D(110))


def test_what_came_as_promised_and_what_was_never_measured_say_so() -> None:
    (met,) = per_period([((1, HARD), D(5))], [((1, HARD), D("5.00"))])
    assert met.verdict == Verdict.AS_EXPECTED
    (unmeasured,) = per_kind(per_period([((1, HARD), D(5))], []))
    assert (unmeasured.realized, unmeasured.variance, unmeasured.verdict) == (None, None, Verdict.NOT_MEASURED)
