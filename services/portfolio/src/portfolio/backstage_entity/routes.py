"""The operations on Backstage entities."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.application import Now
from chassis.extracts import Write, extract
from chassis.operations import CurrentCaller, Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import MalformedBody
from chassis.sent_descriptors import EntityOutcome, Sent, keep, read, result_of
from chassis.text import Code, Day
from chassis.yaml_documents import BODY_BYTES, DOCUMENT_MEDIA, YAML_MEDIA, SentDocuments, write_yaml
from portfolio.backstage_entity.descriptor import KINDS, Named
from portfolio.backstage_entity.export import GIVEN, descriptors
from portfolio.backstage_entity.intake import EntityIntake, kept, possible_codes
from portfolio.backstage_entity.model import BackstageEntity
from portfolio.backstage_entity.relating import relate
from portfolio.backstage_entity.schemas import BackstageEntityView, BackstageImportResult
from portfolio.backstage_entity.terms import SOURCE
from portfolio.dependency.queries import hold_graph
from portfolio.service.gates import Act
from portfolio.service.imports import meant_by, miss
from portfolio.service.intake import Intake
from portfolio.service.model import Service

router = Router("backstage-entities")

READ = "portfolio:backstage-entity:read"
AT_ONCE = 500

Source = Annotated[Code, Query(description="What the external ids of this Backstage are kept under.")]


@router.operation(
    "POST",
    "/backstage-imports",
    permission="portfolio:backstage-entity:import",
    problems=[MalformedBody],
    upload=DOCUMENT_MEDIA,
    max_body_bytes=BODY_BYTES,
)
async def import_backstage_entities(
    sent: SentDocuments,
    session: Session,
    caller: CurrentCaller,
    now: Now,
    source: Source = SOURCE,
    complete: Annotated[
        bool, Query(description="The body is all that the source has: ids that it lacks are marked as absent.")
    ] = False,
    retires_on: Annotated[
        Day | None, Query(description="The first day without deprecated entities that do not say it themselves.")
    ] = None,
) -> BackstageImportResult:
    """Take components, APIs, resources and systems of Backstage over as services, by the rules of service imports.

    The body is YAML of one or many documents, or JSON: an entity, a list of them, or a page with `items`. A new service
    joins where its lifecycle says; a known one is described anew and stays in its stage; what is left out stays as it
    is; nothing is removed. Each entity is answered for: one that is refused does not stop the others.
    """
    everything = read(sent, KINDS)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("service imports"))))
    await hold_graph(session)
    services = Intake(Act(by=caller.subject, at=now, reason="Imported from Backstage"))
    services.learn(await _meant(session, everything, source))
    intake = EntityIntake(source, retires_on, services)
    for one in everything:
        if one.entity:
            intake.take(one, one.entity)
    session.add_all(services.new)
    await session.flush()
    by_key = {key: service for (its, key), service in services.by_external_id.items() if its == source}
    await relate(session, everything, by_key)
    said = {one.entity.reference.key: (one, kept(one.entity)) for one in everything if one.entity}
    await keep(session, BackstageEntity, source, said)
    absent = await _miss(session, everything, source, now) if complete else 0
    return BackstageImportResult(**result_of(everything), absent=absent)


async def _meant(session: AsyncSession, everything: Sequence[Sent[Named[Any]]], source: str) -> Sequence[Service]:
    """The services that the entities are, or that they relate to."""
    entities = [one.entity for one in everything if one.entity]
    codes = {code for entity in entities for code in possible_codes(entity)}
    keys = {entity.reference.key for entity in entities}
    keys |= {reference.key for entity in entities for _, reference, _ in entity.relations()}
    return await meant_by(session, codes=codes, names={(source, key) for key in keys})


async def _miss(session: AsyncSession, everything: Sequence[Sent[Named[Any]]], source: str, at: datetime) -> int:
    """None where an entity was refused: it may be one of those that would be missed."""
    seen = {one.entity.reference.key for one in everything if one.entity}
    if not seen or any(one.outcome is EntityOutcome.REFUSED for one in everything):
        return 0
    await session.flush()
    return await miss(session, source, seen, at)


@router.operation("GET", "/backstage-entities", permission=READ)
async def list_backstage_entities(
    session: Session, asked: AskedPage, source: Source = SOURCE
) -> Page[BackstageEntityView]:
    """List the services that are not gone, in the form of Backstage's catalog."""
    shown = cast("dict[str, Any]", await page(session, GIVEN, asked, sorts={"code": Service.code}, tie=Service.id))
    items = [BackstageEntityView(**found) for found in await descriptors(session, shown["items"], source)]
    return Page(items=items, next_cursor=shown["next_cursor"], total=shown["total"])


@router.operation(
    "GET",
    "/backstage-extract",
    permission=READ,
    produces=[YAML_MEDIA],
    response_class=Response,
    response_model=None,
)
async def extract_backstage_entities(request: Request, source: Source = SOURCE) -> Response:
    """Extract the services that are not gone as YAML, a document each, in the form of Backstage's catalog."""
    return extract(request, _as_yaml(source), YAML_MEDIA)


def _as_yaml(source: str) -> Write:
    async def write(session: AsyncSession) -> AsyncIterator[str]:
        query, last = GIVEN.order_by(Service.code).limit(AT_ONCE), ""
        while found := (await session.scalars(query.where(Service.code > last))).all():
            yield write_yaml(await descriptors(session, found, source))
            last = found[-1].code
            session.expunge_all()

    return write
