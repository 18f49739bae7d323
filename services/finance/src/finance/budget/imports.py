"""A budget document from a spreadsheet: its rows become the lines of a draft, alone or added to those in force."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import FileUpload, ImportResult, Row
from chassis.money import exact_sum, rounded
from finance.budget import actions, lines
from finance.budget.model import Budget, BudgetLine, BudgetVersion
from finance.budget.queries import code_of
from finance.budget.schemas import BudgetRow, Controls, PlanBudgetLine
from finance.cost_object.model import CostObject
from finance.driver.model import Driver
from finance.ledger.naming import cost_object_ids

Mode = Literal["replace", "add"]


async def import_lines(
    session: AsyncSession, budget: Budget, version: BudgetVersion, upload: FileUpload, mode: Mode
) -> ImportResult:
    """With `add`, the rows change the lines in force (a line may have several rows); with `replace`, they are all
    lines. Amounts are rounded to the minor unit, as spreadsheets have more digits than they mean. LinesUnfit."""
    planned = await _standing(session, budget) if mode == "add" else {}
    done: Counter[str] = Counter()
    async for rows in upload.batches(BudgetRow):
        known = await cost_object_ids(session, {row.value.cost_object for row in rows if row.value.cost_object})
        for row in rows:
            if refusal := _refusal(row, planned, known, mode):
                upload.reject(row, *refusal)
            else:
                done["changed" if row.value.line in planned else "created"] += 1
                planned[row.value.line] = _planned(row.value, planned.get(row.value.line), budget.currency)
    await actions.plan(session, budget, version, list(planned.values()))
    return upload.result(**done)


def _refusal(
    row: Row[BudgetRow], planned: Mapping[str, PlanBudgetLine], known: Mapping[str, UUID], mode: Mode
) -> tuple[str, str] | None:
    """The column and the reason, if the row cannot be taken."""
    said = row.value
    if said.line in planned and mode == "replace":
        return "line", f"{said.line} has a row already"
    if said.cost_object and said.cost_object not in known:
        return "cost_object", f"there is no cost object {said.cost_object}"
    if len(planned) >= lines.MOST_LINES and said.line not in planned:
        return "line", f"a budget has at most {lines.MOST_LINES} lines"
    return None


def _planned(row: BudgetRow, there: PlanBudgetLine | None, currency: str) -> PlanBudgetLine:
    """The line of the row; its amounts are added to those of a line that is there."""
    given = [rounded(month, currency) for month in row.months() if month is not None]
    total = None if row.total is None else rounded(row.total, currency)
    months = lines.months(given or None, total, currency)
    if there and there.months:
        months = [exact_sum(pair) for pair in zip(there.months, months, strict=True)]
    said = {name: getattr(row, name) for name in ("name", "parent", "cost_object", "nature") if getattr(row, name)}
    base = there or PlanBudgetLine(code=row.line, name=row.name or row.line)
    return base.model_copy(update={**said, "months": months, "total": None})


async def _standing(session: AsyncSession, budget: Budget) -> dict[str, PlanBudgetLine]:
    standing = await actions.standing_lines(session, budget)
    objects = await code_of(session, CostObject, {line.cost_object_id for line in standing if line.cost_object_id})
    drivers = await code_of(session, Driver, {line.driver_id for line in standing if line.driver_id})
    return {line.code: _as_planned(line, objects, drivers) for line in standing}


def _as_planned(line: BudgetLine, objects: Mapping[UUID, str], drivers: Mapping[UUID, str]) -> PlanBudgetLine:
    return PlanBudgetLine(
        code=line.code,
        name=line.name,
        parent=line.parent,
        cost_object=objects[line.cost_object_id] if line.cost_object_id else None,
        nature=line.nature,
        months=[Decimal(amount) for amount in line.amounts] if line.amounts else None,
        planned_quantity=line.planned_quantity,
        driver=drivers[line.driver_id] if line.driver_id else None,
        controls=Controls.model_validate(line.controls),
        horizon=line.horizon,
        thresholds=line.thresholds,
    )
