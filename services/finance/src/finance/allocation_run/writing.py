"""Writing a run's lines while they are made, so that never more than some thousands of them are in memory."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import copy_rows, copy_text
from finance.allocation_run.calculation import Given
from finance.allocation_run.model import (
    AllocatedConsumer,
    AllocatedCost,
    AllocatedPool,
    AllocationLine,
    ConsumerLine,
)
from finance.allocation_run.pool import Outcome
from finance.allocation_run.register import Party
from finance.allocation_run.result import Borne
from finance.db import Base

BATCH = 20_000


class Writing:
    """Lines wait as text, in batches; `finish` writes what is left and what the run came to."""

    def __init__(self, session: AsyncSession, run_id: UUID, parties: Sequence[Party]) -> None:
        self._session, self._run_id = session, run_id
        self._ids = [str(party.id) for party in parties]
        self._is_object = [party.kind is not None for party in parties]
        self._lines: list[str] = []
        self._consumer_lines: list[str] = []

    async def outcome(self, outcome: Outcome[int]) -> None:
        place, scale = f"{self._run_id}\t{outcome.pool.code}\t", f"e-{outcome.pool.uses.scale}"
        ids, is_object = self._ids, self._is_object
        for (party, _, quantity), amount in outcome.parts():
            if quantity is None:
                self._lines.append(f"{place}{ids[party]}\tidle\t{written(amount)}\t\\N\t\\N\t\\N\n")
            elif is_object[party]:
                self._lines.append(f"{place}{ids[party]}\ttarget\t{written(amount)}\t{quantity}{scale}\t\\N\t\\N\n")
            else:
                self._consumer_lines.append(f"{place}{ids[party]}\t{written(amount)}\t{quantity}{scale}\n")
        await self._flush(BATCH)

    async def given(self, code: str, given: Iterable[Given[int]]) -> None:
        for each in given:
            amounts = f"{written(each.amount)}\t\\N\t{written(each.kept)}\t{written(each.own)}"
            self._lines.append(f"{self._run_id}\t{code}\t{self._ids[each.source]}\tsource\t{amounts}\n")
        await self._flush(BATCH)

    async def finish(self, pools: Iterable[AllocatedPool], borne: Iterable[Borne]) -> None:
        await self._flush(0)
        self._session.add_all(pools)
        await self._session.flush()
        costs: list[Sequence[Any]] = []
        consumers: list[Sequence[Any]] = []
        for each in borne:
            place, amounts = (self._run_id, each.party.id), (each.direct, each.given, each.received)
            if each.party.kind is None:
                consumers.append((*place, each.full, each.exact))
            else:
                costs.append((*place, *amounts, each.full, each.exact))
        await copy_rows(self._session, _table(AllocatedCost), costs)
        await copy_rows(self._session, _table(AllocatedConsumer), consumers)

    async def _flush(self, above: int) -> None:
        if len(self._lines) > above:
            await copy_text(self._session, _table(AllocationLine), self._lines)
            self._lines = []
        if len(self._consumer_lines) > above:
            await copy_text(self._session, _table(ConsumerLine), self._consumer_lines)
            self._consumer_lines = []


def written(amount: int) -> str:
    """As `amount_of`, in a way that PostgreSQL reads."""
    hundredths, rest = divmod(amount, 10_000_000_000)
    return f"{amount}e-12" if rest else f"{hundredths}e-2"


def _table(mapped: type[Base]) -> Any:
    return mapped.__table__
