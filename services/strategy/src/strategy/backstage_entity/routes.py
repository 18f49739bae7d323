"""The operations on Backstage entities."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.application import Today
from chassis.bulk import among
from chassis.extracts import Write, extract
from chassis.operations import Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import MalformedBody
from chassis.sent_descriptors import DescriptorImportResult, Sent, keep, read, result_of
from chassis.text import Code
from chassis.yaml_documents import BODY_BYTES, DOCUMENT_MEDIA, YAML_MEDIA, SentDocuments, write_yaml
from strategy import tree
from strategy.backstage_entity.descriptor import KINDS, Domain, Group, Named
from strategy.backstage_entity.domain_intake import DomainIntake
from strategy.backstage_entity.export import UNITS, domains, groups
from strategy.backstage_entity.group_intake import GroupIntake
from strategy.backstage_entity.members import count_members
from strategy.backstage_entity.model import BackstageEntity
from strategy.backstage_entity.placing import grow
from strategy.backstage_entity.schemas import BackstageEntityView
from strategy.backstage_entity.terms import SOURCE
from strategy.customer.model import Customer
from strategy.customer.register import Register
from strategy.market_space.model import MarketSpace

router = Router("backstage-entities")

READ = "strategy:backstage-entity:read"
AT_ONCE = 500

Source = Annotated[Code, Query(description="What the external ids of this Backstage are kept under.")]
Everything = Sequence[Sent[Named[Any]]]


@router.operation(
    "POST",
    "/backstage-imports",
    permission="strategy:backstage-entity:import",
    problems=[MalformedBody],
    upload=DOCUMENT_MEDIA,
    max_body_bytes=BODY_BYTES,
)
async def import_backstage_entities(
    sent: SentDocuments, session: Session, today: Today, source: Source = SOURCE
) -> DescriptorImportResult:
    """Take groups of Backstage over as customers and its domains as market spaces.

    The body is YAML of one or many documents, or JSON: an entity, a list of them, or a page with `items`. What is known
    is changed, what is left out stays as it is, nobody is removed. Each entity is answered for: one that is refused
    does not stop the others.
    """
    everything = read(sent, KINDS)
    await _take_domains(session, [one for one in everything if isinstance(one.entity, Domain)])
    await _take_groups(session, [one for one in everything if isinstance(one.entity, Group)], source, today)
    said = {one.entity.reference.key: (one, one.entity.kept()) for one in everything if one.entity}
    await keep(session, BackstageEntity, source, said)
    return DescriptorImportResult(**result_of(everything))


async def _take_domains(session: AsyncSession, everything: Everything) -> None:
    if not everything:
        return
    await tree.hold(session, MarketSpace)
    intake = DomainIntake(await session.scalars(select(MarketSpace)))
    grow(intake, everything)
    session.add_all(intake.new)
    await session.flush()


async def _take_groups(session: AsyncSession, everything: Everything, source: str, today: date) -> None:
    if not everything:
        return
    intake = GroupIntake(source, await Register.open(session))
    grow(intake, everything)
    session.add_all(intake.intake.customers)
    await session.flush()
    session.add_all(intake.intake.external_ids)
    await session.flush()
    await count_members(session, intake, everything, today)


@router.operation("GET", "/backstage-entities", permission=READ)
async def list_backstage_entities(
    session: Session, asked: AskedPage, today: Today, source: Source = SOURCE
) -> Page[BackstageEntityView]:
    """List market spaces as domains, and internal units as groups, in the form of Backstage's catalog."""
    spaces = select(literal("Domain").label("kind"), MarketSpace.id, MarketSpace.code)
    units = select(literal("Group"), Customer.id, Customer.code).where(*UNITS)
    both = union_all(spaces, units).subquery()
    sorts = {"kind": both.c.kind + ":" + both.c.code, "code": both.c.code}
    shown = cast(
        "dict[str, Any]", await page(session, select(both.c.id), asked, sorts=sorts, tie=both.c.id, by_row=True)
    )
    ids = [row.id for row in shown["items"]]
    found = await _described(session, ids, source, today)
    return Page(
        items=[BackstageEntityView(**found[id]) for id in ids], next_cursor=shown["next_cursor"], total=shown["total"]
    )


async def _described(session: AsyncSession, ids: Sequence[UUID], source: str, today: date) -> dict[UUID, Any]:
    spaces = (await session.scalars(select(MarketSpace).where(among(MarketSpace.id, ids)))).all()
    units = (await session.scalars(select(Customer).where(among(Customer.id, ids)))).all()
    found = [*await domains(session, spaces, source), *await groups(session, units, source, today)]
    return dict(zip([*(it.id for it in spaces), *(it.id for it in units)], found, strict=True))


@router.operation(
    "GET",
    "/backstage-extract",
    permission=READ,
    produces=[YAML_MEDIA],
    response_class=Response,
    response_model=None,
)
async def extract_backstage_entities(request: Request, today: Today, source: Source = SOURCE) -> Response:
    """Extract domains and groups as YAML, a document each, in the form of Backstage's catalog."""
    return extract(request, _as_yaml(source, today), YAML_MEDIA)


def _as_yaml(source: str, today: date) -> Write:
    async def write(session: AsyncSession) -> AsyncIterator[str]:
        async for spaces in _batches(session, MarketSpace):
            yield write_yaml(await domains(session, spaces, source))
        async for units in _batches(session, Customer, *UNITS):
            yield write_yaml(await groups(session, units, source, today))

    return write


async def _batches(session: AsyncSession, kind: Any, *conditions: Any) -> AsyncIterator[Sequence[Any]]:
    """In the order of codes, each batch after the last one of the batch before it."""
    query, last = select(kind).where(*conditions).order_by(kind.code).limit(AT_ONCE), ""
    while found := (await session.scalars(query.where(kind.code > last))).all():
        yield found
        last = found[-1].code
        session.expunge_all()
