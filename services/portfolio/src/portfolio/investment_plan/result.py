"""What a solution says: the selection, how the limits stand, what a change would bring, or what clashes."""

from decimal import Decimal
from typing import Any

from pydantic import Field

from chassis.money import Amount, exact_sum, of_fraction, round_to
from chassis.text import Schema
from portfolio.investment_plan.content import Candidate, PlanInputs
from portfolio.investment_plan.explanation import Change, Clash, Explanation, binds
from portfolio.investment_plan.optimizer import Answer
from portfolio.investment_plan.program import Limit, Program, cost_of, value_of
from portfolio.investment_plan.terms import SELECTED, Category, CostKind, LimitKind, Outcome

DECIMALS = 12


class PeriodCost(Schema):
    period: str
    kind: CostKind
    amount: Amount


class CategoryCost(Schema):
    category: Category | None
    candidates: int
    cost: Amount
    share: Amount | None = Field(description="Of the cost of all that is funded, four decimals.")


class LimitUse(Schema):
    """A budget or capacity. It binds when nothing that is left out and needs some of it fits into what is left."""

    kind: LimitKind
    sentence: str
    amount: Amount
    used: Amount
    left: Amount
    binds: bool


class Difference(Schema):
    """The best selection after a change: how much more it is worth, and what it funds that the solution does not. Its
    gap is that of its own proof."""

    gain: Amount
    outcome: Outcome
    gap: Amount | None
    added: list[str]
    dropped: list[str]


class RaisedLimits(Difference):
    limits: list[str] = Field(description="Raised by the percent that was asked for.")


class GivenUpLink(Difference):
    kind: LimitKind
    sentence: str


class ClashView(Schema):
    """Limits that cannot all be kept. Irreducible: without any one of them the others can."""

    limits: list[str]
    irreducible: bool


class Selection(Schema):
    outcome: Outcome
    value: Amount | None
    bound: Amount | None = Field(description="No selection is worth more than this.")
    gap: Amount | None = Field(description="What is not proved, as a part of the value; 0 for an optimum.")
    cost: Amount | None
    selected: list[str]
    unknown_value: list[str] = Field(description="Candidates whose value is not known; funded only where mandatory.")
    costs: list[PeriodCost]
    categories: list[CategoryCost]
    limits: list[LimitUse]


class SelectionResult(Selection):
    seconds: Amount = Field(description="Until the selection was found and proved.")
    raises: list[RaisedLimits] = Field(description="What would be funded next.")
    links: list[GivenUpLink] = Field(description="What each link and share costs.")
    unexplored: list[str] = Field(description="Limits for whose change there was no time.")
    clash: ClashView | None = Field(description="Why there is no selection; null where there is one.")


class FrontierPoint(Schema):
    seconds: Amount
    percent: int = Field(description="Of each budget of the scenario.")
    budget: Amount = Field(description="The sum of the budgets.")
    outcome: Outcome
    value: Amount | None
    bound: Amount | None
    gap: Amount | None
    cost: Amount | None
    funded: int
    added: list[str] = Field(description="Against the point before.")
    dropped: list[str]
    gain_per_unit: Amount | None = Field(description="More value per unit of budget since the point before.")


class FrontierResult(Schema):
    points: list[FrontierPoint]


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


def _costs(inputs: PlanInputs, chosen: list[Candidate]) -> list[PeriodCost]:
    amounts = {
        (period.code, kind): exact_sum(
            cost.amount for it in chosen for cost in it.costs if (cost.period, cost.kind) == (period.code, kind)
        )
        for period in inputs.periods
        for kind in CostKind
    }
    return [PeriodCost(period=period, kind=kind, amount=it) for (period, kind), it in amounts.items()]


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
