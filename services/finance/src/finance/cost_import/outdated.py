"""What of imports need not be kept for ever: rows that no longer stand, and how imports went that ended long ago."""

from datetime import timedelta
from typing import Any

from sqlalchemy import and_, delete, func, select, tuple_
from sqlalchemy.sql.dml import ReturningDelete

from finance.cost_import.model import CostImportPeriod, CostImportRow
from finance.cost_import.run import CostImportRun

SUPERSEDED_ROWS_KEPT = timedelta(days=30)
RUNS_KEPT = timedelta(days=90)

R, P = CostImportRow, CostImportPeriod


def superseded_rows(at_most: int) -> ReturningDelete[*tuple[Any, ...]]:
    """Of periods in which another import stands, or of which this one was withdrawn. Charges and counts stay."""
    held = and_(P.cost_import_id == R.cost_import_id, P.fiscal_period_id == R.fiscal_period_id)
    old = select(R.cost_import_id, R.line).join(P, held).where(P.superseded_at < func.now() - SUPERSEDED_ROWS_KEPT)
    return delete(R).where(tuple_(R.cost_import_id, R.line).in_(old.limit(at_most))).returning(R.line)


def ended_runs(at_most: int) -> ReturningDelete[*tuple[Any, ...]]:
    old = select(CostImportRun.id).where(CostImportRun.started_at < func.now() - RUNS_KEPT).limit(at_most)
    return delete(CostImportRun).where(CostImportRun.id.in_(old)).returning(CostImportRun.id)
