"""What the portfolio does when finance publishes and ends prices."""

from datetime import date
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import Reading
from chassis.manifest import Reactions
from portfolio.known_price import keeping
from portfolio.known_price.schemas import PriceTerms, Tier

reactions = Reactions()


class HeardTier(Tier):
    model_config = ConfigDict(extra="ignore")


class HeardItem(PriceTerms):
    model_config = ConfigDict(extra="ignore")

    service_id: UUID | None
    tiers: list[HeardTier]  # type: ignore[assignment]  # read more loosely than it is written


class PriceVersionPublished(Reading, type="finance.price-version-published.v1"):
    price_version_id: UUID
    price_book_code: str
    currency: str
    starts_on: date
    ends_on: date | None
    items: list[HeardItem] = Field(default=[])


class PriceVersionEnded(Reading, type="finance.price-version-ended.v1"):
    price_version_id: UUID
    ends_on: date


@reactions.to(PriceVersionPublished)
async def keep_prices(session: AsyncSession, fact: PriceVersionPublished) -> None:
    """Prices of what is no service have no place in the catalog."""
    prices = [(item.service_id, item) for item in fact.items if item.service_id]
    await keeping.publish(
        session,
        fact.price_version_id,
        prices=[(service, PriceTerms(**item.model_dump(exclude={"service_id"}))) for service, item in prices],
        published_at=fact.envelope.time,
        price_book_code=fact.price_book_code,
        currency=fact.currency,
        starts_on=fact.starts_on,
        ends_on=fact.ends_on,
    )


@reactions.to(PriceVersionEnded)
async def end_prices(session: AsyncSession, fact: PriceVersionEnded) -> None:
    await keeping.end(session, fact.price_version_id, on=fact.ends_on)
