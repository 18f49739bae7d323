"""What a decision was expected to bring, set against what came of it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from chassis.money import WHOLE_DIGITS, Amount, Currency, NonNegativeAmount, exact_sum, plain
from chassis.problems import Conflict
from chassis.text import Schema
from portfolio.evidence.schemas import Evidence
from portfolio.evidence.trend import change
from portfolio.review.figures import Figure, Figures, Retired, figures, figures_since
from portfolio.review.ranges import Since
from portfolio.review.terms import MONEY, SHARES, EffectOutcome, Measure
from portfolio.wording import money, percent

NAMES = {
    Measure.COST_PER_PERIOD: "The cost per period",
    Measure.UNIT_COST: "The cost per subscribed unit and period",
    Measure.RECOVERY_RATIO: "The recovery of its cost",
    Measure.HEALTH: "Its health",
    Measure.SUBSCRIBED_QUANTITY: "The subscribed quantity",
    Measure.ALIGNMENT: "Its alignment with objectives",
}
WORDS = {EffectOutcome.REACHED: "reached", EffectOutcome.PARTLY: "partly reached", EffectOutcome.MISSED: "missed"}


class CurrencyDiffers(Conflict, code="portfolio.review.currency-differs"):
    """What is expected of a cost is said in the currency that the evidence has it in."""


class ExpectEffect(Schema):
    measure: Measure
    expected: NonNegativeAmount = Field(description="A ratio, health or alignment as a fraction: 0.9 for 90 %.")
    currency: Currency | None = Field(default=None, description="Of an expected cost, and only of that.")

    @model_validator(mode="after")
    def _is_measurable(self) -> Self:
        if (self.measure in MONEY) != (self.currency is not None):
            raise ValueError("a cost, and only a cost, is expected in a currency")
        if self.measure in SHARES and self.expected > 1:
            raise ValueError("health and alignment are at most 1")
        return self


class ExpectedEffect(Schema):
    """`before` is what the evidence of the review says; null when it says nothing of it."""

    measure: Measure
    expected: NonNegativeAmount
    currency: Currency | None
    before: Amount | None


class MeasuredEffect(ExpectedEffect):
    measured: Amount | None
    difference: Amount | None = Field(description="`measured` − `expected`.")
    outcome: EffectOutcome = Field(
        description="Reached: at least as good as expected; partly: better than before, but not as expected."
    )
    reason: str | None = Field(description="Why it was not measured.")
    sentence: str


class MeasureChange(Schema):
    """A measure before the decision and since, whether or not anything was expected of it."""

    measure: Measure
    currency: Currency | None
    before: Amount | None
    after: Amount | None
    change: Amount | None = Field(description="(after − before) / before, a fraction.")


class FollowUp(Schema):
    """What came of a decision in `months` whole months, or, before there is one, in the days since; `retired_on` if the
    service has retired: then since that day."""

    starts_on: date
    ends_on: date
    months: int
    retired_on: date | None
    saving: str | None = Field(description="What the retirement saves, in a sentence.")
    effects: list[MeasuredEffect] = Field(max_length=len(Measure), description="Of what was expected.")
    changes: list[MeasureChange] = Field(max_length=len(Measure), description="Of all that can be compared.")
    evidence: Evidence


def follow_up(
    before: Evidence, evidence: Evidence, since: Since, *, expected: Iterable[ExpectedEffect], retired_on: date | None
) -> FollowUp:
    """`evidence` is that of the days since the decision, `before` what the decision was made on."""
    retired = Retired(retired_on, since.months) if retired_on else None
    was = figures(before)
    now = figures_since(was, evidence, retired=retired, months=since.months)
    return FollowUp(
        starts_on=since.within.starts_on,
        ends_on=since.within.ends_on,
        months=since.months,
        retired_on=retired_on,
        saving=saving(was, now, retired) if retired else None,
        effects=measure_effects(expected, now),
        changes=changes(was, now),
        evidence=evidence,
    )


def against(before: Figures, effects: Iterable[ExpectEffect]) -> list[ExpectedEffect]:
    """Each beside what the evidence says before. Raises CurrencyDiffers."""
    return [_against(before[effect.measure], effect) for effect in effects]


def _against(before: Figure, effect: ExpectEffect) -> ExpectedEffect:
    if before.value is not None and before.currency != effect.currency:
        raise CurrencyDiffers(f"The evidence has it in {before.currency}, not in {effect.currency}.")
    return ExpectedEffect(**dict(effect), before=before.value)


def measure_effects(effects: Iterable[ExpectedEffect], after: Figures) -> list[MeasuredEffect]:
    return [_measured(effect, after[effect.measure]) for effect in effects]


def _measured(effect: ExpectedEffect, now: Figure) -> MeasuredEffect:
    if now.value is not None and now.currency != effect.currency:
        now = Figure(None, reason=f"It was expected in {effect.currency}, and is in {now.currency} now.")
    outcome = judge(effect.measure, before=effect.before, expected=effect.expected, measured=now.value)
    return MeasuredEffect(
        **dict(effect),
        measured=now.value,
        difference=None if now.value is None else _difference(now.value, effect.expected),
        outcome=outcome,
        reason=now.reason,
        sentence=_sentence(effect, now, outcome),
    )


def judge(measure: Measure, *, before: Decimal | None, expected: Decimal, measured: Decimal | None) -> EffectOutcome:
    """Less cost is better, more of all else; of the subscribed quantity better is the way that it was to go."""
    if measured is None:
        return EffectOutcome.NOT_MEASURED
    to_fall = measure is Measure.SUBSCRIBED_QUANTITY and before is not None and expected < before
    less_is_better = measure in MONEY or to_fall
    if measured == expected or (measured < expected) == less_is_better:
        return EffectOutcome.REACHED
    if before is not None and measured != before and (measured < before) == less_is_better:
        return EffectOutcome.PARTLY
    return EffectOutcome.MISSED


def _difference(one: Decimal, other: Decimal) -> Decimal | None:
    """None when it has more digits than a figure may have."""
    result = exact_sum((one, other.copy_negate()))
    return None if result.adjusted() >= WHOLE_DIGITS else result


def _sentence(effect: ExpectedEffect, now: Figure, outcome: EffectOutcome) -> str:
    name, expected = NAMES[effect.measure], _said(effect.measure, effect.expected, effect.currency)
    if now.value is None:
        return f"{name} was expected to be {expected}, and was not measured: {now.reason}"
    was = "not known before" if effect.before is None else _said(effect.measure, effect.before, effect.currency)
    is_now = _said(effect.measure, now.value, now.currency)
    return f"{name} was {was}, {expected} was expected, and it is {is_now}: {WORDS[outcome]}."


def _said(measure: Measure, value: Decimal, currency: str | None) -> str:
    if currency:
        return money(value, currency)
    return plain(value) if measure is Measure.SUBSCRIBED_QUANTITY else percent(value)


def changes(before: Figures, after: Figures) -> list[MeasureChange]:
    """Of each measure that is known before or since; amounts in two currencies are not compared."""
    both = [(measure, before[measure], after[measure]) for measure in Measure]
    return [_change(*each) for each in both if (each[1].value, each[2].value) != (None, None)]


def _change(measure: Measure, was: Figure, now: Figure) -> MeasureChange:
    if was.value is not None and was.currency != now.currency:
        now = Figure(None)
    moved = None if was.value is None or now.value is None else change(was.value, now.value)
    currency = was.currency or now.currency
    return MeasureChange(measure=measure, currency=currency, before=was.value, after=now.value, change=moved)


def saving(before: Figures, after: Figures, retired: Retired) -> str:
    """The effect of a retirement, in a sentence."""
    was, now = before[Measure.COST_PER_PERIOD], after[Measure.COST_PER_PERIOD]
    if was.value is None or was.currency is None or now.value is None or now.currency != was.currency:
        return f"It retired on {retired.on}; what that saves is not known."
    less = exact_sum((was.value, now.value.copy_negate()))
    return f"It retired on {retired.on}, which saves {money(less, was.currency)} of its cost per period."
