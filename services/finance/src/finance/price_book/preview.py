"""What quantities would cost by a price book on a day, with the steps; nothing is stored."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import Amount, Currency, NonNegativeAmount, exact_sum
from chassis.operations import found
from chassis.problems import Invalid, NoSuchResource
from chassis.text import Code, Day, Schema
from finance.price_book import queries
from finance.price_book.model import PriceVersion
from finance.price_book.price import Percentage, Terms
from finance.price_book.rating import Rated, Use, rate
from finance.price_book.stating import RatingStepView, cut, stated

MOST_QUANTITIES = 500


class UnknownItem(Invalid, code="finance.price-book.unknown-item"):
    """The version has no item with this code that counts a quantity."""


class PreviewQuantity(Schema):
    item: Code
    quantity: NonNegativeAmount
    days: int = Field(default=1, ge=0, le=366, description="Used days of the full period.")
    period_days: int = Field(default=1, ge=1, le=366)
    unit_cost: NonNegativeAmount | None = Field(
        default=None, description="For cost-plus: the allocated cost of a unit."
    )

    @model_validator(mode="after")
    def within_the_period(self) -> Self:
        if self.days > self.period_days:
            raise ValueError("no more days can be used than the full period has")
        return self


class PreviewPrices(Schema):
    """Percentages are added where they apply; of items of which nothing is said, nothing is used."""

    price_book: Code
    as_of: Day | None = Field(default=None, description="Today if left out.")
    price_version_id: UUID | None = Field(default=None, description="Such as a draft, instead of the one in force.")
    quantities: list[PreviewQuantity] = Field(min_length=1, max_length=MOST_QUANTITIES)


class PricedLineView(Schema):
    item_code: str
    item_name: str
    unit: str
    model: str
    quantity: Amount = Field(description="Cut to 12 decimals.")
    exact: Amount = Field(description="Before rounding, cut to 12 decimals.")
    amount: Amount
    steps: list[RatingStepView]


class PricePreview(Schema):
    price_version_id: UUID
    number: int
    currency: Currency
    total: Amount
    lines: list[PricedLineView]


async def preview(session: AsyncSession, command: PreviewPrices, today: date) -> PricePreview:
    book = await queries.book_with(session, command.price_book)
    if command.price_version_id is None:
        version = await queries.in_force(session, book, command.as_of or today)
    else:
        version = await found(session, PriceVersion, command.price_version_id)
        if version.book_id != book.id:
            raise NoSuchResource(f"{book.code} has no version with the id {version.id}.")
    currency = book.currency
    by_object = (await queries.terms_of(session, [version.id]))[version.id]
    lines = list(_lines(list(by_object.values()), command.quantities, currency))
    return PricePreview(
        price_version_id=version.id,
        number=version.number,
        currency=currency,
        total=exact_sum(rated.amount for _, _, rated in lines),
        lines=[_shown(*line) for line in lines],
    )


def _lines(
    by_object: list[list[Terms]], quantities: list[PreviewQuantity], currency: str
) -> Iterator[tuple[Terms, Fraction, Rated]]:
    counted = {terms.code: terms for group in by_object for terms in group if not isinstance(terms.price, Percentage)}
    charged: dict[str, Decimal] = {}
    for each in quantities:
        if (terms := counted.get(each.item)) is None:
            raise UnknownItem(f"The version has no item {each.item} that counts a quantity.")
        unit_cost = None if each.unit_cost is None else Fraction(each.unit_cost)
        quantity = Fraction(each.quantity)
        rated = rate(terms, Use(quantity, Fraction(each.days, each.period_days), unit_cost), currency)
        charged[terms.code] = exact_sum([charged.get(terms.code, Decimal(0)), rated.amount])
        yield terms, quantity, rated
    for group in by_object:
        own = [terms.code for terms in group if terms.code in counted]
        for terms in group:
            if isinstance(terms.price, Percentage) and (of := [c for c in terms.price.of or own if c in charged]):
                base = Fraction(exact_sum(charged[code] for code in of))
                yield terms, base, rate(terms, Use(base), currency)


def _shown(terms: Terms, quantity: Fraction, rated: Rated) -> PricedLineView:
    return PricedLineView(
        item_code=terms.code,
        item_name=terms.name,
        unit=terms.unit,
        model=terms.price.model,
        quantity=cut(quantity),
        exact=cut(rated.exact),
        amount=rated.amount,
        steps=stated(rated.steps),
    )
