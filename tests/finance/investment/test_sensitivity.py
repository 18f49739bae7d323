"""What an input must be for the value to vanish, and what the value is when it moves."""

from decimal import Decimal

from finance.investment.discounting import Flows
from finance.investment.figures import FlowKind, KindFlow, by_kind
from finance.investment.internal_rate import internal_rates
from finance.investment.sensitivity import Input, Sensitivity, sensitivities

D = Decimal
# At 10 %: −100 capital, −10 operating, 120 benefit: NPV 10.
CASE = [
    KindFlow(FlowKind.CAPITAL, 0, D(-100)),
    KindFlow(FlowKind.OPERATING, 1, D(-11)),
    KindFlow(FlowKind.BENEFIT_HARD, 1, D(132)),
]


def tried(*percents: int, rate: str = "0.1") -> dict[Input, Sensitivity]:
    irrs = internal_rates(Flows.of([(flow.tick, flow.amount) for flow in CASE]))
    return {each.input: each for each in sensitivities(by_kind(CASE, 1), D(rate), irrs, percents, "CAD")}


def test_each_input_has_a_value_at_which_the_npv_is_zero() -> None:
    switching = {each.input: each.switching_values for each in tried(10).values()}
    assert switching == {
        Input.CAPITAL: [D("1.1")],  # 110 of capital
        Input.OPERATING: [D(2)],  # 20 of cost
        Input.BENEFIT_HARD: [D("0.916666666667")],  # 110 of 120
        Input.BENEFIT_SOFT: [],  # nothing to change
        Input.DISCOUNT_RATE: [D("0.21")],  # 121 / 100 − 1
    }


def test_a_change_moves_the_npv_by_its_share_of_the_input() -> None:
    changes = [(change.percent, change.npv) for change in tried(20, 10)[Input.BENEFIT_HARD].changes]
    assert changes == [(-20, D("-14.00")), (-10, D("-2.00")), (10, D("22.00")), (20, D("34.00"))]


def test_a_changed_rate_discounts_anew() -> None:
    # 121 / 1.05 − 100 and 121 / 1.15 − 100
    changes = [(change.percent, change.npv) for change in tried(50)[Input.DISCOUNT_RATE].changes]
    assert changes == [(-50, D("15.24")), (50, D("5.22"))]


def test_a_rate_moved_to_minus_100_percent_has_no_value() -> None:
    # −0.5 × (1 + 100 %) = −1, and −0.5 × 0 = 0: 121 − 100.
    changes = [(change.percent, change.npv) for change in tried(100, rate="-0.5")[Input.DISCOUNT_RATE].changes]
    assert changes == [(-100, D("21.00")), (100, None)]
