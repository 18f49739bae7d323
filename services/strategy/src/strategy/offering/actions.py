"""Launching and withdrawing offerings, and what that means for the needs that they address."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.coverage.actions import judge
from strategy.known_service.queries import named
from strategy.need.model import NeedState
from strategy.need.queries import hold
from strategy.offering.bundle import launched_among
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering
from strategy.offering.queries import launched_before


async def launch(session: AsyncSession, offering: Offering, *, on: date) -> None:
    """The revision that was launched before is superseded; open needs are met, those nobody serves any more reopen."""
    # Held in the order in which the retirement of a service holds them: services, offerings, needs.
    services = await named(session, offering.service_ids)
    before = await launched_before(session, offering.code)
    bundled = await launched_among(session, offering.bundle_codes)
    needs = await hold(session, {*offering.need_ids, *(before.need_ids if before else ())})
    if before:
        before.supersede(by=offering, on=on)
        await session.flush()  # it leaves first: at no moment are two of them launched
    offering.launch(on=on, services=services, launched_codes=bundled)
    for need in needs:
        if need.id in offering.need_ids and need.is_open:
            need.meet(reason=f"Served by the offering {offering.code}.")
    if before:
        await _reopen_unserved(session, before.need_ids, reason=before.withdrawal_reason)
    touched = [offering, *([before] if before else [])]
    await _judge(session, touched, on=on)


async def withdraw(
    session: AsyncSession,
    offerings: Sequence[Offering],
    *,
    on: date,
    reason: str,
    bundled_in: Sequence[Offering] = (),
) -> None:
    """The needs that were met, and that no launched offering addresses any more, reopen. `bundled_in` stay: they stand
    in the way."""
    launched = [offering for offering in offerings if offering.status is OfferingStatus.LAUNCHED]
    needs = list({id for offering in launched for id in offering.need_ids})
    # A need that another offering begins to serve at this moment is judged by the one after the other.
    await hold(session, needs)
    for offering in offerings:
        offering.withdraw(on=on, reason=reason, bundled_in=bundled_in)
    await _reopen_unserved(session, needs, reason=reason)
    await _judge(session, launched, on=on)


async def _reopen_unserved(session: AsyncSession, need_ids: Sequence[UUID], *, reason: str) -> None:
    await session.flush()
    launched = select(func.unnest(Offering.need_ids)).where(
        Offering.status == OfferingStatus.LAUNCHED, Offering.need_ids.overlap(need_ids)
    )
    served = set((await session.scalars(launched)).all())
    for need in await hold(session, need_ids):
        if need.id not in served and need.state is NeedState.MET:
            need.reopen(reason=reason)


async def _judge(session: AsyncSession, touched: Sequence[Offering], *, on: date) -> None:
    """The coverage of what these address and are made of."""
    needs = {id for offering in touched for id in offering.need_ids}
    await judge(session, on=on, needs=needs, services={id for offering in touched for id in offering.service_ids})
