"""The columns of a FOCUS cost and usage file (version 1.0 and later) as rows of cost data."""

from chassis.tabular import FieldRule, Mapping
from finance.cost_import.model import CostView
from finance.ledger.line import DECIMALS

COST = {CostView.BILLED: "BilledCost", CostView.EFFECTIVE: "EffectiveCost"}
KEPT = [
    "BillingAccountId",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "InvoiceId",
    "InvoiceIssuerName",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
    "ServiceSubcategory",
    "SubAccountId",
    "SubAccountName",
]


def focus(view: CostView) -> Mapping:
    """Cost falls on the day on which its charge period starts. Account and cost object come from assignment rules."""
    return Mapping(
        date_formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%fZ"],
        null_words=["NULL"],
        fields={
            "posted_on": FieldRule(column="ChargePeriodStart", kind="date"),
            # What the ledger keeps; FOCUS itself sets no limit, and some providers divide.
            "amount": FieldRule(column=COST[view], kind="number", round_to=DECIMALS),
            "currency": FieldRule(column="BillingCurrency"),
            "description": FieldRule(column="ChargeDescription", if_there=True),
            "tags": FieldRule(column="Tags", if_there=True),
        },
        keep_if_there=KEPT,
    )
