"""On which terms whom is billed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from finance.billing_profile.model import BillingProfile, ProfileMissing, TaxRate, Terms, rates_on


async def tax_rates(session: AsyncSession, profile_ids: Collection[UUID]) -> defaultdict[UUID, list[TaxRate]]:
    query = select(TaxRate).where(among(TaxRate.profile_id, profile_ids)).order_by(TaxRate.name, TaxRate.valid_from)
    found: defaultdict[UUID, list[TaxRate]] = defaultdict(list)
    for rate in await session.scalars(query):
        found[rate.profile_id].append(rate)
    return found


async def terms_of(session: AsyncSession, consumer_ids: Collection[UUID], supplied_on: date) -> Mapping[UUID, Terms]:
    """By consumer. ProfileMissing when one has neither its own profile nor the organization one for all others."""
    P = BillingProfile
    query = select(P).where(or_(P.consumer_id.is_(None), among(P.consumer_id, consumer_ids)))
    profiles = {profile.consumer_id: profile for profile in await session.scalars(query)}
    missing = [id for id in consumer_ids if id not in profiles and None not in profiles]
    if missing:
        raise ProfileMissing(f"The consumer {missing[0]} has no billing profile.", consumer_id=str(missing[0]))
    rates = await tax_rates(session, {profile.id for profile in profiles.values() if profile.is_external})
    own = {id: profiles.get(id) or profiles[None] for id in consumer_ids}
    return {id: Terms(profile, tuple(rates_on(rates[profile.id], supplied_on))) for id, profile in own.items()}
