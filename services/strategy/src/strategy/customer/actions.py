"""Merging two customers that turned out to be one: all that the one had goes to the other."""

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from strategy import tree
from strategy.customer.model import Customer, CustomerExternalId, CustomerSize
from strategy.customer_match.model import CustomerMatch, MatchState
from strategy.demand_pattern.queries import hand_over
from strategy.need.model import Need


async def merge(session: AsyncSession, *, merged: Customer, survivor: Customer, on: date) -> None:
    """The tree of customers must be held. The merged customer keeps its history and leads to the survivor."""
    living_children = select(Customer).where(Customer.parent_id == merged.id, Customer.merged_into.is_(None))
    above_survivor = await tree.ancestors(session, Customer, survivor.id)
    merged.merge_into(
        survivor,
        children=(await session.scalars(living_children)).all(),
        survivor_is_below=merged.id in above_survivor,
    )
    await _take_over_sizes(session, merged, survivor)
    here, there = merged.id, {"customer_id": survivor.id}
    ids = update(CustomerExternalId).where(CustomerExternalId.customer_id == here)
    await session.execute(ids.values(**there, inherited=True))
    await session.execute(update(Need).where(Need.customer_id == here).values(**there, version=Need.version + 1))
    await hand_over(session, merged=here, survivor=survivor.id)
    redirects = update(Customer).where(Customer.merged_into == here)
    await session.execute(redirects.values(merged_into=survivor.id, version=Customer.version + 1))
    one, other = sorted((here, survivor.id))
    both = CustomerMatch.one_id == one, CustomerMatch.other_id == other, CustomerMatch.state == MatchState.OPEN
    decided = {"state": MatchState.MERGED, "decided_on": on, "version": CustomerMatch.version + 1}
    await session.execute(update(CustomerMatch).where(*both).values(**decided))


async def _take_over_sizes(session: AsyncSession, merged: Customer, survivor: Customer) -> None:
    """Where both were measured on one day, the survivor's size stands."""
    query = select(CustomerSize).where(CustomerSize.customer_id.in_([merged.id, survivor.id]))
    sizes = (await session.scalars(query)).all()
    own = {(size.measure, size.valid_from) for size in sizes if size.customer_id == survivor.id}
    for size in sizes:
        if (size.measure, size.valid_from) not in own:
            session.add(survivor.size(measure=size.measure, quantity=size.quantity, valid_from=size.valid_from))
