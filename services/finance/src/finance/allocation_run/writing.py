"""Writing a run's lines while they are made, so that never more than some thousands of them are in memory."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import copy_rows
from finance.allocation_run.calculation import Given
from finance.allocation_run.model import (
    AllocatedConsumer,
    AllocatedCost,
    AllocatedPool,
    AllocationLine,
    AllocationRole,
    ConsumerLine,
)
from finance.allocation_run.pool import Outcome, Share, amount_of
from finance.allocation_run.register import Party
from finance.allocation_run.result import Borne

BATCH = 20_000

Row = tuple[Any, ...]


class Writing:
    """`finish` writes what is left; until then rows wait in batches."""

    def __init__(self, session: AsyncSession, run_id: UUID, parties: list[Party]) -> None:
        self._session, self._run_id, self._parties = session, run_id, parties
        self._lines: list[Row] = []
        self._consumer_lines: list[Row] = []

    async def outcome(self, outcome: Outcome[int]) -> None:
        code = outcome.pool.code
        for share, amount in outcome.parts():
            party, quantity = self._parties[share.party], _quantity(outcome, share)
            if party.kind is None:
                self._consumer_lines.append((self._run_id, code, party.id, amount_of(amount), quantity))
            else:
                role = AllocationRole.IDLE if share.quantity is None else AllocationRole.TARGET
                self._lines.append((self._run_id, code, party.id, role.value, amount_of(amount), quantity, None, None))
        await self._flush(BATCH)

    async def given(self, code: str, given: Iterable[Given[int]]) -> None:
        for each in given:
            place = (self._run_id, code, self._parties[each.source].id, AllocationRole.SOURCE.value)
            self._lines.append((*place, amount_of(each.amount), None, amount_of(each.kept), amount_of(each.own)))
        await self._flush(BATCH)

    async def finish(self, pools: Iterable[AllocatedPool], borne: Iterable[Borne]) -> None:
        await self._flush(0)
        self._session.add_all(pools)
        costs, consumers = [], []
        for each in borne:
            if each.party.kind is None:
                consumers.append((self._run_id, each.party.id, each.full, each.exact))
            else:
                amounts = (each.direct, each.given, each.received, each.full, each.exact)
                costs.append((self._run_id, each.party.id, *amounts))
        await self._session.flush()
        await self._copy(AllocatedCost.__table__, costs)
        await self._copy(AllocatedConsumer.__table__, consumers)

    async def _flush(self, above: int) -> None:
        if len(self._lines) > above:
            await self._copy(AllocationLine.__table__, self._lines)
            self._lines = []
        if len(self._consumer_lines) > above:
            await self._copy(ConsumerLine.__table__, self._consumer_lines)
            self._consumer_lines = []

    async def _copy(self, table: Any, rows: list[Row]) -> None:
        if rows:
            await copy_rows(self._session, table, rows)


def _quantity(outcome: Outcome[int], share: Share[int]) -> Decimal | None:
    return None if share.quantity is None else outcome.pool.uses.quantity(share.quantity)
