"""Customers and market spaces as descriptors: in the words of Backstage, the rest in annotations or as it came."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Text, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.descriptors import DEFAULT_NAMESPACE, Reference, filled, is_reference, name_for
from strategy.backstage_entity import terms
from strategy.backstage_entity.descriptor import code_of, reference_to
from strategy.backstage_entity.members import latest_members
from strategy.backstage_entity.model import BackstageEntity
from strategy.customer.model import Customer, CustomerExternalId, CustomerKind
from strategy.market_space.model import MarketSpace

UNITS = Customer.kind == CustomerKind.INTERNAL_UNIT, Customer.merged_into.is_(None)


@dataclass(frozen=True)
class Known:
    """How something is named there, and what is kept of it."""

    reference: Reference
    kept: Mapping[str, Any]

    def descriptor(self, code: str, metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
        beside = self.kept.get("metadata", {})
        annotations = beside.get("annotations", {}) | metadata.get("annotations", {})
        if code != code_of(self.reference):
            annotations |= {terms.CODE: code}
        named = {
            "name": self.reference.name,
            "namespace": self.reference.namespace.removeprefix(DEFAULT_NAMESPACE),
        }
        return {
            "apiVersion": terms.API_VERSION,
            "kind": self.reference.kind,
            "metadata": filled({**beside, **named, **metadata, "annotations": annotations}),
            "spec": {**self.kept.get("spec", {}), **spec},
        }


async def domains(session: AsyncSession, spaces: Sequence[MarketSpace], source: str) -> list[dict[str, Any]]:
    ids = {space.id for space in spaces} | {space.parent_id for space in spaces if space.parent_id}
    codes = {
        row.id: row.code
        for row in await session.execute(select(MarketSpace.id, MarketSpace.code).where(among(MarketSpace.id, ids)))
    }
    twice = await _twice(session, MarketSpace.code, codes.values())
    named = {id: reference_to("Domain", code, marked=code.lower() in twice) for id, code in codes.items()}
    kept = await _kept(session, source, {reference.key for reference in named.values()})
    known = {id: _known(reference, kept.get(reference.key)) for id, reference in named.items()}
    return [_domain(space, known) for space in spaces]


def _domain(space: MarketSpace, known: Mapping[UUID, Known]) -> dict[str, Any]:
    parent = {"subdomainOf": str(known[space.parent_id].reference)} if space.parent_id else {}
    owner = space.owner if is_reference(space.owner) else name_for(space.owner)
    annotations = {} if owner == space.owner else {terms.OWNER: space.owner}
    metadata = {"title": space.name, "description": space.description, "annotations": annotations}
    return known[space.id].descriptor(space.code, metadata, {"owner": owner, **parent})


async def groups(
    session: AsyncSession, customers: Sequence[Customer], source: str, today: date
) -> list[dict[str, Any]]:
    """Of internal units that live; external organizations are no groups of a developer portal."""
    ids = {it.id for it in customers}
    around = or_(among(Customer.parent_id, ids), among(Customer.id, {it.parent_id for it in customers if it.parent_id}))
    related = (
        await session.execute(select(Customer.id, Customer.code, Customer.parent_id).where(around, *UNITS))
    ).all()
    codes = {it.id: it.code for it in customers} | {it.id: it.code for it in related}
    known = await _groups_known(session, codes, source)
    children: dict[UUID | None, list[str]] = {}
    for unit in related:
        children.setdefault(unit.parent_id, []).append(str(known[unit.id].reference))
    members = await latest_members(session, ids, today)
    found = []
    for it in customers:
        metadata = {"title": it.name, "annotations": {terms.MEMBER_COUNT: members[it.id]} if it.id in members else {}}
        parent = {"parent": str(known[it.parent_id].reference)} if it.parent_id in known else {}
        spec = {**_profiled(it, known[it.id]), **parent, "children": sorted(children.get(it.id, ()))}
        found.append(known[it.id].descriptor(it.code, metadata, spec))
    return found


def _profiled(customer: Customer, known: Known) -> dict[str, Any]:
    """A display name that was given once is the customer's name."""
    said = {"type": terms.DEFAULT_TYPE, **known.kept.get("spec", {})}
    if "displayName" in said.get("profile", {}):
        said["profile"] = {**said["profile"], "displayName": customer.name}
    return said


async def _groups_known(session: AsyncSession, codes: Mapping[UUID, str], source: str) -> dict[UUID, Known]:
    """By an external id of the source that is the reference of a group, the first of several. The others are called by
    their codes."""
    named = select(CustomerExternalId.customer_id, CustomerExternalId.external_id).where(
        CustomerExternalId.source == source,
        among(CustomerExternalId.customer_id, codes),
        CustomerExternalId.inherited.is_(False),
    )
    ids = (await session.execute(named.order_by(CustomerExternalId.external_id))).all()
    kept = await _kept(session, source, {it.external_id for it in ids})
    known: dict[UUID, Known] = {}
    for it in ids:
        if it.customer_id not in known and it.external_id.startswith("group:") and is_reference(it.external_id):
            reference = Reference.parse(it.external_id)
            known[it.customer_id] = _known(
                Reference("Group", reference.namespace, reference.name), kept.get(reference.key)
            )
    unnamed = {id: reference_to("Group", code) for id, code in codes.items() if id not in known}
    taken = await _twice(session, Customer.code, [codes[id] for id in unnamed])
    keys = among(CustomerExternalId.external_id, {it.key for it in unnamed.values()})
    others = set(
        await session.scalars(select(CustomerExternalId.external_id).where(CustomerExternalId.source == source, keys))
    )
    for id, reference in unnamed.items():
        marked = reference.key in others or codes[id].lower() in taken
        known[id] = _known(reference_to("Group", codes[id], marked=marked), None)
    return known


def _known(reference: Reference, kept: Mapping[str, Any] | None) -> Known:
    """In the letters that Backstage has used itself."""
    if not kept:
        return Known(reference, {})
    said = kept["metadata"]
    return Known(Reference(kept["kind"], said["namespace"], said["name"]), kept)


async def _kept(session: AsyncSession, source: str, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
    query = select(BackstageEntity).where(BackstageEntity.source == source, among(BackstageEntity.external_id, keys))
    return {it.external_id: it.kept for it in await session.scalars(query)}


async def _twice(session: AsyncSession, column: Any, codes: Iterable[str]) -> set[str]:
    """Of these codes, in small letters, those that are no name of their own."""
    lowered = func.lower(column, type_=Text)
    query = select(lowered).where(among(lowered, {code.lower() for code in codes}))
    return set(await session.scalars(query.group_by(lowered).having(func.count() > 1)))
