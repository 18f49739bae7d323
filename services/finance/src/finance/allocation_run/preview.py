"""What a run would change: its result set against the current run of the same model and range."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT
from finance.allocation_model.queries import model_with
from finance.allocation_run import queries
from finance.allocation_run.actions import Carried, carry_out
from finance.allocation_run.model import AllocationRun
from finance.allocation_run.register import Party
from finance.allocation_run.schemas import (
    SHOWN_CHANGES,
    AllocatedPoolView,
    AllocationPreview,
    CostChange,
    RunAllocation,
)

ZERO = Decimal(0)


async def preview(session: AsyncSession, command: RunAllocation, now: datetime) -> AllocationPreview:
    model = await model_with(session, command.model)
    current = await queries.current_run(session, model.id, command.starts_on, command.ends_on)
    made = await carry_out(session, model, command, now, store=False)
    before = await queries.full_costs(session, current) if current else {}
    changes = list(_changes(made, before, await queries.parties(session, current) if current else {}))
    changes.sort(key=lambda change: -abs(change.difference))
    return _shown(made, current, changes)


def _changes(made: Carried, before: Mapping[UUID, Decimal], known: Mapping[UUID, Party]) -> Iterable[CostChange]:
    """Those that bear another amount than before, or did not take part, or no longer do."""
    now = {each.party.id: each.full for each in made.borne}
    parties = {**known, **{each.party.id: each.party for each in made.borne}}
    for id, party in parties.items():
        difference = EXACT.subtract(now.get(id, ZERO), before.get(id, ZERO))
        if difference or (id in now) != (id in before):
            yield CostChange(
                cost_object_code=party.code if party.kind else None,
                consumer_code=None if party.kind else party.code,
                now=now.get(id),
                before=before.get(id),
                difference=difference,
            )


def _shown(made: Carried, current: AllocationRun | None, changes: list[CostChange]) -> AllocationPreview:
    run = made.run
    return AllocationPreview(
        model_id=run.model_id,
        revision=run.revision,
        starts_on=run.starts_on,
        ends_on=run.ends_on,
        currency=run.currency,
        cost_in=run.cost_in,
        allocated=run.allocated,
        unallocated=run.unallocated,
        replaces_run_id=current.id if current else None,
        changed=len(changes),
        changes=changes[:SHOWN_CHANGES],
        pools=[AllocatedPoolView.model_validate(pool) for pool in made.pools],
    )
