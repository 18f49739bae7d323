"""One row of a FOCUS 1.2 cost and usage file; pure, without I/O.

Columns and allowed values are those of the FinOps Open Cost and Usage Specification, version 1.2. What its columns
name and finance does not know (unit prices, regions, resources, commitments) has no column here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from finance.fiscal_period.model import months_after

COLUMNS = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SubAccountId",
    "SubAccountName",
)


class ChargeCategory(StrEnum):
    USAGE = "Usage"
    TAX = "Tax"
    CREDIT = "Credit"


@dataclass(frozen=True)
class Billed:
    """The document that a row is of, which is issued in the billing period and bills `[starts_on, ends_on)`."""

    number: str
    issued_on: date
    profile_id: UUID
    account_name: str
    issuer_name: str
    consumer_id: UUID
    consumer_name: str
    starts_on: date
    ends_on: date
    currency: str


def usage(
    document: Billed,
    *,
    sku: str,
    service: str,
    item: str | None,
    amount: Decimal,
    quantity: Decimal,
    unit: str,
    is_correction: bool,
) -> dict[str, Any]:
    """A line of an invoice. What corrects an earlier invoice brings the differences of cost and quantity."""
    unit = unit[:1].upper() + unit[1:]
    return _row(document, ChargeCategory.USAGE, amount, service) | {
        "ChargeClass": "Correction" if is_correction else None,
        "ChargeDescription": f"{item or service} until {document.ends_on - timedelta(days=1)}",
        "ChargeFrequency": "Usage-Based",
        "PricingCategory": "Standard",
        "SkuId": sku,
        **dict.fromkeys(("ConsumedQuantity", "PricingQuantity"), quantity),
        **dict.fromkeys(("ConsumedUnit", "PricingUnit"), unit),
    }


def credit(document: Billed, *, sku: str, service: str, amount: Decimal, reason: str) -> dict[str, Any]:
    """A line of a credit note, whose `amount` is above zero."""
    row = _row(document, ChargeCategory.CREDIT, amount.copy_negate(), service)
    return row | {"ChargeDescription": reason, "SkuId": sku}


def tax(document: Billed, *, name: str, percent: Decimal, amount: Decimal) -> dict[str, Any]:
    """A tax on an invoice, or with a negative amount on a credit note. It is on all services, and so of none."""
    row = _row(document, ChargeCategory.TAX, amount, "Tax")
    return row | {"ChargeDescription": f"{name} {percent.normalize():f} %"}


def _row(document: Billed, category: ChargeCategory, amount: Decimal, service: str) -> dict[str, Any]:
    first = document.issued_on.replace(day=1)
    values: Mapping[str, Any] = {
        **dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), amount),
        **dict.fromkeys(("InvoiceIssuerName", "ProviderName", "PublisherName"), document.issuer_name),
        "BillingAccountId": document.profile_id,
        "BillingAccountName": document.account_name,
        "BillingCurrency": document.currency,
        "BillingPeriodEnd": instant(months_after(first, 1)),
        "BillingPeriodStart": instant(first),
        "ChargeCategory": category,
        "ChargeFrequency": "One-Time",
        "ChargePeriodEnd": instant(document.ends_on),
        "ChargePeriodStart": instant(document.starts_on),
        "InvoiceId": document.number,
        "ServiceCategory": "Other",
        "ServiceName": service,
        "ServiceSubcategory": "Other (Other)",
        "SubAccountId": document.consumer_id,
        "SubAccountName": document.consumer_name,
    }
    return {column: values.get(column) for column in COLUMNS}


def instant(day: date) -> str:
    """The beginning of a day in UTC."""
    return f"{day.isoformat()}T00:00:00Z"
