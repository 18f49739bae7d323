"""Services by the names that rows of a file give them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.intake import RowRefused
from portfolio.service.history import ExternalId
from portfolio.service.model import Service
from portfolio.service.terms import Status


class NamesService(Protocol):
    """By its code, or by its id in the source of the row."""

    @property
    def source(self) -> str | None: ...
    @property
    def service(self) -> str | None: ...
    @property
    def service_external_id(self) -> str | None: ...


@dataclass(frozen=True)
class Register:
    by_code: dict[str, Service]
    by_external_id: dict[tuple[str, str], Service]

    def services(self) -> set[Service]:
        return {*self.by_code.values(), *self.by_external_id.values()}

    def service(self, row: NamesService) -> Service:
        """Raises RowRefused."""
        if row.service_external_id:
            field, found = "service_external_id", self.by_external_id.get((row.source or "", row.service_external_id))
        else:
            field, found = "service", self.by_code.get(row.service or "")
        if found is None:
            raise RowRefused(field, f"there is no service {row.service_external_id or row.service}")
        return found


async def register(session: AsyncSession, rows: Iterable[NamesService], *, hold: bool = False) -> Register:
    """Of the services that these rows name. With `hold` none of them moves until the import is done."""
    rows = list(rows)
    codes = {row.service for row in rows if row.service}
    names = {(row.source or "", row.service_external_id) for row in rows if row.service_external_id}
    named = select(ExternalId).where(tuple_(ExternalId.source, ExternalId.external_id).in_(names))
    ids = {(name.source, name.external_id): name.service_id for name in await session.scalars(named)}
    in_use = or_(Service.code.in_(codes), Service.id.in_(ids.values()))
    query = select(Service).where(in_use, Service.status != Status.ARCHIVED).order_by(Service.id)
    if hold:
        query = query.with_for_update(read=True).execution_options(populate_existing=True)
    services = {service.id: service for service in await session.scalars(query)}
    by_external_id = {name: services[id] for name, id in ids.items() if id in services}
    return Register({service.code: service for service in services.values()}, by_external_id)
