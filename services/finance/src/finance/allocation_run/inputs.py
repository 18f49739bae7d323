"""What a run goes out from: who is there, what was posted, and the quantities of drivers. A handful of statements."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from finance.account.model import Account, AccountType
from finance.allocation_model.schemas import Layer
from finance.allocation_run.pool import Uses, units
from finance.allocation_run.register import Party, Register, uses_of
from finance.allocation_run.standing import Posted, Standing
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.driver.queries import drivers_with, quantities
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import CostBasis, balances
from finance.ledger.model import PeriodBalance


async def register(session: AsyncSession, layers: Sequence[Layer], within: PeriodRange) -> Register:
    C = CostObject
    objects = select(C.id, C.code, C.kind, C.closed_on, C.service_id).order_by(C.code)
    cost_objects = [Party(*row) for row in await session.execute(objects)]
    consumers: list[Party] = []
    aliases = {}
    if any(pool.targets.to_consumers for layer in layers for pool in layer.pools):
        known = select(Consumer.id, Consumer.code, Consumer.survivor_id).order_by(Consumer.code, Consumer.id)
        for id, code, survivor_id in await session.execute(known):
            if survivor_id:
                aliases[code] = survivor_id
            else:
                consumers.append(Party(id, code))
    return Register(cost_objects, consumers, aliases, within.starts_on)


async def standing(session: AsyncSession, register: Register, within: PeriodRange) -> Standing[int]:
    by = (PeriodBalance.cost_object_id, Account.nature, Account.type)
    query = balances(within, CostBasis.NET, *by).where(PeriodBalance.cost_object_id.is_not(None))
    posted: defaultdict[int, dict[Posted, int]] = defaultdict(dict)
    for id, nature, type, cost in await session.execute(query):
        posted[register.numbers[id]][Posted(nature, type == AccountType.INCOME)] = units(cost)
    return Standing(posted)


async def drivers(
    session: AsyncSession, register: Register, layers: Sequence[Layer], within: PeriodRange
) -> dict[str, Uses[int]]:
    """By the driver's code. Only the numbers of those who are there stay in memory."""
    asked = {pool.driver for layer in layers for pool in layer.pools if pool.driver}
    named = await drivers_with(session, asked)
    codes = {driver.id: code for code, driver in named.items()}
    found: dict[str, Uses[int]] = {code: Uses([], [], 0) for code in named}
    async for driver_id, targets, amounts in quantities(session, list(named.values()), within):
        there = [
            (number, amount)
            for target, amount in zip(targets, amounts, strict=True)
            if (number := register.numbers.get(target)) is not None
        ]
        found[codes[driver_id]] = uses_of([number for number, _ in there], [amount for _, amount in there])
    return found
