"""What callers send and see of exchange rates."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import Amount, Currency, PositiveAmount
from chassis.text import Code, Day, Schema


class RecordExchangeRate(Schema):
    source: Code = Field(description="Who publishes the rate.", examples=["bank-of-canada"])
    from_currency: Currency
    to_currency: Currency
    rate_on: Day
    rate: PositiveAmount = Field(description="What one unit of `from_currency` costs in `to_currency`.")

    @model_validator(mode="after")
    def _two_currencies(self) -> Self:
        if self.from_currency == self.to_currency:
            raise ValueError("give two different currencies: a currency is always worth 1 of itself")
        return self


class ExchangeRateRow(RecordExchangeRate):
    """A row of a file of exchange rates."""


class ExchangeRateView(Schema):
    id: UUID
    source: str
    from_currency: str
    to_currency: str
    rate_on: date
    rate: Amount
    actor: str
    recorded_at: datetime


class StepView(Schema):
    """A recorded rate that a conversion uses; `inverse` when it was recorded the other way round."""

    from_currency: str
    to_currency: str
    rate: Amount
    rate_on: date
    inverse: bool


class ConversionView(Schema):
    amount: Amount
    currency: str
    converted: Amount = Field(description="In `to_currency`, rounded to its minor unit, half away from zero.")
    to_currency: str
    rate: Amount = Field(description="To 12 decimals; the conversion itself is not rounded on the way.")
    steps: list[StepView]
