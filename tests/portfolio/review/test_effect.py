"""What a decision was to bring is set against what came of it: which way is better, and when nothing can be said."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from portfolio.days import DayRange
from portfolio.evidence.schemas import Evidence
from portfolio.review.effect import CurrencyDiffers, ExpectEffect, FollowUp, against, follow_up, judge
from portfolio.review.figures import figures
from portfolio.review.ranges import Since
from portfolio.review.terms import EffectOutcome, Measure
from tests.portfolio.review.evidence import attainment, cost, demand, evidence, level, recovery

REACHED, PARTLY, MISSED, NOT_MEASURED = EffectOutcome
SINCE = Since(DayRange(date(2026, 5, 1), date(2026, 8, 1)), 3)
DAYS = Since(DayRange(date(2026, 5, 1), date(2026, 5, 20)), 0)


@pytest.mark.parametrize(
    ("measure", "before", "expected", "measured", "outcome"),
    [
        ("cost_per_period", "100", "80", "79.99", REACHED),
        ("cost_per_period", "100", "80", "80.00", REACHED),
        ("cost_per_period", "100", "80", "80.01", PARTLY),
        ("cost_per_period", "100", "80", "100", MISSED),
        ("cost_per_period", "100", "80", "120", MISSED),
        ("cost_per_period", "100", "130", "120", REACHED),
        ("cost_per_period", "100", "130", "131", MISSED),
        ("unit_cost", "10", "8", "9", PARTLY),
        ("unit_cost", None, "8", "9", MISSED),
        ("health", "0.6", "0.9", "0.95", REACHED),
        ("health", "0.6", "0.9", "0.7", PARTLY),
        ("health", "0.6", "0.9", "0.6", MISSED),
        ("health", "0.6", "0.9", "0.5", MISSED),
        ("health", None, "0.9", "0.7", MISSED),
        ("health", "0.6", "0.9", None, NOT_MEASURED),
        ("recovery_ratio", "0.7", "0.8", "1.1", REACHED),
        ("alignment", "0.2", "0.5", "0.4", PARTLY),
        ("subscribed_quantity", "100", "150", "120", PARTLY),
        ("subscribed_quantity", "100", "150", "90", MISSED),
        ("subscribed_quantity", "100", "0", "0", REACHED),
        ("subscribed_quantity", "100", "0", "30", PARTLY),
        ("subscribed_quantity", "100", "0", "110", MISSED),
        ("subscribed_quantity", "100", "20", "10", REACHED),
    ],
)
def test_less_cost_is_better_and_more_of_all_else_but_of_demand_what_was_wanted(
    measure: str, before: str | None, expected: str, measured: str | None, outcome: EffectOutcome
) -> None:
    known = [None if text is None else Decimal(text) for text in (before, measured)]
    assert judge(Measure(measure), before=known[0], expected=Decimal(expected), measured=known[1]) is outcome


def costs(*months: tuple[str, str | None], currency: str = "CAD") -> dict[str, Any]:
    """(cost, subscribed quantity) of each month."""
    periods = [
        {
            "starts_on": date(2026, 5 + at, 1),
            "cost": Decimal(amount),
            "income": Decimal(0),
            "net": Decimal(amount),
            "quantity": None if quantity is None else Decimal(quantity),
        }
        for at, (amount, quantity) in enumerate(months)
    ]
    total = sum(Decimal(amount) for amount, _ in months)
    return {**cost(), "currency": currency, "cost": total, "net": total, "periods": periods}


BEFORE = evidence(
    cost=costs(("90", "10"), ("110", "10")),
    recovery=recovery("0.75"),
    attainment=attainment(level(), level(outcome="missed")),
    demand=demand(now=(5, "100")),
)


def test_the_figures_before_are_those_of_the_evidence() -> None:
    """200 in two months is 100 a month, and 10 per unit and month."""
    found = {measure: (figure.value, figure.currency) for measure, figure in figures(BEFORE).items()}
    assert found == {
        Measure.COST_PER_PERIOD: (Decimal(100), "CAD"),
        Measure.UNIT_COST: (Decimal(10), "CAD"),
        Measure.RECOVERY_RATIO: (Decimal("0.75"), None),
        Measure.HEALTH: (Decimal("0.5"), None),
        Measure.SUBSCRIBED_QUANTITY: (Decimal(100), None),
        Measure.ALIGNMENT: (Decimal("0.5"), None),
    }


def measured(now: Evidence, *expects: dict[str, Any], since: Since = SINCE, retired_on: date | None = None) -> FollowUp:
    expected = against(figures(BEFORE), [ExpectEffect.model_validate(each) for each in expects])
    return follow_up(BEFORE, now, since, expected=expected, retired_on=retired_on)


COST_80 = {"measure": "cost_per_period", "expected": "80", "currency": "CAD"}


def test_an_effect_is_told_in_a_sentence_that_a_manager_can_repeat() -> None:
    (effect,) = measured(evidence(cost=costs(("90", None), ("84", None), ("90", None))), COST_80).effects
    assert (effect.before, effect.measured, effect.difference) == (Decimal(100), Decimal(88), Decimal(8))
    assert effect.outcome is PARTLY
    assert effect.sentence == (
        "The cost per period was 100.00 CAD, 80.00 CAD was expected, and it is 88.00 CAD: partly reached."
    )


def test_what_was_not_expected_is_compared_too() -> None:
    now = evidence(cost=None, recovery=recovery("0.9"), demand=demand(now=(3, "50")), alignment=None)
    told = {it.measure: (it.before, it.after, it.change) for it in measured(now).changes}
    assert told[Measure.RECOVERY_RATIO] == (Decimal("0.75"), Decimal("0.9"), Decimal("0.2"))
    assert told[Measure.SUBSCRIBED_QUANTITY] == (Decimal(100), Decimal(50), Decimal("-0.5"))
    assert told[Measure.ALIGNMENT] == (Decimal("0.5"), None, None)
    assert told[Measure.COST_PER_PERIOD] == (Decimal(100), None, None)


def test_what_is_not_measured_says_why_as_the_evidence_does() -> None:
    unknown = [{"part": "cost", "reason": "No cost has been posted for it in this range."}]
    (effect,) = measured(evidence(cost=None, missing=unknown), COST_80).effects
    assert (effect.outcome, effect.measured, effect.difference) == (NOT_MEASURED, None, None)
    assert effect.reason == "No cost has been posted for it in this range."


def test_a_cost_without_units_has_no_cost_per_unit() -> None:
    expects = {"measure": "unit_cost", "expected": "9", "currency": "CAD"}
    (effect,) = measured(evidence(cost=costs(("90", None))), expects).effects
    assert effect.reason == "No units are known that its cost could be divided by."


def test_costs_come_in_months_so_that_before_one_is_over_none_is_compared() -> None:
    health = {"measure": "health", "expected": "0.9"}
    effects = measured(evidence(cost=costs(("1", "1"))), COST_80, health, since=DAYS).effects
    assert [effect.outcome for effect in effects] == [NOT_MEASURED, REACHED]
    assert effects[0].reason == "No whole month has passed since the decision."


def test_amounts_in_two_currencies_are_not_compared() -> None:
    told = measured(evidence(cost=costs(("50", None), currency="USD")), COST_80)
    (effect,) = told.effects
    assert effect.outcome is NOT_MEASURED
    assert effect.reason == "It was expected in CAD, and is in USD now."
    (per_period,) = [it for it in told.changes if it.measure is Measure.COST_PER_PERIOD]
    assert (per_period.currency, per_period.before, per_period.after) == ("CAD", Decimal(100), None)


RETIRED = date(2026, 4, 30)


def test_the_effect_of_a_retirement_is_what_was_saved() -> None:
    told = measured(evidence(status="retired", cost=None), COST_80, since=SINCE, retired_on=RETIRED)
    (effect,) = told.effects
    assert (effect.measured, effect.outcome) == (Decimal(0), REACHED)
    assert told.saving == "It retired on 2026-04-30, which saves 100.00 CAD of its cost per period."


def test_what_is_still_posted_for_a_retired_service_is_spread_over_all_months_since() -> None:
    """30 in one of three months is 10 a month, so that 90 of 100 are saved."""
    told = measured(evidence(status="retired", cost=costs(("30", None))), since=SINCE, retired_on=RETIRED)
    assert told.saving == "It retired on 2026-04-30, which saves 90.00 CAD of its cost per period."


def test_of_a_retired_service_nothing_else_is_measured_but_who_still_subscribes() -> None:
    expects: list[dict[str, Any]] = [
        {"measure": "health", "expected": "0.9"},
        {"measure": "subscribed_quantity", "expected": "0"},
    ]
    now = evidence(status="retired", demand=demand(now=(0, "0")))
    effects = measured(now, *expects, retired_on=RETIRED).effects
    assert [effect.outcome for effect in effects] == [NOT_MEASURED, REACHED]
    assert effects[0].reason == "It retired on 2026-04-30."


def test_what_a_retirement_saves_is_not_said_before_a_month_is_over_or_without_a_cost_before() -> None:
    early = measured(evidence(status="retired", cost=None), COST_80, since=DAYS, retired_on=RETIRED)
    assert early.saving == "It retired on 2026-04-30; what that saves is not known."
    assert early.effects[0].reason == "No whole month has passed since it retired on 2026-04-30."
    without = follow_up(evidence(cost=None), evidence(cost=None), SINCE, expected=[], retired_on=RETIRED)
    assert without.saving == "It retired on 2026-04-30; what that saves is not known."


def test_a_cost_is_expected_in_the_currency_of_the_evidence() -> None:
    with pytest.raises(CurrencyDiffers, match="CAD, not in USD"):
        measured(evidence(), {**COST_80, "currency": "USD"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"measure": "cost_per_period", "expected": "80"},
        {"measure": "health", "expected": "0.9", "currency": "CAD"},
        {"measure": "health", "expected": "1.01"},
        {"measure": "alignment", "expected": "90"},
        {"measure": "subscribed_quantity", "expected": "-1"},
        {"measure": "happiness", "expected": "1"},
    ],
)
def test_what_cannot_be_measured_cannot_be_expected(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ExpectEffect.model_validate(wrong)


def test_figures_as_far_apart_as_figures_can_be_are_set_against_each_other() -> None:
    most = "9" * 20
    now = evidence(cost=costs((f"-{most}", None)))
    (effect,) = measured(now, {**COST_80, "expected": most}).effects
    assert (effect.outcome, effect.difference) == (REACHED, None)
    assert effect.measured == Decimal(f"-{most}")
