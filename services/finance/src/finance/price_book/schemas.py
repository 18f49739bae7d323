"""What callers send and see of price books."""

from collections import Counter
from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import Currency
from chassis.text import Code, Day, Line, Schema
from finance.price_book.model import PriceState
from finance.price_book.price import CostPlus, Percentage, Terms

MOST_ITEMS, VERSION_BODY_BYTES = 2_000, 8 << 20


class OpenPriceBook(Schema):
    code: Code
    name: Line
    currency: Currency


class PriceBookView(Schema):
    id: UUID
    code: str
    name: str
    currency: Currency
    newest: int = Field(description="The number of the newest version; 0 before the first.")
    version: int


class ItemTerms(Terms):
    cost_object: Code = Field(description="Of the service whose use is charged.")


class DraftPriceVersion(Schema):
    """Half-open `[starts_on, ends_on)`; without an end until a later one ends it."""

    starts_on: Day
    ends_on: Day | None = None
    items: list[ItemTerms] = Field(min_length=1, max_length=MOST_ITEMS)

    @model_validator(mode="after")
    def lasts(self) -> Self:
        if self.ends_on is not None and self.ends_on <= self.starts_on:
            raise ValueError("a version ends after it begins")
        return self

    @model_validator(mode="after")
    def items_fit_together(self) -> Self:
        known = {item.code: item for item in self.items}
        if len(known) < len(self.items):
            raise ValueError("each item of a version needs a code of its own")
        for item in self.items:
            for code in item.price.of if isinstance(item.price, Percentage) else ():
                if code not in known or isinstance(known[code].price, Percentage):
                    raise ValueError(f"{item.code} is a percentage of {code}, which is no item here, or one like it")
        by_cost = Counter(item.cost_object for item in self.items if isinstance(item.price, CostPlus))
        if several := [code for code, count in by_cost.items() if count > 1]:
            raise ValueError(f"one item at most charges the cost of {several[0]} by cost-plus: its cost counts once")
        return self


class PublishPriceVersion(Schema):
    reason: Line | None = Field(
        default=None, description="Needed when the first day has passed, and to supersede another version."
    )
    supersede: bool = Field(
        default=False,
        description="Takes over from the version that holds on the first day; both must end on the same day.",
    )


class EndPriceVersion(Schema):
    ends_on: Day = Field(description="The first day without it: today or later.")
    reason: Line


class PriceVersionView(Schema):
    id: UUID
    book_id: UUID
    number: int
    starts_on: date
    ends_on: date | None
    state: PriceState
    item_count: int
    published_at: datetime | None
    published_by: str | None
    reason: str | None
    supersedes_id: UUID | None
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None
    version: int


class PriceItemView(Schema):
    cost_object_code: str
    terms: Terms
