"""What an investment consists of, read by one statement each."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from finance.investment.benefits import PeriodComparison, per_period
from finance.investment.figures import FlowKind, KindFlow, ranks
from finance.investment.model import Investment, InvestmentFlow, InvestmentOption, RealizedFlow, UnknownOption


async def options_of(session: AsyncSession, investment: Investment) -> list[InvestmentOption]:
    """By number."""
    option = InvestmentOption
    query = select(option).where(option.investment_id == investment.id).order_by(option.number)
    return list(await session.scalars(query))


async def option_with(session: AsyncSession, investment: Investment, number: int) -> InvestmentOption:
    option = await session.get(InvestmentOption, (investment.id, number))
    if option is None:
        raise UnknownOption(f"The investment has no option {number}.")
    return option


async def flows_of(session: AsyncSession, investment: Investment) -> dict[int, list[KindFlow]]:
    """Number of an option → its flows."""
    found: dict[int, list[KindFlow]] = defaultdict(list)
    for flow in await session.scalars(_expected(investment.id)):
        found[flow.option_number].append(flow.ticking(investment.convention, investment.valued_on))
    return found


async def compared(session: AsyncSession, investment: Investment) -> list[PeriodComparison]:
    """Nothing as long as no option is carried out."""
    if investment.carried_out is None:
        return []
    expected = _expected(investment.id).where(InvestmentFlow.option_number == investment.carried_out)
    realized = realized_of(investment.id)
    return per_period(
        [_slotted(flow) for flow in await session.scalars(expected)],
        [_slotted(flow) for flow in await session.scalars(realized)],
    )


def realized_of(investment_id: UUID) -> Select[RealizedFlow]:
    return select(RealizedFlow).where(RealizedFlow.investment_id == investment_id)


def shown(options: list[InvestmentOption]) -> list[dict[str, Any]]:
    """Each option with its figures and its ranks among the others."""
    by_npv = ranks([option.npv for option in options])
    by_annual_value = ranks([option.equivalent_annual_value for option in options])
    return [
        {**option.said(), "rank_by_npv": first, "rank_by_equivalent_annual_value": second}
        for option, first, second in zip(options, by_npv, by_annual_value, strict=True)
    ]


def _expected(investment_id: UUID) -> Select[InvestmentFlow]:
    return select(InvestmentFlow).where(InvestmentFlow.investment_id == investment_id).order_by(InvestmentFlow.number)


def _slotted(flow: InvestmentFlow | RealizedFlow) -> tuple[tuple[int, FlowKind], Any]:
    """A flow by its period, a dated one by its calendar year: days hardly ever meet those of a plan."""
    period = flow.flow_on.year if flow.flow_on else flow.period or 0
    return (period, flow.kind), flow.amount
