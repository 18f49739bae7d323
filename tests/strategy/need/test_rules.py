"""What a need is, how it is scored, and when it is open."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import uuid7
from strategy.need.events import NeedAssessed
from strategy.need.model import Assessment, InTheFuture, Need, NeedState, NotClosed, NotOneBeneficiary, NotOpen

TODAY = date(2026, 1, 15)


def need(*, customer: UUID | None = None, space: UUID | None = None, on: date = TODAY) -> Need:
    return Need.identify(
        statement="Answers within a day",
        asked_by="Head of service",
        on=on,
        today=TODAY,
        customer_id=customer,
        market_space_id=space,
        assessment=Assessment(8, 5),
    )


@pytest.mark.parametrize(
    ("importance", "satisfaction", "score"),
    [(9, 4, 14), (9, 9, 9), (3, 10, 3), (10, 1, 19), (1, 10, 1), (7, None, None)],
)
def test_the_score_is_the_importance_and_what_it_exceeds_the_satisfaction_by(
    importance: int, satisfaction: int | None, score: int | None
) -> None:
    assert Assessment(importance, satisfaction).opportunity_score == score


@given(st.integers(1, 10), st.integers(1, 10))
def test_no_score_is_below_its_importance_nor_above_twice_of_it(importance: int, satisfaction: int) -> None:
    score = Assessment(importance, satisfaction).opportunity_score
    assert score is not None
    assert importance <= score < 2 * importance or importance == score == 1


def test_a_need_is_that_of_either_a_customer_or_a_market_space() -> None:
    for customer, space in ((None, None), (uuid7(), uuid7())):
        with pytest.raises(NotOneBeneficiary):
            need(customer=customer, space=space)


def test_neither_a_need_nor_its_assessment_is_of_a_day_to_come() -> None:
    tomorrow = date(2026, 1, 16)
    with pytest.raises(InTheFuture):
        need(customer=uuid7(), on=tomorrow)
    with pytest.raises(InTheFuture):
        need(customer=uuid7()).assess(Assessment(1, 1), on=tomorrow, today=TODAY)


def test_only_an_open_need_can_be_met_or_dropped_and_only_a_closed_one_reopened() -> None:
    one = need(customer=uuid7())
    with pytest.raises(NotClosed):
        one.reopen(reason="again")
    one.meet(reason="done")
    for close in (one.meet, one.drop):
        with pytest.raises(NotOpen):
            close(reason="again")
    one.reopen(reason="not done")
    assert (one.state, one.state_reason) == (NeedState.REOPENED, "not done")
    one.drop(reason="no longer asked for")
    assert not one.is_open


def test_an_earlier_assessment_leaves_the_current_one_as_it_is() -> None:
    one = need(space=uuid7())
    one.assess(Assessment(2, 2), on=date(2025, 1, 1), today=TODAY)
    assert (one.importance, one.satisfaction, one.assessed_on) == (8, 5, TODAY)


def test_only_a_current_assessment_that_differs_is_announced() -> None:
    one = need(space=uuid7(), on=date(2026, 1, 1))
    for assessment, on in (
        (Assessment(8, 5), TODAY),
        (Assessment(1, 1), date(2025, 1, 1)),
        (Assessment(9, None), TODAY),
    ):
        one.assess(assessment, on=on, today=TODAY)
    [fact] = [fact for _, fact, _ in one.recorded if isinstance(fact, NeedAssessed)]
    assert (fact.importance, fact.satisfaction, fact.opportunity_score) == (9, None, None)
