"""The same seed draws the same values, and their spread is that of what was said to be uncertain."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from finance.investment.discounting import OutOfRange
from finance.investment.distribution import Distribution, Normal, Triangular, Uniform
from finance.investment.figures import FlowKind, KindFlow, by_kind
from finance.investment.sensitivity import Input
from finance.investment.simulation import Outcome, simulated

D = Decimal
# At 10 %: −100 and 110, NPV 10 with benefits as the case says.
CASE = [KindFlow(FlowKind.CAPITAL, 0, D(-100)), KindFlow(FlowKind.BENEFIT_HARD, 1, D(121))]
UNIFORM = Uniform(shape="uniform", low=D("0.8"), high=D("1.2"))


def outcome(uncertain: dict[Input, Distribution], *, seed: int = 7, trials: int = 10_000) -> Outcome:
    return simulated(by_kind(CASE, 1), D("0.1"), uncertain, seed=seed, trials=trials, currency="CAD")


def test_the_same_seed_gives_the_same_answer_and_another_gives_another() -> None:
    uncertain: dict[Input, Distribution] = {Input.BENEFIT_HARD: UNIFORM, Input.CAPITAL: UNIFORM}
    turned: dict[Input, Distribution] = dict(reversed(uncertain.items()))
    assert outcome(uncertain, trials=100) == outcome(turned, trials=100)
    assert outcome(uncertain, trials=100) != outcome(uncertain, trials=100, seed=8)


def test_what_is_certain_never_varies() -> None:
    fixed = outcome({Input.BENEFIT_HARD: Uniform(shape="uniform", low=D(1), high=D(1))}, trials=10)
    assert (fixed.mean, fixed.deviation, fixed.lowest, fixed.highest) == (D("10.00"), D("0.00"), D("10.00"), D("10.00"))
    assert fixed.probability_of_loss == 0


def test_a_uniform_benefit_spreads_evenly() -> None:
    """NPV = 110f − 100 with f from 0.8 to 1.2: from −12 to 32, mean 10, deviation 44/√12 = 12.70, loss below 10/11."""
    found = outcome({Input.BENEFIT_HARD: UNIFORM})
    assert abs(found.mean - 10) < D("0.5")
    assert abs(found.deviation - D("12.70")) < D("0.3")
    assert abs(found.probability_of_loss - D("0.2727")) < D("0.02")
    assert D("-12") <= found.lowest < D("-11.9")
    assert D("31.9") < found.highest <= D("32")
    expected = {percent: D(-12) + D(44) * percent / 100 for percent, _ in found.percentiles}
    assert all(abs(npv - expected[percent]) < 1 for percent, npv in found.percentiles)


def test_an_uncertain_rate_discounts_each_trial_anew() -> None:
    """121 / (1 + r) − 100 with r from 0 to 0.21: from 0 to 21."""
    found = outcome({Input.DISCOUNT_RATE: Uniform(shape="uniform", low=D(0), high=D("0.21"))}, trials=500)
    assert D(0) <= found.lowest < D("0.2")
    assert D("20.8") < found.highest <= D(21)


def test_a_rate_that_ends_discounting_is_refused() -> None:
    with pytest.raises(OutOfRange):
        outcome({Input.DISCOUNT_RATE: Uniform(shape="uniform", low=D(-2), high=D(0))}, trials=100)


def test_distributions_give_the_value_that_lies_above_a_share_of_them() -> None:
    triangular = Triangular(shape="triangular", low=D(0), mode=D(1), high=D(3))
    # A third lies below the mode; below 0.5 a quarter of that.
    assert abs(triangular.at(D(1) / 3) - 1) < D("1e-13")
    assert abs(triangular.at(D(1) / 12) - D("0.5")) < D("1e-13")
    normal = Normal(shape="normal", mean=D(1), deviation=D("0.1"))
    assert normal.at(D("0.5")) == 1
    assert round(normal.at(D("0.975")), 6) == D("1.195996")  # 1.959964 deviations
    assert UNIFORM.at(D("0.25")) == D("0.9")


@given(st.decimals(D("0.000001"), D("0.999999"), places=6))
def test_a_triangular_value_lies_within_its_bounds(probability: Decimal) -> None:
    for low, mode, high in ((0, 0, 1), (0, 1, 1), (2, 2, 2), (-3, 1, 4)):
        value = Triangular(shape="triangular", low=D(low), mode=D(mode), high=D(high)).at(probability)
        assert low <= value <= high


def test_bounds_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError):
        Uniform(shape="uniform", low=D(2), high=D(1))
    with pytest.raises(ValidationError):
        Triangular(shape="triangular", low=D(0), mode=D(2), high=D(1))
    with pytest.raises(ValidationError):
        Normal(shape="normal", mean=D(0), deviation=D(-1))


def test_percentiles_are_those_of_the_nearest_rank() -> None:
    """Of one trial all of them are its value."""
    found = outcome({Input.BENEFIT_HARD: UNIFORM}, trials=1)
    assert {npv for _, npv in found.percentiles} == {found.mean}
