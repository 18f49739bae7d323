"""What happens to cost objects from a file, and when their services are heard of."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import FileUpload, Row
from chassis.problems import NoSuchResource
from finance.cost_object.model import ClosedBeforeOpened, CostObject, CostObjectKind
from finance.cost_object.schemas import CostObjectRow


async def import_cost_objects(
    session: AsyncSession, upload: FileUpload, rows: Sequence[Row[CostObjectRow]], *, today: date
) -> Counter[str]:
    """How many cost objects a batch of rows created, changed and left unchanged."""
    query = select(CostObject).where(CostObject.code.in_({row.value.code for row in rows}))
    known = {found.code: found for found in await session.scalars(query)}
    done: Counter[str] = Counter()
    for row in rows:
        try:
            done[_taken(row.value, known, today)] += 1
        except ClosedBeforeOpened as problem:
            upload.reject(row, "closed_on", problem.detail)
    session.add_all(known.values())
    await session.flush()
    return done


def _taken(row: CostObjectRow, known: dict[str, CostObject], today: date) -> str:
    """What the row did. Whether a cost object is chargeable is not the file's to say."""
    there = known.get(row.code)
    if there is None:
        opened = CostObject.open(code=row.code, name=row.name, kind=row.kind, opened_on=row.opened_on or today)
        opened.last(opened_on=opened.opened_on, closed_on=row.closed_on)
        known[row.code] = opened
        return "created"
    said = (row.name, row.kind, row.opened_on or there.opened_on, row.closed_on or there.closed_on)
    if said == (there.name, there.kind, there.opened_on, there.closed_on):
        return "unchanged"
    there.last(opened_on=said[2], closed_on=said[3])
    there.describe(name=row.name, kind=row.kind, chargeable=there.chargeable)
    return "changed"


async def stand_below(session: AsyncSession, cost_object: CostObject, parent_code: str | None) -> None:
    """Moves in the tree follow one another, so that two at once make no loop. NoSuchResource for an unknown parent."""
    if parent_code is None:
        cost_object.stand_below(None, above=())
        return
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("cost object tree", 0))))
    parent = await session.scalar(select(CostObject).where(CostObject.code == parent_code))
    if parent is None:
        raise NoSuchResource(f"There is no cost object {parent_code}.")
    walk = select(CostObject.parent_id.label("id")).where(CostObject.id == parent.id).cte("above", recursive=True)
    walk = walk.union(select(CostObject.parent_id).join(walk, walk.c.id == CostObject.id))
    above = (await session.scalars(select(walk.c.id).where(walk.c.id.is_not(None)))).all()
    cost_object.stand_below(parent, above=above)


_OF_NOBODY = CostObject.service_id.is_(None) & CostObject.initiative_id.is_(None)


async def of_service(
    session: AsyncSession, service_id: UUID, *, code: str, name: str, on: date, sequence: int
) -> CostObject | None:
    """The cost object of a service, opened on that day if there is none; null when something newer is known already.

    One that exists under the service's code and stands for nothing else is linked.
    """
    query = select(CostObject).where(or_(CostObject.service_id == service_id, (CostObject.code == code) & _OF_NOBODY))
    candidates = (await session.scalars(query.order_by(CostObject.service_id.is_(None)).with_for_update())).all()
    if not candidates:
        known = CostObject.open(code=code, name=name, kind=CostObjectKind.SERVICE, opened_on=on, service_id=service_id)
        session.add(known)
    else:
        known = candidates[0]
    return known if known.hear(service_id=service_id, sequence=sequence) else None


async def of_initiative(
    session: AsyncSession, initiative_id: UUID, *, code: str, name: str, on: date, sequence: int
) -> CostObject | None:
    """The same for an initiative of strategy, whose cost object is a project."""
    query = select(CostObject).where(
        or_(CostObject.initiative_id == initiative_id, (CostObject.code == code) & _OF_NOBODY)
    )
    candidates = (await session.scalars(query.order_by(CostObject.initiative_id.is_(None)).with_for_update())).all()
    known = candidates[0] if candidates else None
    if known is None:
        known = CostObject.open(code=code, name=name, kind=CostObjectKind.PROJECT, opened_on=on)
        session.add(known)
    return known if known.follow(initiative_id=initiative_id, sequence=sequence) else None
