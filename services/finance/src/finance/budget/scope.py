"""Which line of the budgets in force some spending falls on: the nearest one, up the tree of cost objects."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

Scope = tuple[UUID | None, str | None]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a budget in force."""

    budget_id: UUID
    line: str


# The cost object itself goes before those above it, one named goes before any; then a nature before any.
NEAREST = text("""
    WITH RECURSIVE scope AS (
        SELECT n, cost_object_id, nature FROM unnest(:cost_objects, :natures) WITH ORDINALITY
            AS asked (cost_object_id, nature, n)
    ), above AS (
        SELECT n, cost_object_id AS at, 0 AS steps FROM scope WHERE cost_object_id IS NOT NULL
        UNION ALL
        SELECT n, parent_id, steps + 1 FROM above JOIN cost_objects ON id = at WHERE parent_id IS NOT NULL
    )
    SELECT DISTINCT ON (scope.n) scope.n, line.budget_id, line.code
    FROM scope
    JOIN budgets AS budget ON budget.fiscal_year_id = :year
    JOIN budget_lines AS line ON line.budget_id = budget.id AND line.number = budget.approved_number
    LEFT JOIN above ON above.n = scope.n AND above.at = line.cost_object_id
    WHERE line.amounts IS NOT NULL
        AND (line.cost_object_id IS NULL OR above.n IS NOT NULL)
        AND (line.nature IS NULL OR line.nature = scope.nature)
    ORDER BY scope.n, coalesce(above.steps, 1000000), line.nature NULLS LAST, line.budget_id, line.code
""").bindparams(bindparam("cost_objects", type_=ARRAY(Uuid)), bindparam("natures", type_=ARRAY(Text)))


async def nearest(session: AsyncSession, year_id: UUID, scopes: Collection[Scope]) -> dict[Scope, Place]:
    """Of the scopes that a line of the year's approved budgets has."""
    asked = list(scopes)
    values: dict[str, Any] = {
        "year": year_id,
        "cost_objects": [cost_object_id for cost_object_id, _ in asked],
        "natures": [nature for _, nature in asked],
    }
    found = await session.execute(NEAREST, values)
    return {asked[n - 1]: Place(budget_id, code) for n, budget_id, code in found}
