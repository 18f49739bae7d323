"""The operations on investments."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code
from finance.investment import actions, queries
from finance.investment.benefits import per_kind
from finance.investment.discounting import OutOfRange
from finance.investment.figures import by_kind
from finance.investment.model import (
    AnotherCarriedOut,
    CaseTaken,
    FlowMisfit,
    Investment,
    RealizedFlow,
    ReferenceTaken,
    UnknownOption,
)
from finance.investment.schemas import (
    AppraisedInvestmentView,
    AppraiseInvestment,
    BenefitsView,
    InvestmentSensitivityView,
    InvestmentView,
    KindBenefitView,
    OptionSensitivityView,
    OptionView,
    PercentileView,
    PeriodBenefitView,
    RealizedFlowsView,
    RealizedFlowView,
    RealizeFlows,
    SensitivityView,
    SimulateInvestment,
    SimulationView,
)
from finance.investment.sensitivity import sensitivities

router = Router("investments")

READ, APPRAISE, REALIZE = "finance:investment:read", "finance:investment:appraise", "finance:investment:realize"
EXAMPLE = {
    "name": "Replace the mail platform",
    "case_reference": "BC-2026-014",
    "currency": "CAD",
    "convention": "first_flow_now",
    "discount_rate": "0.08",
    "options": [
        {"name": "Do nothing", "does_nothing": True, "flows": []},
        {
            "name": "Replace it",
            "flows": [
                {"kind": "capital", "period": 0, "amount": "-40000"},
                {"kind": "benefit_hard", "period": 1, "amount": "5000"},
                {"kind": "benefit_hard", "period": 2, "amount": "8000"},
                {"kind": "benefit_hard", "period": 3, "amount": "12000"},
                {"kind": "benefit_hard", "period": 4, "amount": "30000"},
            ],
        },
    ],
}
SIMULATION = {
    "option": 2,
    "seed": 42,
    "trials": 1000,
    "inputs": [
        {
            "input": "benefit_hard",
            "distribution": {"shape": "triangular", "low": "0.7", "mode": "1", "high": "1.1"},
        }
    ],
}
REALIZED = {
    "option": 2,
    "flows": [{"reference": "savings-2027", "kind": "benefit_hard", "period": 1, "amount": "4200"}],
}

Percents = Annotated[
    str,
    Query(
        max_length=40,
        pattern=r"^[1-9][0-9]{0,2}(,[1-9][0-9]{0,2}){0,4}$",
        description="Each is tried down and up.",
    ),
]


@router.operation(
    "POST", "/investments", permission=APPRAISE, problems=[CaseTaken, OutOfRange], status=201, example=EXAMPLE
)
async def appraise_investment(
    command: AppraiseInvestment, session: Session, caller: CurrentCaller, now: Now
) -> AppraisedInvestmentView:
    """Appraise the options of an investment; a case reference that was sent before gets the answer that is there."""
    investment = await actions.appraise(session, command, actor=caller.subject, at=now)
    return await _appraised(session, investment)


@router.operation("GET", "/investments", permission=READ)
async def list_investments(
    session: Session, asked: AskedPage, case_reference: Code | None = None, business_case_id: UUID | None = None
) -> Page[InvestmentView]:
    """List investments."""
    query = select(Investment)
    if case_reference:
        query = query.where(Investment.case_reference == case_reference)
    if business_case_id:
        query = query.where(Investment.business_case_id == business_case_id)
    sorts = {"appraised_at": Investment.appraised_at, "name": Investment.name}
    return await page(session, query, asked, sorts=sorts, tie=Investment.id)


@router.operation("GET", "/investments/{investment_id}", permission=READ)
async def get_investment(investment_id: UUID, session: Session) -> AppraisedInvestmentView:
    """Show the figures of each option, and their ranks by NPV and by equivalent annual value."""
    return await _appraised(session, await found(session, Investment, investment_id))


async def _appraised(session: Session, investment: Investment) -> AppraisedInvestmentView:
    options = [OptionView(**option) for option in queries.shown(await queries.options_of(session, investment))]
    return AppraisedInvestmentView(**dict(InvestmentView.model_validate(investment)), options=options)


@router.operation("GET", "/investments/{investment_id}/sensitivity", permission=READ)
async def get_investment_sensitivity(
    investment_id: UUID, session: Session, percents: Percents = "10,20"
) -> InvestmentSensitivityView:
    """Show how the NPV of each option follows each input: where it is zero, and what it is some percent up and down."""
    investment = await found(session, Investment, investment_id)
    flows = await queries.flows_of(session, investment)
    steps = [int(percent) for percent in percents.split(",")]

    def inputs(number: int, irrs: list[Decimal]) -> list[SensitivityView]:
        kinds = by_kind(flows.get(number, ()), investment.ticks_per_period)
        tried = sensitivities(kinds, investment.discount_rate, irrs, steps, investment.currency)
        return [SensitivityView.model_validate(each) for each in tried]

    return InvestmentSensitivityView(
        investment_id=investment.id,
        currency=investment.currency,
        options=[
            OptionSensitivityView(
                number=option.number,
                name=option.name,
                npv=option.npv,
                inputs=inputs(option.number, option.figures.irrs),
            )
            for option in await queries.options_of(session, investment)
        ],
    )


@router.operation(
    "POST",
    "/investments/{investment_id}/simulations",
    permission=READ,
    problems=[UnknownOption, OutOfRange],
    example=SIMULATION,
)
async def simulate_investment(investment_id: UUID, command: SimulateInvestment, session: Session) -> SimulationView:
    """Draw uncertain inputs many times over and say how the NPV of an option spreads; nothing is stored."""
    investment = await found(session, Investment, investment_id)
    outcome = await actions.simulate(session, investment, command)
    percentiles = [PercentileView(percent=percent, npv=npv) for percent, npv in outcome.percentiles]
    return SimulationView(
        investment_id=investment.id,
        option=command.option,
        seed=command.seed,
        trials=command.trials,
        currency=investment.currency,
        **{**asdict(outcome), "percentiles": percentiles},
    )


@router.operation(
    "POST",
    "/investments/{investment_id}/realized-flows",
    permission=REALIZE,
    problems=[UnknownOption, AnotherCarriedOut, FlowMisfit, ReferenceTaken],
    status=201,
    example=REALIZED,
)
async def realize_flows(
    investment_id: UUID, command: RealizeFlows, session: Session, caller: CurrentCaller, now: Now
) -> RealizedFlowsView:
    """Record what an option has brought and cost; the first flows say which option is carried out."""
    created = await actions.realize(session, investment_id, command, actor=caller.subject, at=now)
    return RealizedFlowsView(
        investment_id=investment_id,
        option=command.option,
        created=created,
        unchanged=len(command.flows) - created,
    )


@router.operation("GET", "/investments/{investment_id}/realized-flows", permission=READ)
async def list_realized_flows(investment_id: UUID, session: Session, asked: AskedPage) -> Page[RealizedFlowView]:
    """List the flows that were realized."""
    await found(session, Investment, investment_id)
    sorts = {"reference": RealizedFlow.reference}
    return await page(session, queries.realized_of(investment_id), asked, sorts=sorts, tie=RealizedFlow.reference)


@router.operation("GET", "/investments/{investment_id}/benefits", permission=READ)
async def get_investment_benefits(investment_id: UUID, session: Session) -> BenefitsView:
    """Show what was realized against what the case expected, by period and kind."""
    investment = await found(session, Investment, investment_id)
    periods = await queries.compared(session, investment)
    return BenefitsView(
        investment_id=investment.id,
        option=investment.carried_out,
        currency=investment.currency,
        periods=[PeriodBenefitView.model_validate(each) for each in periods],
        kinds=[KindBenefitView.model_validate(each) for each in per_kind(periods)],
    )
