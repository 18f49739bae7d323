"""What lines of the budgets in force have and what is used of them, each with all lines below it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT, exact_sum
from finance.budget.lines import MONTHS, Control, DocumentKind, Horizon, Sums
from finance.budget.model import BudgetPosition
from finance.budget.scope import Place

USES = ("requested", "committed", "actual")


@dataclass(frozen=True)
class Month:
    """In base currency."""

    budgeted: Decimal = Decimal(0)
    requested: Decimal = Decimal(0)
    committed: Decimal = Decimal(0)
    actual: Decimal = Decimal(0)


@dataclass
class Line:
    """A line as it is held: its rules, and its twelve months with those of the lines below it."""

    place: Place
    name: str
    parent: str | None
    is_leaf: bool
    cost_object: str | None
    service_id: UUID | None
    nature: str | None
    controls: Mapping[str, str]
    horizon: Horizon
    thresholds: Sequence[int]
    months: list[Month] = field(default_factory=list)

    def sums(self, upto: int = MONTHS) -> Sums:
        """Over the first months of the year."""
        return Sums(*(exact_sum(getattr(month, name) for month in self.months[:upto]) for name in ("budgeted", *USES)))

    def horizon_sums(self, month: int) -> Sums:
        """What a document of that month is held against."""
        return self.sums(MONTHS if self.horizon == Horizon.YEARLY else month)

    def control(self, kind: DocumentKind) -> Control:
        return Control(self.controls[kind])


def month_of(year_starts_on: date, day: date) -> int:
    """1 for the first month of the fiscal year."""
    return (day.year - year_starts_on.year) * 12 + day.month - year_starts_on.month + 1


LOCK = text("""
    WITH RECURSIVE line AS (
        SELECT each.* FROM budget_lines AS each
        JOIN budgets AS budget ON budget.id = each.budget_id AND budget.approved_number = each.number
        WHERE each.budget_id = ANY(:budgets)
    ), up AS (
        SELECT budget_id, code, parent FROM line WHERE (budget_id::text || ' ' || code) = ANY(:places)
        UNION
        SELECT line.budget_id, line.code, line.parent FROM up
        JOIN line ON line.budget_id = up.budget_id AND line.code = up.parent
    )
    SELECT held.budget_id, held.code FROM budget_lines AS held
    JOIN budgets AS budget ON budget.id = held.budget_id AND budget.approved_number = held.number
    WHERE (held.budget_id, held.code) IN (SELECT budget_id, code FROM up)
    ORDER BY held.budget_id, held.code FOR NO KEY UPDATE OF held
""").bindparams(bindparam("places", type_=ARRAY(Text)))

SUMS = text("""
    WITH RECURSIVE line AS (
        SELECT each.*, budget.rate FROM budget_lines AS each
        JOIN budgets AS budget ON budget.id = each.budget_id AND budget.approved_number = each.number
        WHERE each.budget_id = ANY(:budgets)
    ), below AS (
        SELECT budget_id, code AS root, code FROM line
        WHERE :everything OR (budget_id::text || ' ' || code) = ANY(:places)
        UNION ALL
        SELECT line.budget_id, below.root, line.code FROM below
        JOIN line ON line.budget_id = below.budget_id AND line.parent = below.code
    )
    SELECT below.budget_id, below.root, each.month,
        coalesce(sum(line.amounts[each.month] * line.rate), 0) AS budgeted,
        coalesce(sum(used.requested), 0) AS requested,
        coalesce(sum(used.committed), 0) AS committed,
        coalesce(sum(used.actual), 0) AS actual
    FROM below
    JOIN line ON line.budget_id = below.budget_id AND line.code = below.code
    CROSS JOIN generate_series(1, 12) AS each (month)
    LEFT JOIN budget_positions AS used
        ON used.budget_id = below.budget_id AND used.line = below.code AND used.month = each.month
    GROUP BY below.budget_id, below.root, each.month ORDER BY below.budget_id, below.root, each.month
""").bindparams(bindparam("places", type_=ARRAY(Text)))

RULES = text("""
    SELECT line.budget_id, line.code, line.name, line.parent, line.amounts IS NOT NULL AS is_leaf,
        object.code AS cost_object, object.service_id, line.nature, line.controls, line.horizon, line.thresholds
    FROM budget_lines AS line
    JOIN budgets AS budget ON budget.id = line.budget_id AND budget.approved_number = line.number
    LEFT JOIN cost_objects AS object ON object.id = line.cost_object_id
    WHERE line.budget_id = ANY(:budgets)
""")


async def hold(session: AsyncSession, places: Collection[Place]) -> set[Place]:
    """These lines and all above them, which nobody else counts on before this transaction ends."""
    return {Place(*row) for row in await session.execute(LOCK, _named(places))}


async def lines(session: AsyncSession, places: Collection[Place]) -> dict[Place, Line]:
    """These lines with what they have and what is used of them."""
    return await _lines(session, _named(places))


async def lines_of(session: AsyncSession, budget_ids: Collection[UUID]) -> dict[Place, Line]:
    """All lines of the versions in force."""
    return await _lines(session, {"budgets": list(budget_ids), "places": [], "everything": True})


async def _lines(session: AsyncSession, named: dict[str, Any]) -> dict[Place, Line]:
    months: dict[Place, list[Month]] = defaultdict(list)
    for budget_id, root, _, *sums in await session.execute(SUMS, {"everything": False, **named}):
        months[Place(budget_id, root)].append(Month(*sums))
    found = {}
    for row in await session.execute(RULES, {"budgets": named["budgets"]}):
        place = Place(row.budget_id, row.code)
        if place in months:
            horizon = Horizon(row.horizon)
            rules = (row.cost_object, row.service_id, row.nature, row.controls, horizon, row.thresholds)
            found[place] = Line(place, row.name, row.parent, row.is_leaf, *rules, months[place])
    return found


async def use(session: AsyncSession, used: Mapping[tuple[Place, int], Month]) -> None:
    """Add to what is used of lines in months, the lines being held."""
    if not used:
        return
    rows = [
        {"budget_id": place.budget_id, "line": place.line, "month": month}
        | {name: EXACT.plus(getattr(sums, name)) for name in USES}
        for (place, month), sums in sorted(used.items(), key=lambda each: each[0])
    ]
    upsert = insert(BudgetPosition).values(rows)
    kept = {name: getattr(BudgetPosition, name) + upsert.excluded[name] for name in USES}
    await session.execute(upsert.on_conflict_do_update(index_elements=["budget_id", "line", "month"], set_=kept))


def _named(places: Collection[Place]) -> dict[str, Any]:
    return {
        "budgets": list({place.budget_id for place in places}),
        "places": [f"{place.budget_id} {place.line}" for place in places],
    }
