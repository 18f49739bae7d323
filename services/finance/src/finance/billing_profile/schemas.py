"""What callers send and see of billing profiles."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import NonNegativeAmount
from chassis.text import Code, Day, Line, Schema

Days = Annotated[int, Field(ge=0, le=365)]


class NamedTaxRate(Schema):
    name: Annotated[Line, Field(max_length=40)]
    percent: NonNegativeAmount = Field(description="Of the net amount, at most 100; 0 ends the tax.")
    valid_from: Day

    @model_validator(mode="after")
    def at_most_everything(self) -> Self:
        if self.percent > 100:
            raise ValueError("percent is at most 100")
        return self


class BillingTerms(Schema):
    issuer_name: Line
    account_name: Line = Field(description="The billing account that invoices are issued to.")
    is_external: bool = Field(description="Only external consumers are taxed.")
    grace_days: Days
    payment_days: Days
    receivable_account: Code = Field(description="An asset account; for internal consumers that of intercompany.")
    recovery_account: Code = Field(description="An income account, for recoveries alone.")
    tax_account: Code | None = Field(default=None, description="A liability account, for external consumers.")
    tax_rates: list[NamedTaxRate] = Field(default=[], max_length=50)

    @model_validator(mode="after")
    def taxes_are_told_apart(self) -> Self:
        if len({(rate.name, rate.valid_from) for rate in self.tax_rates}) < len(self.tax_rates):
            raise ValueError("a tax has one rate from one day on")
        if self.is_external and self.tax_account is None:
            raise ValueError("name the tax_account of external consumers")
        return self


class AgreeBillingProfile(BillingTerms):
    consumer_id: UUID | None = Field(default=None, description="Without one: for all who have no profile of their own.")


class BillingProfileView(Schema):
    id: UUID
    consumer_id: UUID | None
    issuer_name: str
    account_name: str
    is_external: bool
    grace_days: int
    payment_days: int
    receivable_account: str
    recovery_account: str
    tax_account: str | None
    tax_rates: list[NamedTaxRate]
    version: int


class BillingProfileSummary(Schema):
    id: UUID
    consumer_id: UUID | None
    account_name: str
    is_external: bool
    grace_days: int
    payment_days: int
