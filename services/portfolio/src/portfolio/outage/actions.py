"""Recording outages, one by one or from a file, and what follows from them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import FileUpload, ImportResult, Row
from portfolio.intake import Outcome, RowRefused, take_all
from portfolio.outage.calculation import calculate, since
from portfolio.outage.model import Outage
from portfolio.outage.schemas import OutageRow
from portfolio.service.register import Register, register

STATED = ("kind", "summary", "starts_at", "ends_at")


async def changed(session: AsyncSession, services: dict[UUID, datetime], at: datetime) -> None:
    """Availabilities are calculated anew from these instants on."""
    await session.flush()
    if services and (levels := await since(session, services)):
        await calculate(session, levels, at)


@dataclass
class Intake:
    """Takes rows of a file; `new` outages are to be stored, `since` is from when on services are concerned."""

    register: Register
    known: dict[tuple[str, str], Outage]
    by: str
    at: datetime
    new: list[Outage]
    since: dict[UUID, datetime]

    def take(self, row: OutageRow) -> Outcome:
        """Raises RowRefused, ImpossibleSpan, AlreadyRetracted."""
        service = self.register.service(row)
        stated: dict[str, Any] = {name: getattr(row, name) for name in STATED}
        outage = self.known.get((row.source, row.external_id))
        if outage is None:
            stated |= {"source": row.source, "external_id": row.external_id, "service_id": service.id}
            outage = Outage.begin(**stated, by=self.by, at=self.at)
            self.new.append(outage)
            self.known[row.source, row.external_id] = outage
            self._concerns(outage)
            return "created"
        if outage.service_id != service.id:
            raise RowRefused("external_id", "the outage with this external id is one of another service")
        if all(getattr(outage, name) == value for name, value in stated.items()):
            return "unchanged"
        self._concerns(outage)
        outage.correct(**stated, by=self.by, at=self.at)
        self._concerns(outage)
        return "changed"

    def _concerns(self, outage: Outage) -> None:
        known = self.since.get(outage.service_id, outage.starts_at)
        self.since[outage.service_id] = min(known, outage.starts_at)


async def import_outages(session: AsyncSession, upload: FileUpload, *, by: str, at: datetime) -> ImportResult:
    outcomes: Counter[str] = Counter()
    async for rows in upload.batches(OutageRow):
        known = await _known(session, rows)
        intake = Intake(await register(session, [row.value for row in rows]), known, by, at, [], {})
        outcomes += take_all(upload, rows, intake.take)
        session.add_all(intake.new)
        await changed(session, intake.since, at)
    return upload.result(**outcomes)


async def _known(session: AsyncSession, rows: Sequence[Row[OutageRow]]) -> dict[tuple[str, str], Outage]:
    names = {(row.value.source, row.value.external_id) for row in rows}
    query = select(Outage).where(tuple_(Outage.source, Outage.external_id).in_(names)).order_by(Outage.id)
    found = await session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {(it.source or "", it.external_id or ""): it for it in found}
