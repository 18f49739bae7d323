"""Offerings that bundle offerings: named by their codes, whatever their revision, and never in a loop."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Text, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chassis.problems import NoSuchResource
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import BundleLoop, Offering

ENDED = (OfferingStatus.SUPERSEDED, OfferingStatus.WITHDRAWN)
LAUNCHED = Offering.status == OfferingStatus.LAUNCHED


def _array(codes: Collection[str]) -> ColumnElement[list[str]]:
    return literal(list(codes), ARRAY(Text()))


async def parts_below(session: AsyncSession, codes: Collection[str]) -> dict[str, set[str]]:
    """Each of these offerings, and of all that they contain at any depth, with what it bundles in any revision that has
    not ended. One change of bundles at a time, until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("offering bundles"))))
    start = select(func.unnest(_array(codes)).label("code")).cte(recursive=True)
    parts = select(func.unnest(Offering.bundle_codes)).where(
        Offering.code == start.c.code, Offering.status.not_in(ENDED)
    )
    below = start.union(parts)
    living = Offering.code.in_(select(below.c.code)), Offering.status.not_in(ENDED)
    found: dict[str, set[str]] = {}
    for code, bundled in await session.execute(select(Offering.code, Offering.bundle_codes).where(*living)):
        found.setdefault(code, set()).update(bundled)
    return found


async def refuse_loop(session: AsyncSession, code: str, bundled: Sequence[str]) -> None:
    """Raises NoSuchResource for an unknown offering, BundleLoop when one of them contains, at any depth and in any
    revision that has not ended, this one."""
    if not bundled:
        return
    parts = await parts_below(session, bundled)
    if code in bundled:
        raise BundleLoop(f"{code} would bundle itself.")
    known = set((await session.scalars(select(Offering.code).where(Offering.code.in_(bundled)))).all())
    if unknown := [each for each in bundled if each not in known]:
        raise NoSuchResource(f"There is no offering with the code {unknown[0]}.")
    if any(code in below for below in parts.values()):
        raise BundleLoop(f"{code} is a part of what it would bundle.")


async def launched_among(session: AsyncSession, codes: Sequence[str]) -> set[str]:
    """The codes of those that are launched, and stay so until the transaction ends."""
    query = select(Offering.code).where(Offering.code.in_(codes), LAUNCHED).order_by(Offering.id)
    return set((await session.scalars(query.with_for_update(read=True))).all()) if codes else set()


async def launched_above(session: AsyncSession, offerings: Sequence[Offering]) -> list[Offering]:
    """The launched offerings, besides these, that bundle one of them at any depth."""
    codes = [offering.code for offering in offerings if offering.status is OfferingStatus.LAUNCHED]
    if not codes:
        return []
    start = select(func.unnest(_array(codes)).label("code")).cte(recursive=True)
    above = start.union(select(Offering.code).where(LAUNCHED, Offering.bundle_codes.contains(array([start.c.code]))))
    query = select(Offering).where(LAUNCHED, Offering.code.in_(select(above.c.code)), Offering.code.not_in(codes))
    return list((await session.scalars(query.order_by(Offering.id).with_for_update(key_share=True))).all())


def made_of(wholes: Callable[[Any], ColumnElement[bool]]) -> Subquery:
    """Pairs of `offering_id` and `service_id`, of the offerings that meet the condition: their own services, and those
    of the launched offerings that they bundle at any depth."""
    whole, part, inner, holder = (aliased(Offering) for _ in range(4))
    start = select(whole.id.label("offering_id"), whole.id.label("part_id")).where(wholes(whole))
    tree = start.cte(recursive=True)
    deeper = (
        select(tree.c.offering_id, inner.id)
        .join(part, part.id == tree.c.part_id)
        .join(inner, (inner.status == OfferingStatus.LAUNCHED) & (inner.code == any_(part.bundle_codes)))
    )
    parts = tree.union(deeper)
    service = func.unnest(holder.service_ids).label("service_id")
    return select(parts.c.offering_id, service).join(holder, holder.id == parts.c.part_id).distinct().subquery()
