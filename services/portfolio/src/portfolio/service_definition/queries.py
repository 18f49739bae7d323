"""Definitions with what follows from their numbers: which is active, and until when the others were."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chassis.problems import NoSuchResource
from portfolio.service.model import Service
from portfolio.service_definition.model import DefinitionStatus, ServiceDefinition
from portfolio.service_definition.schemas import ServiceDefinitionView

D = ServiceDefinition
IS = {
    DefinitionStatus.DRAFT: D.number.is_(None),
    DefinitionStatus.ACTIVE: D.number == Service.definition_number,
    DefinitionStatus.SUPERSEDED: D.number < Service.definition_number,
}
STATUS: Any = case(*((condition, status) for status, condition in IS.items()))


def shown() -> Select[Any]:
    later = aliased(D)
    next_one = select(later.active_from).where(later.service_id == D.service_id, later.number == D.number + 1)
    columns = D, STATUS.label("status"), next_one.scalar_subquery().label("active_until")
    return select(*columns).join(Service, Service.id == D.service_id)


def view(row: Any) -> ServiceDefinitionView:
    definition, status, active_until, *_ = row
    fields = {name: getattr(definition, name) for name in KEPT}
    return ServiceDefinitionView(**fields, status=status, active_until=active_until)


KEPT = ServiceDefinitionView.model_fields.keys() - {"status", "active_until"}


async def viewed(session: AsyncSession, id: UUID) -> ServiceDefinitionView:
    await session.flush()
    row = (await session.execute(shown().where(D.id == id))).one_or_none()
    if row is None:
        raise NoSuchResource(f"There is no ServiceDefinition with the id {id}.")
    return view(row)
