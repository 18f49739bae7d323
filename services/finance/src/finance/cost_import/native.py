"""The exports of AWS, Azure and Oracle as rows of cost data.

Which column is which is taken from the FOCUS converters of the FinOps Foundation. As there, what is left of an AWS
commitment is the effective cost of its fee.
"""

from collections.abc import Callable

from chassis.tabular import Case, FieldRule, Mapping
from finance.cost_import.focus import cost, focus
from finance.cost_import.model import CostView

AWS_TYPE = "lineItem/LineItemType"
AWS_CATEGORY = {
    "Fee": "Purchase",
    "SavingsPlanUpfrontFee": "Purchase",
    "RIFee": "Purchase",
    "SavingsPlanRecurringFee": "Purchase",
    "SavingsPlanCoveredUsage": "Usage",
    "SavingsPlanNegation": "Usage",
    "DiscountedUsage": "Usage",
    "BundledDiscount": "Usage",
    "Discount": "Usage",
    "PrivateRateDiscount": "Usage",
    "EdpDiscount": "Usage",
    "Credit": "Adjustment",
    "Refund": "Adjustment",
}
AWS_USED = {"SavingsPlanCoveredUsage": "Used", "DiscountedUsage": "Used"}
AWS_UNUSED = {"SavingsPlanRecurringFee": "Unused", "RIFee": "Unused"}
AWS_EFFECTIVE = [
    Case(column=AWS_TYPE, one_of=["SavingsPlanCoveredUsage"], add=["savingsPlan/SavingsPlanEffectiveCost"]),
    Case(
        column=AWS_TYPE,
        one_of=["SavingsPlanRecurringFee"],
        add=["savingsPlan/TotalCommitmentToDate"],
        less=["savingsPlan/UsedCommitment"],
    ),
    Case(column=AWS_TYPE, one_of=["SavingsPlanNegation", "SavingsPlanUpfrontFee"]),
    Case(column=AWS_TYPE, one_of=["DiscountedUsage"], add=["reservation/EffectiveCost"]),
    Case(
        column=AWS_TYPE,
        one_of=["RIFee"],
        add=["reservation/UnusedAmortizedUpfrontFeeForBillingPeriod", "reservation/UnusedRecurringFee"],
    ),
    Case(column=AWS_TYPE, one_of=["Fee"], filled="reservation/ReservationARN"),
]
AWS_KEPT = """
    bill/BillType bill/BillingEntity bill/BillingPeriodStartDate bill/InvoiceId bill/InvoicingEntity
    bill/PayerAccountId lineItem/AvailabilityZone lineItem/LegalEntity lineItem/LineItemType lineItem/Operation
    lineItem/ProductCode lineItem/ResourceId lineItem/TaxType lineItem/UsageAccountId lineItem/UsageType
    product/ProductName product/productFamily product/region product/sku reservation/ReservationARN
    savingsPlan/SavingsPlanARN
""".split()

AZURE_CATEGORY = {
    "Usage": "Usage",
    "Purchase": "Purchase",
    "Tax": "Tax",
    "UnusedReservation": "Usage",
    "UnusedSavingsPlan": "Usage",
}
AZURE_STATUS = {
    "Usage Reservation": "Used",
    "Usage SavingsPlan": "Used",
    "Usage Savings Plans": "Used",
    "UnusedReservation": "Unused",
    "UnusedReservation Reservation": "Unused",
    "UnusedSavingsPlan": "Unused",
    "UnusedSavingsPlan SavingsPlan": "Unused",
    "UnusedSavingsPlan Savings Plans": "Unused",
}
AZURE_KEPT = """
    AccountName AvailabilityZone BillingAccountId BillingAccountName BillingPeriodStartDate BillingProfileName
    ChargeType ConsumedService CostCenter Frequency InvoiceSectionName MeterCategory MeterName MeterSubCategory
    PricingModel ProductOrderName PublisherName PublisherType ReservationId ReservationName ResourceGroup ResourceId
    ResourceLocation ResourceName ServiceFamily SubscriptionId SubscriptionName benefitId benefitName
""".split()

OCI_KEPT = """
    cost/productSku cost/subscriptionId lineItem/referenceNo lineItem/tenantId product/availabilityDomain
    product/compartmentId product/compartmentName product/region product/resourceId product/service
""".split()


def aws_cur(view: CostView) -> Mapping:
    """A cost and usage report; its cost is net of discounts where it says so."""
    unblended = "lineItem/UnblendedCost"
    costs = {
        CostView.BILLED: cost(None, first_of=["lineItem/NetUnblendedCost", unblended]),
        CostView.EFFECTIVE: cost(unblended, cases=AWS_EFFECTIVE),
    }
    status = AWS_USED if view == CostView.BILLED else {**AWS_USED, **AWS_UNUSED}
    return Mapping(
        date_formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"],
        fields={
            "posted_on": FieldRule(column="lineItem/UsageStartDate", kind="date"),
            "amount": costs[view],
            "other_amount": costs[view.other],
            "currency": FieldRule(column="lineItem/CurrencyCode"),
            "description": FieldRule(column="lineItem/LineItemDescription", if_there=True),
            "charge_category": FieldRule(column=AWS_TYPE, translate=AWS_CATEGORY),
            "commitment_status": FieldRule(column=AWS_TYPE, translate=status, otherwise=""),
            "publisher": FieldRule(column="lineItem/LegalEntity", if_there=True),
        },
        keep_if_there=AWS_KEPT,
        keep_starting_with=["resourceTags/"],
    )


def azure_ea(_: CostView) -> Mapping:
    """An export of usage under an enterprise agreement: actual cost is billed, amortized cost effective. It is one
    file or the other, so that the amount in the other view is not known."""
    return Mapping(
        date_formats=["%m/%d/%Y", "%Y-%m-%d"],
        fields={
            "posted_on": FieldRule(column="Date", kind="date"),
            "amount": cost("CostInBillingCurrency"),
            "currency": FieldRule(column="BillingCurrencyCode"),
            "description": FieldRule(column="ProductName", if_there=True),
            "tags": FieldRule(column="Tags", if_there=True),
            "charge_category": FieldRule(column="ChargeType", translate=AZURE_CATEGORY, otherwise="Adjustment"),
            "commitment_status": FieldRule(
                columns=["ChargeType", "PricingModel"], translate=AZURE_STATUS, otherwise=""
            ),
            "publisher": FieldRule(first_of=["PublisherName", "PublisherType"], if_there=True),
        },
        keep_if_there=AZURE_KEPT,
    )


def oci(view: CostView) -> Mapping:
    """A cost report: what use costs is effective, and billed is what goes beyond the commitment, empty if nothing."""
    costs = {CostView.EFFECTIVE: cost("cost/myCost"), CostView.BILLED: cost("cost/myCostOverage", default="0")}
    return Mapping(
        date_formats=["%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ"],
        fields={
            "posted_on": FieldRule(column="lineItem/intervalUsageStart", kind="date"),
            "amount": costs[view],
            "other_amount": costs[view.other],
            "currency": FieldRule(column="cost/currencyCode"),
            "description": FieldRule(column="product/Description", if_there=True),
            "charge_class": FieldRule(
                column="lineItem/isCorrection", translate={"true": "Correction"}, otherwise="", if_there=True
            ),
        },
        keep_if_there=OCI_KEPT,
        keep_starting_with=["tags/"],
    )


BUILT_IN: dict[str, Callable[[CostView], Mapping]] = {
    "focus": focus,
    "aws-cur": aws_cur,
    "azure-ea": azure_ea,
    "oci": oci,
}
