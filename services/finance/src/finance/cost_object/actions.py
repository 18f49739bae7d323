"""What happens to cost objects from a file, and when their services are heard of."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.imports import FileUpload, Row
from chassis.problems import NoSuchResource
from finance.cost_object.model import BelowItself, ClosedBeforeOpened, CostObject, CostObjectKind
from finance.cost_object.schemas import CostObjectRow

# Moves in the tree follow one another, so that two at once make no loop.
HOLD_TREE = select(func.pg_advisory_xact_lock(func.hashtextextended("cost object tree", 0)))
MOST_OF_CODE = 44  # with a day and a part of an id after it, it is still a code


async def import_cost_objects(
    session: AsyncSession, upload: FileUpload, rows: Sequence[Row[CostObjectRow]], *, today: date
) -> Counter[str]:
    """How many cost objects a batch of rows created, changed and left unchanged."""
    codes = {code for row in rows for code in (row.value.code, row.value.parent) if code}
    query = select(CostObject).where(among(CostObject.code, codes))
    known = {found.code: found for found in await session.scalars(query)}
    above = await _above(session) if any(row.value.parent for row in rows) else {}
    done: Counter[str] = Counter()

    def take(row: Row[CostObjectRow]) -> None:
        parent = known.get(row.value.parent or "")
        if row.value.parent and parent is None:
            upload.reject(row, "parent", f"there is no cost object {row.value.parent}")
            return
        try:
            done[_taken(row.value, parent, known, above, today)] += 1
        except ClosedBeforeOpened as problem:
            upload.reject(row, "closed_on", problem.detail)
        except BelowItself as problem:
            upload.reject(row, "parent", problem.detail)

    standing, later = set(known), list[Row[CostObjectRow]]()
    for row in rows:
        if row.value.code in known:
            later.append(row)
        else:
            take(row)
    # New ones first: what stood before may come to stand below one of them.
    session.add_all(each for code, each in known.items() if code not in standing)
    await session.flush()
    for row in later:
        take(row)
    await session.flush()
    return done


async def _above(session: AsyncSession) -> dict[UUID, UUID | None]:
    """Cost object → the one that it stands below, of all; nobody else moves one before this transaction ends."""
    await session.execute(HOLD_TREE)
    return {row[0]: row[1] for row in await session.execute(select(CostObject.id, CostObject.parent_id))}


def _taken(
    row: CostObjectRow,
    parent: CostObject | None,
    known: dict[str, CostObject],
    above: dict[UUID, UUID | None],
    today: date,
) -> str:
    """What the row did. Whether a cost object is chargeable is not the file's to say."""
    there = known.get(row.code)
    if there is None:
        opened = CostObject.open(code=row.code, name=row.name, kind=row.kind, opened_on=row.opened_on or today)
        opened.last(opened_on=opened.opened_on, closed_on=row.closed_on)
        opened.parent_id = above[opened.id] = parent.id if parent else None
        known[row.code] = opened
        return "created"
    parent_id = parent.id if parent else there.parent_id
    said = (row.name, row.kind, row.opened_on or there.opened_on, row.closed_on or there.closed_on, parent_id)
    if said == (there.name, there.kind, there.opened_on, there.closed_on, there.parent_id):
        return "unchanged"
    there.last(opened_on=said[2], closed_on=said[3])
    if parent and parent_id != there.parent_id:
        there.stand_below(parent, above=list(_upward(parent.id, above)))
        above[there.id] = parent_id
    there.describe(name=row.name, kind=row.kind, chargeable=there.chargeable)
    return "changed"


def _upward(id: UUID, above: dict[UUID, UUID | None]) -> Iterator[UUID]:
    while (higher := above.get(id)) is not None:
        yield higher
        id = higher


async def stand_below(session: AsyncSession, cost_object: CostObject, parent_code: str | None) -> None:
    """NoSuchResource for an unknown parent."""
    if parent_code is None:
        cost_object.stand_below(None, above=())
        return
    await session.execute(HOLD_TREE)
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

    One that exists under the service's code and stands for nothing else is linked. One that stands for another service
    makes room: the portfolio gives a code to another service only once the one that had it is archived.
    """
    query = select(CostObject).where(or_(CostObject.service_id == service_id, CostObject.code == code))
    candidates = (await session.scalars(query.order_by(CostObject.id).with_for_update())).all()
    known = next((found for found in candidates if found.service_id == service_id), None)
    named = next((found for found in candidates if found.code == code), None)
    if known is None and named and named.is_nobodys:
        known = named
    if known is None:
        if named and named.service_id:
            await _make_room(session, named, on=on)
        known = CostObject.open(code=code, name=name, kind=CostObjectKind.SERVICE, opened_on=on, service_id=service_id)
        session.add(known)
    return known if known.hear(service_id=service_id, sequence=sequence) else None


async def rename(session: AsyncSession, service_id: UUID, *, code: str, name: str, sequence: int) -> None:
    """A service that is not chartered yet has no cost object; its charter will say its name. A code that another cost
    object has by now stays there."""
    query = select(CostObject).where(or_(CostObject.service_id == service_id, CostObject.code == code))
    candidates = (await session.scalars(query.order_by(CostObject.id).with_for_update())).all()
    known = next((found for found in candidates if found.service_id == service_id), None)
    if known is None or not known.hear(service_id=service_id, sequence=sequence):
        return
    taken = any(found.code == code for found in candidates if found is not known)
    known.rename(code=known.code if taken else code, name=name)


async def _make_room(session: AsyncSession, former: CostObject, *, on: date) -> None:
    """Its code is followed by the day on which it ended (or else the other one began), and by a part of its id where
    that code is taken too."""
    dated = f"{former.code[:MOST_OF_CODE]}:{former.closed_on or on}"
    taken = await session.scalar(select(CostObject.id).where(CostObject.code == dated))
    former.rename(code=f"{dated}:{former.id.hex[-8:]}" if taken else dated, name=former.name)
    await session.flush()  # before the code is given to the next one


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
