"""The rows of a file on their way into the database, by COPY, in bounded memory."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import copy_rows
from chassis.imports import FileUpload, Row
from chassis.table_rows import Rejection
from finance.cost_import.model import CostImportRow, RejectedRow
from finance.cost_import.placement import Chart, Misplaced, Place
from finance.cost_import.progress import Progress
from finance.cost_import.schemas import CostRow

ROWS, REJECTED = cast("Table", CostImportRow.__table__), cast("Table", RejectedRow.__table__)


@dataclass
class Staged:
    """Accepted rows and, as bits, their days per fiscal period; how many of all are without a cost object."""

    by_period: Counter[UUID] = field(default_factory=Counter)
    days: dict[UUID, int] = field(default_factory=dict)
    unassigned: int = 0


async def stage(
    session: AsyncSession, upload: FileUpload, chart: Chart, source: str, id: UUID, progress: Progress
) -> Staged:
    """Stores every row under the import `id`, either as accepted or as rejected. RateMissing refuses the file."""

    async def keep(rejections: list[Rejection]) -> None:
        await copy_rows(session, REJECTED, [(id, it.line, it.column, it.reason) for it in rejections])

    staged = Staged()
    async for batch in upload.batches(CostRow, keep=keep):
        await progress.tell(upload)
        placed = list(_placed(batch, upload, chart, source))
        await copy_rows(session, ROWS, [_stored(id, row, place) for row, place in placed])
        staged.by_period.update(place.period_id for _, place in placed)
        for period_id, day in {(place.period_id, row.value.posted_on.day) for row, place in placed}:
            staged.days[period_id] = staged.days.get(period_id, 0) | 1 << (day - 1)
        staged.unassigned += sum(place.cost_object_id == chart.unassigned_id for _, place in placed)
    return staged


async def discard(session: AsyncSession, id: UUID) -> None:
    for table in (ROWS, REJECTED):
        await session.execute(delete(table).where(table.c.cost_import_id == id))


def _placed(
    batch: Sequence[Row[CostRow]], upload: FileUpload, chart: Chart, source: str
) -> Iterator[tuple[Row[CostRow], Place]]:
    for row in batch:
        try:
            yield row, chart.place(row, source)
        except Misplaced as error:
            upload.reject(row, error.field, error.reason)


def _stored(id: UUID, row: Row[CostRow], place: Place) -> tuple[Any, ...]:
    """In the order of the columns of cost_import_rows."""
    value = row.value
    return (
        id,
        row.number,
        place.period_id,
        value.posted_on,
        place.account_id,
        place.cost_object_id,
        place.consumer_id,
        value.amount,
        value.currency,
        value.cost_object,
        place.assigned_by,
        value.description,
        value.reference,
        json.dumps(place.attributes),
        value.account,
        value.consumer,
        None,
        value.other_amount,
        value.charge_category,
        value.charge_class,
        value.commitment_status,
        value.publisher,
    )
