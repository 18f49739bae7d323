"""What is said of a measure since an initiative began, and when a gain may be set against what was invested."""

from datetime import date
from decimal import Decimal as D
from fractions import Fraction

import pytest

from chassis.money import Money
from strategy.objective.measure import Direction
from strategy.strategy_review.success import Course, per_thousand, since, together
from strategy.strategy_review.terms import NotTold, Success

S = Success


def course(started: str, now: str | None, *, baseline: str = "60", target: str = "80") -> Course:
    way = Direction.INCREASE if D(target) > D(baseline) else Direction.DECREASE
    return Course(D(baseline), D(target), way, D(started), None if now is None else D(now))


@pytest.mark.parametrize(
    ("started", "now", "word"),
    [
        ("65", "80", S.REACHED),
        ("65", "81", S.REACHED),
        ("65", "79.9", S.ON_THE_WAY),
        ("65", "65.1", S.ON_THE_WAY),
        ("65", "65", S.NOT_MOVING),
        ("65", "64", S.NOT_MOVING),
        ("65", None, S.NOT_MEASURED),
        ("90", "85", S.REACHED),  # it fell, and is beyond the target all the same
    ],
)
def test_a_measure_that_is_to_rise(started: str, now: str | None, word: Success) -> None:
    assert course(started, now).word is word


@pytest.mark.parametrize(
    ("now", "word"), [("2", S.REACHED), ("1", S.REACHED), ("5", S.ON_THE_WAY), ("8", S.NOT_MOVING)]
)
def test_a_measure_that_is_to_fall(now: str, word: Success) -> None:
    assert course("8", now, baseline="10", target="2").word is word


def test_a_gain_is_a_share_of_the_whole_way() -> None:
    assert course("65", "70").gained == Fraction(1, 4)  # 5 of 20
    assert course("8", "6", baseline="10", target="2").gained == Fraction(1, 4)  # 2 of 8, downwards
    assert course("65", "60").gained == Fraction(-1, 4)
    assert course("65", None).gained is None


def test_only_what_was_read_after_the_beginning_counts() -> None:
    began = date(2026, 1, 10)
    assert since(began, value=D(70), read_on=date(2026, 1, 11)) == 70
    assert since(began, value=D(70), read_on=began) is None
    assert since(began, value=None, read_on=None) is None


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ([], S.NOT_MEASURED),
        ([S.NOT_MEASURED], S.NOT_MEASURED),
        ([S.REACHED, S.REACHED], S.REACHED),
        ([S.REACHED, S.NOT_MEASURED], S.ON_THE_WAY),
        ([S.NOT_MOVING, S.ON_THE_WAY], S.ON_THE_WAY),
        ([S.NOT_MOVING, S.NOT_MEASURED], S.NOT_MOVING),
    ],
)
def test_words_of_several_measures(words: list[Success], word: Success) -> None:
    assert together(words) is word


def cad(amount: str) -> Money:
    return Money(amount=D(amount), currency="CAD")


def test_a_gain_is_told_per_thousand_invested() -> None:
    assert per_thousand(Fraction(1, 4), [cad("50000")], initiatives=1) == (D("0.005"), None)
    assert per_thousand(Fraction(1, 3), [cad("700")], initiatives=1) == (D("0.476190"), None)  # 1000/2100
    assert per_thousand(Fraction(-1, 4), [cad("1000")], initiatives=1) == (D("-0.25"), None)


@pytest.mark.parametrize(
    ("gained", "invested", "initiatives", "why"),
    [
        (None, [cad("1")], 1, NotTold.NOT_MEASURED),
        (Fraction(1), [cad("1")], 2, NotTold.SEVERAL_INITIATIVES),
        (Fraction(1), [cad("1"), Money(amount=D(1), currency="USD")], 1, NotTold.SEVERAL_CURRENCIES),
        (Fraction(1), [], 1, NotTold.NOTHING_POSTED),
        (Fraction(1), [cad("0")], 1, NotTold.NOTHING_POSTED),
        (Fraction(1), [cad("-5")], 1, NotTold.NOTHING_POSTED),
    ],
)
def test_what_cannot_be_told_honestly_is_not_told(
    gained: Fraction | None, invested: list[Money], initiatives: int, why: NotTold
) -> None:
    assert per_thousand(gained, invested, initiatives=initiatives) == (None, why)
