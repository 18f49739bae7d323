"""The operations on investment plans, their candidates and scenarios."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Path
from sqlalchemy import delete, select

from chassis.imports import CSV_MEDIA, ImportResult, Upload
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import CODE, Code
from portfolio.investment_plan import actions, capacities, cases, intake, queries
from portfolio.investment_plan.content import ScenarioContent
from portfolio.investment_plan.model import (
    CodeTaken,
    InvestmentPlan,
    NotDraft,
    PlanCandidate,
    PlanScenario,
    Unfit,
)
from portfolio.investment_plan.schemas import (
    BeginInvestmentPlan,
    CandidateView,
    ImportCapacities,
    ImportCases,
    ImportedCapacities,
    ImportedCases,
    InvestmentPlanView,
    ScenariosView,
    ScenarioView,
    SetCandidates,
)
from portfolio.investment_plan.terms import Category, PlanStatus

router = Router("investment-plans")

READ, WRITE, IMPORT = (f"portfolio:investment-plan:{verb}" for verb in ("read", "write", "import"))
BODY_BYTES = 16 << 20
ScenarioCode = Annotated[str, Path(min_length=1, max_length=64, pattern=CODE)]
YEAR = {"code": "2026-27", "starts_on": "2026-04-01", "ends_on": "2027-04-01"}
CANDIDATE = {
    "code": "mail",
    "name": "Replace the mail platform",
    "category": "run",
    "npv": "3065.22",
    "costs": [{"period": "2026-27", "kind": "capital", "amount": "40000"}],
    "demands": [{"skill": "engineer", "period": "2026-27", "quantity": "120"}],
}
SCENARIO = {
    "objective": {"npv": "1"},
    "budgets": [{"period": "2026-27", "kind": "capital", "amount": "1000000"}],
    "capacities": [{"skill": "engineer", "period": "2026-27", "quantity": "2000"}],
    "links": [{"kind": "mandatory", "candidates": ["mail"]}],
    "shares": [{"category": "run", "most": "0.6"}],
}


@router.operation(
    "POST",
    "/investment-plans",
    permission=WRITE,
    problems=[CodeTaken],
    status=201,
    example={"code": "2026", "name": "Investments of 2026", "currency": "CAD", "periods": [YEAR]},
)
async def begin_investment_plan(command: BeginInvestmentPlan, session: Session) -> InvestmentPlanView:
    """Begin an investment plan over some periods, as a draft."""
    plan = InvestmentPlan.begin(**dict(command))
    session.add(plan)
    await session.flush()
    return InvestmentPlanView.model_validate(plan)


@router.operation("GET", "/investment-plans", permission=READ)
async def list_investment_plans(
    session: Session, asked: AskedPage, status: PlanStatus | None = None, code: Code | None = None
) -> Page[InvestmentPlanView]:
    """List investment plans."""
    wanted = {"status": status, "code": code}
    query = select(InvestmentPlan).filter_by(**{name: it for name, it in wanted.items() if it is not None})
    return await page(session, query, asked, sorts={"code": InvestmentPlan.code}, tie=InvestmentPlan.id)


@router.operation("GET", "/investment-plans/{investment_plan_id}", permission=READ)
async def get_investment_plan(investment_plan_id: UUID, session: Session) -> InvestmentPlanView:
    """Show an investment plan."""
    return InvestmentPlanView.model_validate(await found(session, InvestmentPlan, investment_plan_id))


@router.operation(
    "PUT",
    "/investment-plans/{investment_plan_id}/candidates",
    permission=WRITE,
    problems=[NotDraft, Unfit],
    example={"candidates": [CANDIDATE]},
    max_body_bytes=BODY_BYTES,
)
async def set_plan_candidates(
    investment_plan_id: UUID, command: SetCandidates, version: ExpectedVersion, session: Session
) -> InvestmentPlanView:
    """Set the candidates of a draft, in place of those that were there."""
    plan = await queries.held(session, investment_plan_id, version=version)
    await actions.set_candidates(session, plan, command.candidates)
    return InvestmentPlanView.model_validate(plan)


@router.operation(
    "POST",
    "/investment-plans/{investment_plan_id}/case-imports",
    permission=WRITE,
    problems=[NotDraft, Unfit, NoSuchResource],
    example={"business_cases": ["BC-2026-014"], "category": "run"},
)
async def import_plan_cases(
    investment_plan_id: UUID, command: ImportCases, version: ExpectedVersion, session: Session
) -> ImportedCases:
    """Take business cases as candidates with their current figures; what cannot be taken is listed with the reason."""
    plan = await queries.held(session, investment_plan_id, version=version)
    return await cases.import_cases(session, plan, command)


@router.operation(
    "POST",
    "/investment-plans/{investment_plan_id}/candidate-imports",
    permission=IMPORT,
    problems=[NotDraft],
    upload=CSV_MEDIA,
    max_body_bytes=BODY_BYTES,
)
async def import_plan_candidates(investment_plan_id: UUID, upload: Upload, session: Session) -> ImportResult:
    """Add and restate candidates of a draft by a file; several rows of one code add up to one candidate."""
    plan = await queries.held(session, investment_plan_id)
    return await intake.import_candidates(session, plan, upload)


@router.operation("GET", "/investment-plans/{investment_plan_id}/candidates", permission=READ)
async def list_plan_candidates(
    investment_plan_id: UUID,
    session: Session,
    asked: AskedPage,
    category: Category | None = None,
    funded: bool | None = None,
) -> Page[CandidateView]:
    """List the candidates of an investment plan."""
    await found(session, InvestmentPlan, investment_plan_id)
    C = PlanCandidate
    query = queries.candidates_of(investment_plan_id)
    if category is not None:
        query = query.where(C.category == category)
    if funded is not None:
        query = query.where(C.funded == funded)
    shown = cast("dict[str, Any]", await page(session, query, asked, sorts={"code": C.code}, tie=C.code))
    return Page[CandidateView](**{**shown, "items": [_candidate(it) for it in shown["items"]]})


def _candidate(it: PlanCandidate) -> CandidateView:
    origin = ("business_case_id", "business_case_number", "service_id", "beyond", "funded")
    return CandidateView.model_validate({**it.said.model_dump(), **{name: getattr(it, name) for name in origin}})


@router.operation(
    "PUT",
    "/investment-plans/{investment_plan_id}/scenarios/{scenario}",
    permission=WRITE,
    problems=[NotDraft, actions.TooManyScenarios],
    example=SCENARIO,
)
async def set_plan_scenario(
    investment_plan_id: UUID,
    scenario: ScenarioCode,
    command: ScenarioContent,
    version: ExpectedVersion,
    session: Session,
) -> InvestmentPlanView:
    """Set a scenario of a draft: the limits to keep and what to make the most of."""
    plan = await queries.held(session, investment_plan_id, version=version)
    await actions.set_scenario(session, plan, scenario, command)
    return InvestmentPlanView.model_validate(plan)


@router.operation(
    "DELETE", "/investment-plans/{investment_plan_id}/scenarios/{scenario}", permission=WRITE, problems=[NotDraft]
)
async def remove_plan_scenario(
    investment_plan_id: UUID, scenario: ScenarioCode, version: ExpectedVersion, session: Session
) -> InvestmentPlanView:
    """Remove a scenario of a draft; its solutions stay."""
    plan = await queries.held(session, investment_plan_id, version=version)
    plan.change()
    known = await queries.scenario_of(session, plan, scenario)
    S = PlanScenario
    await session.execute(delete(S).where(S.investment_plan_id == plan.id, S.code == known.code))
    await session.flush()
    return InvestmentPlanView.model_validate(plan)


@router.operation(
    "POST",
    "/investment-plans/{investment_plan_id}/scenarios/{scenario}/capacity-imports",
    permission=WRITE,
    problems=[NotDraft, Unfit],
    example={"skills": ["engineers"]},
)
async def import_plan_capacities(
    investment_plan_id: UUID,
    scenario: ScenarioCode,
    command: ImportCapacities,
    version: ExpectedVersion,
    session: Session,
) -> ImportedCapacities:
    """Limit a scenario by what strategy says there is of each skill; what is not known is listed with the reason."""
    plan = await queries.held(session, investment_plan_id, version=version)
    return await capacities.import_capacities(session, plan, scenario, command)


@router.operation("GET", "/investment-plans/{investment_plan_id}/scenarios", permission=READ)
async def list_plan_scenarios(investment_plan_id: UUID, session: Session) -> ScenariosView:
    """List the scenarios of an investment plan, of which there are at most twenty."""
    await found(session, InvestmentPlan, investment_plan_id)
    there = await queries.scenarios(session, investment_plan_id)
    return ScenariosView(scenarios=[ScenarioView.model_validate({"code": it.code, **it.content}) for it in there])
