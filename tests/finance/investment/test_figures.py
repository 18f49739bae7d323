"""The figures of an option, each with its meaning or none."""

from decimal import Decimal

from finance.investment.figures import Figures, FlowKind, KindFlow, Rates, figures, ranks
from finance.investment.internal_rate import IrrState

D = Decimal
TEN_PERCENT = Rates(D("0.1"), D("0.1"), D("0.1"))


def figured(*flows: tuple[FlowKind, int, str], currency: str = "CAD") -> Figures:
    return figures([KindFlow(kind, tick, D(amount)) for kind, tick, amount in flows], 1, TEN_PERCENT, currency)


def test_an_option_by_hand() -> None:
    """100 laid out; each of two years costs 10, saves 66 and is worth 5.5 that no budget shows."""
    yearly = [(FlowKind.OPERATING, "-10"), (FlowKind.BENEFIT_HARD, "66"), (FlowKind.BENEFIT_SOFT, "5.5")]
    found = figured(
        (FlowKind.CAPITAL, 0, "-100"), *((kind, year, amount) for year in (1, 2) for kind, amount in yearly)
    )
    # 61.5 / 1.1 + 61.5 / 1.21 − 100 = 6.7355…; without 5.5 / 1.1 + 5.5 / 1.21 = 9.5454… it is −2.8099…
    assert (found.npv, found.npv_without_soft_benefits) == (D("6.74"), D("-2.81"))
    # (6.73553… + 100) / 100
    assert round(found.profitability_index or D(0), 6) == D("1.067355")
    # (−100 + 2 × 61.5) / (100 + 2 × 10)
    assert round(found.return_on_investment or D(0), 6) == D("0.191667")
    # 6.73553… × 0.1 × 1.21 / 0.21
    assert found.equivalent_annual_value == D("3.88")
    # 1 + (100 − 61.5) / 61.5
    assert round(found.payback or D(0), 6) == D("1.626016")
    # x² × 100 − 61.5x − 61.5 = 0: x = (61.5 + √(61.5² + 4 × 6150)) / 200 = 1.14995…
    assert found.irr_state == IrrState.ONE
    assert [round(rate, 4) for rate in found.irrs] == [D("0.1499")]
    # 61.5 × 1.1 + 61.5 = 129.15; √1.2915 − 1
    assert round(found.mirr or D(0), 6) == D("0.136442")
    assert found.life == 2


def test_doing_nothing_is_worth_nothing_and_has_no_ratios() -> None:
    found = figured()
    assert (found.npv, found.life, found.payback) == (D(0), D(0), D(0))
    assert (found.irr_state, found.irrs) == (IrrState.NONE, [])
    assert found.mirr is found.profitability_index is found.return_on_investment is found.equivalent_annual_value
    assert found.mirr is None


def test_money_is_stated_to_the_minor_unit_of_its_currency() -> None:
    assert figured((FlowKind.BENEFIT_HARD, 1, "100"), currency="JPY").npv == D("91")
    assert str(figured((FlowKind.BENEFIT_HARD, 1, "110"), currency="BHD").npv) == "100.000"


def test_equal_options_share_a_rank() -> None:
    assert ranks([D(1), D(5), D(5), None, D(3)]) == [4, 1, 1, None, 3]
