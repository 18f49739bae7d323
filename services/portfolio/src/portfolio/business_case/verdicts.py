"""Which option is best by what, in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chassis.money import EXACT, plain, round_to
from chassis.text import Schema
from portfolio.business_case.figures import Figures
from portfolio.business_case.terms import IrrState


class Criterion(StrEnum):
    NPV = "npv"
    EQUIVALENT_ANNUAL_VALUE = "equivalent_annual_value"
    INTERNAL_RATE = "internal_rate"
    PAYBACK = "payback"
    DISCOUNTED_PAYBACK = "discounted_payback"
    PROFITABILITY_INDEX = "profitability_index"
    PREFERENCE = "preference"


class VerdictView(Schema):
    """`options` that are best by the criterion, several when they are equal; none when no option can be measured."""

    criterion: Criterion
    options: list[str]
    sentence: str


@dataclass(frozen=True)
class Candidate:
    name: str
    does_nothing: bool
    preferred: bool
    figures: Figures


@dataclass(frozen=True)
class Measure:
    """`value` is None for an option that the criterion says nothing about; higher is better unless `lowest`."""

    criterion: Criterion
    named: str
    value: Callable[[Figures], Decimal | None]
    written: Callable[[Decimal, str], str]
    lowest: bool = False
    with_nothing: bool = False


def _money(amount: Decimal, currency: str) -> str:
    return f"{plain(amount)} {currency}"


def _percent(rate: Decimal, _: str) -> str:
    return f"{plain(round_to(EXACT.multiply(rate, 100), 2))} %"


def _periods(count: Decimal, _: str) -> str:
    return f"{plain(round_to(count, 1))} periods"


def _ratio(ratio: Decimal, _: str) -> str:
    return plain(round_to(ratio, 2))


def _one_rate(figures: Figures) -> Decimal | None:
    """Of several rates none says how good an option is."""
    return figures.irrs[0] if figures.irr_state is IrrState.ONE else None


# Doing nothing lays nothing out: by a rate, a ratio or a payback it is neither good nor bad.
MEASURES = (
    Measure(Criterion.NPV, "net present value", lambda it: it.npv, _money, with_nothing=True),
    Measure(Criterion.INTERNAL_RATE, "internal rate of return", _one_rate, _percent),
    Measure(Criterion.PAYBACK, "payback", lambda it: it.payback, _periods, lowest=True),
    Measure(
        Criterion.DISCOUNTED_PAYBACK, "discounted payback", lambda it: it.discounted_payback, _periods, lowest=True
    ),
    Measure(Criterion.PROFITABILITY_INDEX, "profitability index", lambda it: it.profitability_index, _ratio),
)
ANNUAL = Measure(
    Criterion.EQUIVALENT_ANNUAL_VALUE, "equivalent annual value", lambda it: it.equivalent_annual_value, _money
)


def verdicts(candidates: Sequence[Candidate], currency: str, *, lives_differ: bool) -> list[VerdictView]:
    """Nothing about options without figures."""
    if not candidates:
        return []
    measures = (MEASURES[0], ANNUAL, *MEASURES[1:]) if lives_differ else MEASURES
    found = [_verdict(measure, candidates, currency) for measure in measures]
    return [*found, *_preference(candidates, currency)]


def _verdict(measure: Measure, candidates: Sequence[Candidate], currency: str) -> VerdictView:
    compared = [it for it in candidates if measure.with_nothing or not it.does_nothing]
    measured = {it.name: value for it in compared if (value := measure.value(it.figures)) is not None}
    if not measured:
        sentence = f"By {measure.named} nothing can be said: no option has one."
        return VerdictView(criterion=measure.criterion, options=[], sentence=sentence)
    top = min(measured.values()) if measure.lowest else max(measured.values())
    best = [name for name, value in measured.items() if value == top]
    sentence = f"By {measure.named} {_listed(best)} at {measure.written(top, currency)}."
    if unmeasured := [it.name for it in compared if it.name not in measured]:
        sentence += f" It says nothing about {', '.join(unmeasured)}."
    return VerdictView(criterion=measure.criterion, options=best, sentence=sentence)


def _listed(names: list[str]) -> str:
    return f"{names[0]} is best" if len(names) == 1 else f"{' and '.join(names)} are equally good"


def _preference(candidates: Sequence[Candidate], currency: str) -> list[VerdictView]:
    """Said where the preferred option is not the one that is worth most."""
    preferred = next((it for it in candidates if it.preferred), None)
    most = max(candidates, key=lambda it: it.figures.npv)
    if preferred is None or preferred.figures.npv == most.figures.npv:
        return []
    short = EXACT.subtract(most.figures.npv, preferred.figures.npv)
    sentence = f"The preferred option {preferred.name} is worth {_money(short, currency)} less than {most.name}."
    return [VerdictView(criterion=Criterion.PREFERENCE, options=[preferred.name], sentence=sentence)]
