"""Finds the service levels that measurements name."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.measurement.model import Unmeasurable
from portfolio.measurement.schemas import RecordMeasurement
from portfolio.service.history import ExternalId
from portfolio.service.model import Service
from portfolio.service.terms import Status
from portfolio.service_level.model import ServiceLevel


@dataclass(frozen=True)
class Named:
    """The service levels that a batch can name, by each way of naming them."""

    by_id: dict[UUID, ServiceLevel]
    by_external_id: dict[tuple[str, str], ServiceLevel]
    by_name: dict[tuple[UUID, str], ServiceLevel]
    services: dict[str, UUID]
    services_by_external_id: dict[tuple[str, str], UUID]

    def level(self, stated: RecordMeasurement) -> ServiceLevel:
        """Raises Unmeasurable when the names lead to no service level, or when there are none."""
        if stated.service_level_id:
            return _known(self.by_id.get(stated.service_level_id), "service_level_id", str(stated.service_level_id))
        if stated.service_level_external_id:
            key = origin(stated), stated.service_level_external_id
            return _known(self.by_external_id.get(key), "service_level_external_id", "/".join(key))
        if not stated.service_level:
            raise Unmeasurable("service_level", "name a service level by id, by external id, or by service and name")
        found = self.by_name.get((self._service(stated), stated.service_level))
        return _known(found, "service_level", stated.service_level)

    def _service(self, stated: RecordMeasurement) -> UUID:
        if stated.service and (known := self.services.get(stated.service)):
            return known
        key = origin(stated), stated.service_external_id or ""
        if not stated.service and (known := self.services_by_external_id.get(key)):
            return known
        field = "service" if stated.service or not stated.service_external_id else "service_external_id"
        raise Unmeasurable(field, f"there is no service {stated.service or stated.service_external_id or ''!r}")


def origin(stated: RecordMeasurement) -> str:
    """The system whose external ids it uses."""
    return stated.external_source or stated.source


def _known(level: ServiceLevel | None, field: str, name: str) -> ServiceLevel:
    if level is None:
        raise Unmeasurable(field, f"there is no service level {name!r}")
    return level


async def named(session: AsyncSession, batch: Sequence[RecordMeasurement]) -> Named:
    """In three statements, however many measurements there are."""
    codes = {it.service for it in batch if it.service}
    external = {(origin(it), it.service_external_id) for it in batch if it.service_external_id}
    in_use = select(Service.code, Service.id).where(Service.code.in_(codes), Service.status != Status.ARCHIVED)
    services = dict((await session.execute(in_use)).all())
    known = select(ExternalId).where(tuple_(ExternalId.source, ExternalId.external_id).in_(external))
    others = {(it.source, it.external_id): it.service_id for it in await session.scalars(known)}
    levels = await _levels(session, batch, {*services.values(), *others.values()})
    return Named(
        {it.id: it for it in levels},
        {(it.source, it.external_id): it for it in levels if it.source and it.external_id},
        {(it.service_id, it.name): it for it in levels},
        services,
        others,
    )


async def _levels(
    session: AsyncSession, batch: Sequence[RecordMeasurement], services: set[UUID]
) -> Sequence[ServiceLevel]:
    names = {it.service_level for it in batch if it.service_level}
    external = {(origin(it), it.service_level_external_id) for it in batch if it.service_level_external_id}
    query = select(ServiceLevel).where(
        or_(
            ServiceLevel.id.in_({it.service_level_id for it in batch if it.service_level_id}),
            tuple_(ServiceLevel.source, ServiceLevel.external_id).in_(external),
            ServiceLevel.service_id.in_(services) & ServiceLevel.name.in_(names),
        )
    )
    return (await session.scalars(query)).all()
