"""Imports of demand volumes from files."""

from collections import Counter

from chassis.application import Today
from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, ImportResult, Upload
from chassis.operations import Router, Session
from strategy.demand_pattern import queries
from strategy.demand_pattern.model import NotAMonth, must_be_month
from strategy.demand_pattern.schemas import DemandVolumeRow

router = Router("demand-volume-imports")


@router.operation(
    "POST",
    "/demand-volume-imports",
    permission="strategy:demand-pattern:import",
    upload=CSV_MEDIA,
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_demand_volumes(upload: Upload, session: Session, today: Today) -> ImportResult:
    """State volumes by a file: pattern, month (its first day), quantity; the same file again changes nothing."""
    outcomes: Counter[str] = Counter()
    async for batch in upload.batches(DemandVolumeRow):
        known = await queries.ids(session, list({row.value.pattern for row in batch}))
        rows = []
        for row in batch:
            pattern_id = known.get(row.value.pattern)
            if pattern_id is None:
                upload.reject(row, "pattern", f"there is no demand pattern {row.value.pattern}")
                continue
            try:
                must_be_month(row.value.month, today=today)
            except NotAMonth as refused:
                upload.reject(row, "month", refused.detail)
            else:
                rows.append((pattern_id, row.value.month, row.value.quantity))
        if rows:
            outcomes += await queries.keep(session, rows)
    return upload.result(**outcomes)
