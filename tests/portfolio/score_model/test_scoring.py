"""What the arithmetic of scores comes to, against figures worked out by hand."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.score_model.scoring import ScoreCriterion, ValueRefused, score
from portfolio.score_model.terms import Method, ScoreDirection

REACH = ScoreCriterion(code="reach", name="Reach", weight=Decimal(3), minimum=Decimal(0), maximum=Decimal(90))
RISK = ScoreCriterion(
    code="risk",
    name="Risk",
    weight=Decimal(1),
    minimum=Decimal(1),
    maximum=Decimal(4),
    direction=ScoreDirection.MINIMISE,
)


def scored(**values: str) -> Any:
    found = score(Method.WEIGHTED, [REACH, RISK], {name: Decimal(value) for name, value in values.items()})
    return found.value, found.coverage


def test_the_ends_of_a_range_are_one_and_ten_in_either_direction() -> None:
    assert [REACH.normalised(Decimal(it)) for it in (0, 10, 90)] == [1, 2, 10]
    assert [RISK.normalised(Decimal(it)) for it in (1, 2, 4)] == [10, 7, 1]


def test_a_score_is_the_weighted_mean_of_what_was_assessed() -> None:
    assert scored(reach="10", risk="2") == (Fraction(3 * 2 + 7, 4), 1)


def test_what_is_not_assessed_is_left_out_and_not_zero() -> None:
    assert scored(reach="10") == (2, Fraction(3, 4))
    assert scored() == (None, 0)


@pytest.mark.parametrize("value", ["-1", "90.01"])
def test_a_value_outside_the_range_is_refused_with_the_range(value: str) -> None:
    with pytest.raises(ValueRefused, match="reach lies between 0 and 90"):
        scored(reach=value)


def test_a_value_of_no_criterion_is_refused() -> None:
    with pytest.raises(ValueRefused, match="beauty is no criterion"):
        scored(beauty="1")


@given(st.dictionaries(st.sampled_from(["reach", "risk"]), st.decimals(1, 4, places=3), min_size=1))
def test_a_score_lies_between_one_and_ten(values: dict[str, Decimal]) -> None:
    found = score(Method.WEIGHTED, [REACH, RISK], values).value
    assert found is not None
    assert 1 <= found <= 10


def test_a_wsjf_without_all_inputs_is_not_assessed() -> None:
    found = score(Method.WSJF_RELATIVE, [], {"business_value": Decimal(5), "job_size": Decimal(2)})
    assert (found.value, found.coverage) == (None, Fraction(1, 2))
