"""Services as descriptors: in the words of Backstage, the rest in annotations, and what it said itself as it came."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Text, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.descriptors import DEFAULT_NAMESPACE, Reference, filled, is_reference, is_tag, name_for
from portfolio.backstage_entity import terms
from portfolio.backstage_entity.descriptor import KINDS
from portfolio.backstage_entity.model import BackstageEntity
from portfolio.backstage_entity.related import Related, related
from portfolio.dependency.model import Dependency
from portfolio.service.history import ExternalId
from portfolio.service.model import Service

GIVEN = select(Service).where(Service.status.in_(terms.LIFECYCLES))
BY_KEY = {kind.lower(): kind for kind in KINDS}
WITH_LIFECYCLE = {"Component", "API"}


@dataclass(frozen=True)
class Known:
    """How a service is named there, and what is kept of it."""

    reference: Reference
    kept: Mapping[str, Any]


async def descriptors(session: AsyncSession, services: Sequence[Service], source: str) -> list[dict[str, Any]]:
    """In the order of the services, which are some of GIVEN."""
    ids = {service.id for service in services}
    query = select(Dependency.service_id, Dependency.uses_id, Dependency.kind)
    either = or_(among(Dependency.service_id, ids), among(Dependency.uses_id, ids))
    used = [(user, used, kind) for user, used, kind in await session.execute(query.where(either))]
    known = await _known(session, ids.union(*((user, other) for user, other, _ in used)), source)
    relations = related(used, {id: one.reference for id, one in known.items()})
    return [_descriptor(service, known[service.id], relations[service.id]) for service in services]


async def _known(session: AsyncSession, ids: Collection[UUID], source: str) -> dict[UUID, Known]:
    """By an external id of the source, the first of several, where that is the reference of an entity. The others are
    components called by their codes, marked where a name would stand twice."""
    named = (
        select(ExternalId.service_id, ExternalId.external_id, BackstageEntity.kept)
        .outerjoin(
            BackstageEntity,
            (BackstageEntity.source == ExternalId.source) & (BackstageEntity.external_id == ExternalId.external_id),
        )
        .where(ExternalId.source == source, among(ExternalId.service_id, ids))
        .order_by(ExternalId.external_id)
    )
    known: dict[UUID, Known] = {}
    for id, external_id, kept in await session.execute(named):
        if id not in known and (reference := _reference(external_id, kept)):
            known[id] = Known(reference, kept or {})
    codes = select(Service.id, Service.code).where(among(Service.id, ids - known.keys()))
    unnamed: dict[UUID, str] = {row.id: row.code for row in await session.execute(codes)}
    taken = await _taken(session, unnamed.values(), source)
    for id, code in unnamed.items():
        name = name_for(code, marked=code.lower() in taken)
        known[id] = Known(Reference("Component", DEFAULT_NAMESPACE, name), {})
    return known


def _reference(external_id: str, kept: Mapping[str, Any] | None) -> Reference | None:
    if kept:
        return Reference(kept["kind"], kept["metadata"]["namespace"], kept["metadata"]["name"])
    kind = BY_KEY.get(external_id.partition(":")[0].lower())
    if kind in (None, "API") or not is_reference(external_id):  # an API has a definition, which nobody has kept
        return None
    reference = Reference.parse(external_id)
    return Reference(kind, reference.namespace, reference.name)


async def _taken(session: AsyncSession, codes: Iterable[str], source: str) -> set[str]:
    """Of these codes, in small letters, those that are no name of their own."""
    small, lowered = {code.lower() for code in codes}, func.lower(Service.code, type_=Text)
    given = select(lowered).where(among(lowered, small), Service.status.in_(terms.LIFECYCLES))
    taken = set(await session.scalars(given.group_by(lowered).having(func.count() > 1)))
    prefix = f"component:{DEFAULT_NAMESPACE}/"
    ids = select(ExternalId.external_id).where(
        ExternalId.source == source, among(ExternalId.external_id, {prefix + code for code in small})
    )
    return taken | {id.removeprefix(prefix) for id in await session.scalars(ids)}


def _descriptor(service: Service, known: Known, relations: Related) -> dict[str, Any]:
    kind, kept = known.reference.kind, known.kept.get("metadata", {})
    lifecycle = terms.LIFECYCLES[service.status]
    metadata = {
        "name": known.reference.name,
        "namespace": known.reference.namespace.removeprefix(DEFAULT_NAMESPACE),
        "title": service.name,
        "description": service.description,
        "labels": kept.get("labels"),
        "annotations": {**kept.get("annotations", {}), **_annotations(service, known, relations)},
        "tags": sorted({tag for tag in service.tags if is_tag(tag)} | set(kept.get("tags", ()))),
        "links": kept.get("links"),
    }
    spec = {
        **({} if kind == "System" else {"type": terms.DEFAULT_TYPE}),
        **known.kept.get("spec", {}),
        **({"lifecycle": lifecycle} if kind in WITH_LIFECYCLE else {}),
        "owner": owner if is_reference(owner := service.owner or terms.NOBODY) else name_for(owner),
        **relations.spec,
    }
    return {"apiVersion": terms.API_VERSION, "kind": kind, "metadata": filled(metadata), "spec": filled(spec)}


def _annotations(service: Service, known: Known, relations: Related) -> dict[str, str]:
    """What Backstage has no word for, or not for this kind."""
    said = {terms.KIND: str(service.kind)}
    if service.code != known.reference.name:
        said[terms.CODE] = service.code
    if not is_reference(service.owner or ""):
        said[terms.OWNER] = service.owner or ""
    if tags := [tag for tag in service.tags if not is_tag(tag)]:
        said[terms.TAGS] = ",".join(tags)
    if known.reference.kind not in WITH_LIFECYCLE:
        said[terms.LIFECYCLE] = terms.LIFECYCLES[service.status]
    if service.retires_on:
        said[terms.RETIRES_ON] = service.retires_on.isoformat()
    if relations.beside:
        said[terms.DEPENDS_ON] = ",".join(relations.beside)
    return said
