"""Candidates out of business cases: what the preferred option costs in the periods of a plan, and what it is worth."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT, exact_sum
from chassis.problems import NoSuchResource
from portfolio.business_case.content import CaseContent, CaseFlow
from portfolio.business_case.figures import OptionFigures
from portfolio.business_case.model import BusinessCase
from portfolio.business_case.submission import BusinessCaseSubmission
from portfolio.business_case.terms import CaseStatus, FlowKind
from portfolio.investment_plan import queries
from portfolio.investment_plan.actions import describe, new_candidate
from portfolio.investment_plan.content import MOST_CANDIDATES, Candidate, CandidateCost, PlanPeriod, SkillDemand
from portfolio.investment_plan.model import InvestmentPlan
from portfolio.investment_plan.schemas import ImportCases, ImportedCases, LeftOut
from portfolio.investment_plan.terms import CostKind
from portfolio.score_model.model import Assessment, ScoreModel

PAID = {FlowKind.CAPITAL: CostKind.CAPITAL, FlowKind.OPERATING: CostKind.OPERATING}


@dataclass(frozen=True)
class Spread:
    """What a case costs in the periods of a plan, and outside of them."""

    costs: list[CandidateCost]
    demands: list[SkillDemand]
    beyond: Decimal


def spread(said: CaseContent, periods: Sequence[PlanPeriod]) -> Spread:
    """What the preferred option pays; period 0 of the case is the first of the plan, a day is in the one it falls into.
    What it receives lowers no cost: a budget is for what is paid."""
    flows = [
        flow for flow in (said.preferred or (0, said.options[0]))[1].flows if flow.kind in PAID and flow.amount < 0
    ]
    paid: dict[tuple[str | None, CostKind], Decimal] = defaultdict(Decimal)
    for flow in flows:
        key = _period(flow, periods), PAID[flow.kind]
        paid[key] = EXACT.subtract(paid[key], flow.amount)
    return Spread(
        [
            CandidateCost(period=period, kind=kind, amount=amount)
            for (period, kind), amount in sorted(paid.items(), key=str)
            if period is not None
        ],
        [
            SkillDemand(skill=need.skill, period=periods[need.period].code, quantity=need.quantity)
            for need in said.resource_demands
            if need.period < len(periods)
        ],
        exact_sum(amount for (period, _), amount in paid.items() if period is None),
    )


def _period(flow: CaseFlow, periods: Sequence[PlanPeriod]) -> str | None:
    if flow.flow_on is None:
        at = flow.period or 0
        return periods[at].code if at < len(periods) else None
    day = flow.flow_on
    return next((it.code for it in periods if it.starts_on <= day < it.ends_on), None)


async def import_cases(session: AsyncSession, plan: InvestmentPlan, command: ImportCases) -> ImportedCases:
    """A candidate has the code of its case. One that is there already keeps its category."""
    plan.change()
    there = {it.code: it for it in await queries.candidates(session, plan.id)}
    done: Counter[str] = Counter()
    left_out: list[LeftOut] = []
    fresh: list[Candidate] = []
    for row in await _cases(session, plan, command):
        if reason := _unsuited(row, plan):
            left_out.append(LeftOut(business_case=row.BusinessCase.code, reason=reason))
            continue
        known = there.get(row.BusinessCase.code)
        said, beyond = _candidate(row, plan, known.category if known else command.category)
        fresh.append(said)
        done[_taken(session, plan, row, said, beyond, known)] += 1
    plan.check_costs(fresh, known=len(there.keys() - {it.code for it in fresh}))
    await session.flush()
    return ImportedCases(
        created=done["created"],
        changed=done["changed"],
        unchanged=done["unchanged"],
        left_out=left_out,
        version=plan.version,
    )


async def _cases(session: AsyncSession, plan: InvestmentPlan, command: ImportCases) -> list[Any]:
    """Each with its last submission and its score, in one statement. NoSuchResource for a code that is not there."""
    B, S, A = BusinessCase, BusinessCaseSubmission, Assessment
    submitted = and_(S.business_case_id == B.id, S.number == B.number)
    query = select(B, S, A.score if command.score_model else null().label("score")).outerjoin(S, submitted)
    if command.score_model:
        model = await session.scalar(select(ScoreModel).where(ScoreModel.code == command.score_model))
        if model is None:
            raise NoSuchResource(f"There is no score model {command.score_model}.")
        scored = and_(A.business_case_id == B.id, A.score_model_id == model.id, A.number == model.published_number)
        query = query.outerjoin(A, and_(scored, A.period == command.score_period))
    if command.business_cases is None:
        suited = [CaseStatus.SUBMITTED, CaseStatus.APPROVED]
        query = query.where(B.currency == plan.currency, B.status.in_(suited))
    else:
        query = query.where(B.code.in_(command.business_cases))
    rows = (await session.execute(query.order_by(B.code).limit(MOST_CANDIDATES + 1))).all()
    if missing := sorted(set(command.business_cases or ()) - {row.BusinessCase.code for row in rows}):
        raise NoSuchResource(f"There is no business case {missing[0]}.")
    return list(rows)


def _unsuited(row: Any, plan: InvestmentPlan) -> str | None:
    case, submission = row.BusinessCase, row.BusinessCaseSubmission
    if case.status not in (CaseStatus.SUBMITTED, CaseStatus.APPROVED):
        return f"It is {case.status}."
    if case.currency != plan.currency:
        return f"It is in {case.currency}, the plan in {plan.currency}."
    if submission is None or submission.figures is None:
        return (submission and submission.refused_reason) or "Finance has not appraised it yet."
    return None


def _candidate(row: Any, plan: InvestmentPlan, category: Any) -> tuple[Candidate, Decimal]:
    said: CaseContent = row.BusinessCaseSubmission.said
    figures = [OptionFigures.model_validate(it) for it in row.BusinessCaseSubmission.figures]
    number = (said.preferred or (0, None))[0]
    found = spread(said, plan.years)
    candidate = Candidate(
        code=row.BusinessCase.code,
        name=said.title,
        category=category,
        npv=next((it.figures.npv for it in figures if it.number == number), None),
        score=row.score,
        costs=found.costs,
        demands=found.demands,
    )
    return candidate, found.beyond


def _taken(session: AsyncSession, plan: InvestmentPlan, row: Any, said: Candidate, beyond: Decimal, known: Any) -> str:
    case = row.BusinessCase
    origin: dict[str, Any] = {
        "business_case_id": case.id,
        "business_case_number": case.number,
        "service_id": case.service_id,
        "beyond": beyond,
    }
    if known is None:
        session.add(new_candidate(plan, said, **origin))
        return "created"
    changed = describe(known, said) or any(getattr(known, name) != value for name, value in origin.items())
    for name, value in origin.items():
        setattr(known, name, value)
    return "changed" if changed else "unchanged"
