"""Per source and fiscal period: what was imported, what is missing, and which days of it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, cast, func, select, union

from finance.cost_import.model import CostImport, CostImportPeriod
from finance.cost_import.queries import Rows
from finance.cost_source.model import Cadence, CompletenessState, CostSource
from finance.fiscal_period.model import FiscalPeriod


def completeness(fiscal_year_id: UUID) -> tuple[Rows, Any]:
    """Per source, view and period of the year the import that stands; and what orders them, each once."""
    P, M = CostImportPeriod, FiscalPeriod
    months = select(M).where(M.fiscal_year_id == fiscal_year_id).subquery()
    imported = (
        select(CostImport, P.fiscal_period_id, P.row_count, P.base_amount, P.days)
        .join(P, P.cost_import_id == CostImport.id)
        .join(months, months.c.id == P.fiscal_period_id)
    )
    stands = imported.where(P.superseded_at.is_(None)).subquery()
    seen = imported.subquery()
    sources = union(select(seen.c.source, seen.c.view), select(CostSource.source, CostSource.view)).subquery()
    E = CostSource.__table__
    here = and_(
        stands.c.source == sources.c.source,
        stands.c.view == sources.c.view,
        stands.c.fiscal_period_id == months.c.id,
    )
    shown = (stands.c[name] for name in "imported_at row_count base_amount days read accepted rejected skipped".split())
    query = select(
        sources,
        months.c.code.label("fiscal_period"),
        months.c.starts_on,
        months.c.ends_on,
        E.c.cadence,
        E.c.expected_from,
        E.c.expected_until,
        stands.c.id.label("cost_import_id"),
        *shown,
    ).select_from(
        sources.join(months, months.c.id.is_not(None))
        .outerjoin(E, and_(E.c.source == sources.c.source, E.c.view == sources.c.view))
        .outerjoin(stands, here)
    )
    key = func.concat_ws(" ", sources.c.source, cast(sources.c.view, String), cast(months.c.starts_on, String))
    return query, key


def judged(row: Any, today: date) -> Mapping[str, Any]:
    """The row with its state and the days that it lacks; today is not missing yet."""
    first = max(row.starts_on, row.expected_from) if row.expected_from else row.ends_on
    end = min(row.ends_on, row.expected_until or row.ends_on)
    missing = _missing_days(row, first, min(end, today))
    if row.cost_import_id:
        state = CompletenessState.DAYS_MISSING if missing else CompletenessState.IMPORTED
    elif first >= end:
        state = CompletenessState.NOT_EXPECTED
    else:
        state = CompletenessState.MISSING if first <= today else CompletenessState.NOT_DUE
    return {**row._mapping, "state": state, "missing_days": missing}


def _missing_days(row: Any, first: date, end: date) -> list[date]:
    """Of a daily source, within `[first, end)`: one bit of `days` stands for each day of the month. Early imports did
    not count them."""
    if row.cadence != Cadence.DAILY or (row.cost_import_id and row.days is None):
        return []
    days = [first + timedelta(days=at) for at in range(max((end - first).days, 0))]
    return [day for day in days if not (row.days or 0) >> (day.day - 1) & 1]
