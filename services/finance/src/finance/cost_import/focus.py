"""The columns of a FOCUS cost and usage file (version 1.0 to 1.4) as rows of cost data."""

from chassis.tabular import FieldRule, Mapping
from finance.cost_import.model import CostView
from finance.ledger.line import DECIMALS

COST = {CostView.BILLED: "BilledCost", CostView.EFFECTIVE: "EffectiveCost"}
KEPT = """
    AllocatedMethodId AllocatedResourceId BillingAccountId BillingAccountName BillingPeriodStart CapacityReservationId
    CapacityReservationStatus ChargeCategory ChargeClass ChargeFrequency CommitmentDiscountCategory
    CommitmentDiscountId CommitmentDiscountName CommitmentDiscountStatus CommitmentDiscountType HostProviderName
    InvoiceId InvoiceIssuerName PricingCategory ProviderName PublisherName RegionId ResourceId ResourceName
    ResourceType ServiceCategory ServiceName ServiceProviderName ServiceSubcategory SubAccountId SubAccountName
""".split()


def cost(column: str | None, **more: object) -> FieldRule:
    """Rounded to what the ledger keeps: FOCUS itself sets no limit, and some providers divide."""
    return FieldRule.model_validate({"column": column, "kind": "number", "round_to": DECIMALS, **more})


def focus(view: CostView) -> Mapping:
    """Cost falls on the day on which its charge period starts. Account and cost object come from assignment rules."""
    return Mapping(
        date_formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%fZ"],
        null_words=["NULL", "null"],
        fields={
            "posted_on": FieldRule(column="ChargePeriodStart", kind="date"),
            "amount": cost(COST[view]),
            "other_amount": cost(COST[view.other], if_there=True),
            "currency": FieldRule(column="BillingCurrency"),
            "description": FieldRule(column="ChargeDescription", if_there=True),
            "tags": FieldRule(column="Tags", if_there=True),
            "charge_category": FieldRule(column="ChargeCategory", if_there=True),
            "charge_class": FieldRule(column="ChargeClass", if_there=True),
            "commitment_status": FieldRule(column="CommitmentDiscountStatus", if_there=True),
            # Since 1.3 the one who made a service is its provider, beside the one who hosts it.
            "publisher": FieldRule(first_of=["PublisherName", "ServiceProviderName"], if_there=True),
        },
        keep_if_there=KEPT,
    )
