"""Puts what was found into words: the result of a solution out of the whole numbers of a program and its answers."""

from decimal import Decimal
from typing import Any

from chassis.money import exact_sum, of_fraction, round_to
from portfolio.investment_plan.content import Candidate, PlanInputs
from portfolio.investment_plan.explanation import Change, Clash, Explanation, binds
from portfolio.investment_plan.optimizer import Answer
from portfolio.investment_plan.program import Limit, Program, cost_of, value_of
from portfolio.investment_plan.result import (
    CategoryCost,
    ClashView,
    GivenUpLink,
    LimitUse,
    PlanPeriodCost,
    RaisedLimits,
    Selection,
    SelectionResult,
)
from portfolio.investment_plan.terms import SELECTED, Category, CostKind

DECIMALS = 12


def gap_of(answer: Answer) -> Decimal | None:
    return None if answer.gap is None else of_fraction(answer.gap, DECIMALS).normalize()


def shown_seconds(answer: Answer) -> Decimal:
    return round_to(Decimal(answer.seconds), 3)


def codes(inputs: PlanInputs, places: Any) -> list[str]:
    return sorted(inputs.candidates[at].code for at in places)


def selection(inputs: PlanInputs, program: Program, answer: Answer) -> Selection:
    known = answer.outcome in SELECTED
    chosen = [inputs.candidates[at] for at in sorted(answer.selected)]
    values = value_of(inputs.scenario.objective, inputs.candidates)
    return Selection(
        outcome=answer.outcome,
        value=program.worth(answer.selected) if known else None,
        bound=program.in_units(answer.bound) if known and answer.bound is not None else None,
        gap=gap_of(answer) if known else None,
        cost=exact_sum(cost_of(it) for it in chosen) if known else None,
        selected=sorted(it.code for it in chosen),
        unknown_value=sorted(it.code for it, value in zip(inputs.candidates, values, strict=True) if value is None),
        costs=_costs(inputs, chosen) if known else [],
        categories=_categories(chosen) if known else [],
        limits=[_use(it, answer.selected) for it in program.limits if it.is_quantity] if known else [],
    )


def _costs(inputs: PlanInputs, chosen: list[Candidate]) -> list[PlanPeriodCost]:
    amounts = {
        (period.code, kind): exact_sum(
            cost.amount for it in chosen for cost in it.costs if (cost.period, cost.kind) == (period.code, kind)
        )
        for period in inputs.periods
        for kind in CostKind
    }
    return [PlanPeriodCost(period=period, kind=kind, amount=it) for (period, kind), it in amounts.items()]


def _categories(chosen: list[Candidate]) -> list[CategoryCost]:
    total = exact_sum(cost_of(it) for it in chosen)
    found = []
    for category in (*Category, None):
        of_it = [it for it in chosen if it.category is category]
        cost = exact_sum(cost_of(it) for it in of_it)
        share = (cost / total).quantize(Decimal("0.0001")) if total else None
        found.append(CategoryCost(category=category, candidates=len(of_it), cost=cost, share=share))
    return found


def _use(limit: Limit, selected: frozenset[int]) -> LimitUse:
    amount, used = limit.amount or Decimal(0), limit.used(selected)
    return LimitUse(
        kind=limit.kind,
        sentence=limit.sentence,
        amount=amount,
        used=used,
        left=amount - used,
        binds=binds(limit, selected),
    )


def explained(
    inputs: PlanInputs, program: Program, answer: Answer, explanation: Explanation, clash: Clash | None
) -> SelectionResult:
    sentences = [limit.sentence for limit in program.limits]
    return SelectionResult(
        **dict(selection(inputs, program, answer)),
        seconds=shown_seconds(answer),
        raises=[
            RaisedLimits(limits=[sentences[at] for at in it.limits], **_difference(inputs, answer, it))
            for it in explanation.raised
        ],
        links=[
            GivenUpLink(
                kind=program.limits[it.limits[0]].kind,
                sentence=sentences[it.limits[0]],
                **_difference(inputs, answer, it),
            )
            for it in explanation.given_up
        ],
        unexplored=[sentences[at] for at in explanation.unexplored],
        clash=ClashView(limits=[sentences[at] for at in clash.limits], irreducible=clash.irreducible)
        if clash
        else None,
    )


def _difference(inputs: PlanInputs, before: Answer, change: Change) -> dict[str, Any]:
    after = change.answer
    return {
        "gain": change.program.in_units(after.worth - before.worth),
        "outcome": after.outcome,
        "gap": gap_of(after),
        "added": codes(inputs, after.selected - before.selected),
        "dropped": codes(inputs, before.selected - after.selected),
    }
