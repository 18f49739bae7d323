"""Appraising an investment, trying its inputs, and recording what came of it."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.fingerprint import fingerprint
from chassis.problems import NoSuchResource
from finance.investment import queries
from finance.investment.discounting import tick_of, ticks_per_period
from finance.investment.figures import KindFlow, Rates, by_kind
from finance.investment.increment import Appraisal, appraisals
from finance.investment.model import (
    CaseTaken,
    Investment,
    InvestmentFlow,
    InvestmentOption,
    RealizedFlow,
    ReferenceTaken,
)
from finance.investment.schemas import AppraiseInvestment, RealizeFlow, RealizeFlows, SimulateInvestment
from finance.investment.simulation import Outcome, simulated


@dataclass(frozen=True)
class Submission:
    """The business case that is appraised, and which of its submissions."""

    business_case_id: UUID
    number: int


async def appraise(
    session: AsyncSession,
    command: AppraiseInvestment,
    *,
    actor: str,
    at: datetime,
    submission: Submission | None = None,
) -> Investment:
    """Keep the case with the figures of its options and announce them. A case reference that is known leads to the
    investment that is there, or to CaseTaken if that says something else. OutOfRange for figures beyond bounds."""
    said = fingerprint(command)
    if command.case_reference and (known := await _known(session, command.case_reference, said)):
        return known
    appraised = await asyncio.to_thread(_figures, command)  # many internal rates take seconds
    investment = Investment(
        **command.model_dump(exclude={"options", "finance_rate", "reinvestment_rate"}),
        business_case_id=submission.business_case_id if submission else None,
        business_case_number=submission.number if submission else None,
        finance_rate=_rates(command).finance,
        reinvestment_rate=_rates(command).reinvestment,
        valued_on=_valued_on(command),
        carried_out=None,
        fingerprint=said,
        actor=actor,
        appraised_at=at,
    )
    options = [
        InvestmentOption.appraised(
            each, investment_id=investment.id, number=number, name=option.name, does_nothing=option.does_nothing
        )
        for number, (option, each) in enumerate(zip(command.options, appraised, strict=True), 1)
    ]
    investment.announce(options)
    session.add(investment)
    await session.flush()
    session.add_all(options)
    await session.flush()
    session.add_all(_flows(command, investment.id))
    await session.flush()
    return investment


async def simulate(session: AsyncSession, investment: Investment, command: SimulateInvestment) -> Outcome:
    """UnknownOption; OutOfRange when a rate of −100 % or less is drawn."""
    await queries.option_with(session, investment, command.option)
    flows = (await queries.flows_of(session, investment)).get(command.option, [])
    return await asyncio.to_thread(
        simulated,
        by_kind(flows, investment.ticks_per_period),
        investment.discount_rate,
        {each.input: each.distribution for each in command.inputs},
        seed=command.seed,
        trials=command.trials,
        currency=investment.currency,
    )


async def realize(
    session: AsyncSession, investment_id: UUID, command: RealizeFlows, *, actor: str, at: datetime
) -> int:
    """How many of the flows are new. The first ones say which option is carried out.

    Raises UnknownOption, AnotherCarriedOut, FlowMisfit, and ReferenceTaken for a known reference with other content.
    """
    investment = await session.get(Investment, investment_id, with_for_update=True)
    if investment is None:
        raise NoSuchResource(f"There is no Investment with the id {investment_id}.")
    await queries.option_with(session, investment, command.option)
    investment.carry_out(option=command.option)
    references = [flow.reference for flow in command.flows]
    rows = await session.scalars(queries.realized_of(investment.id).where(among(RealizedFlow.reference, references)))
    known = {row.reference: row for row in rows}
    new = [flow for flow in command.flows if not _is_known(flow, known.get(flow.reference))]
    session.add_all([investment.realize(**dict(flow), actor=actor, at=at) for flow in new])
    await session.flush()
    return len(new)


async def _known(session: AsyncSession, case_reference: str, said: str) -> Investment | None:
    """Two at once follow one another."""
    name = f"investment {case_reference}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    known = await session.scalar(select(Investment).where(Investment.case_reference == case_reference))
    if known and known.fingerprint != said:
        raise CaseTaken(f"{case_reference} has been appraised with other content.", investment_id=str(known.id))
    return known


def _is_known(flow: RealizeFlow, row: RealizedFlow | None) -> bool:
    if row is None:
        return False
    if (row.kind, row.amount, row.period, row.flow_on) != (flow.kind, flow.amount, flow.period, flow.flow_on):
        raise ReferenceTaken(f"{flow.reference} says something else already.", reference=flow.reference)
    return True


def _figures(command: AppraiseInvestment) -> list[Appraisal]:
    start, per_period = _valued_on(command), ticks_per_period(command.convention)
    options = [
        [
            KindFlow(
                flow.kind,
                tick_of(command.convention, period=flow.period, on=flow.flow_on, start=start),
                flow.amount,
            )
            for flow in option.flows
        ]
        for option in command.options
    ]
    nothing = [option.does_nothing for option in command.options].index(True)
    return appraisals(options, nothing, per_period, _rates(command), command.currency)


def _rates(command: AppraiseInvestment) -> Rates:
    rate = command.discount_rate
    finance, reinvestment = command.finance_rate, command.reinvestment_rate
    return Rates(rate, rate if finance is None else finance, rate if reinvestment is None else reinvestment)


def _valued_on(command: AppraiseInvestment) -> date | None:
    """All options are valued on one day, or they could not be compared."""
    return min((flow.flow_on for option in command.options for flow in option.flows if flow.flow_on), default=None)


def _flows(command: AppraiseInvestment, investment_id: UUID) -> list[InvestmentFlow]:
    return [
        InvestmentFlow(investment_id=investment_id, option_number=option_number, number=number, **dict(flow))
        for option_number, option in enumerate(command.options, 1)
        for number, flow in enumerate(option.flows, 1)
    ]
