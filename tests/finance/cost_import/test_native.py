"""What an AWS report says of commitments, which no published sample has: by known answers worked out by hand."""

from decimal import Decimal

import pytest

from tests.finance.cost_import.files import Imports

COLUMNS = (
    "lineItem/UsageStartDate,lineItem/LineItemType,lineItem/CurrencyCode,lineItem/UnblendedCost,"
    "savingsPlan/SavingsPlanEffectiveCost,savingsPlan/TotalCommitmentToDate,savingsPlan/UsedCommitment,"
    "reservation/EffectiveCost,reservation/UnusedAmortizedUpfrontFeeForBillingPeriod,reservation/UnusedRecurringFee,"
    "reservation/ReservationARN"
)
DAY = "2025-04-03T00:00:00Z"
REPORT = [
    f"{DAY},SavingsPlanCoveredUsage,CAD,10,7,,,,,,",
    f"{DAY},SavingsPlanNegation,CAD,-10,,,,,,,",
    f"{DAY},SavingsPlanRecurringFee,CAD,9,,9,7,,,,",
    f"{DAY},DiscountedUsage,CAD,0,,,,4,,,arn:1",
    f"{DAY},RIFee,CAD,6,,,,,0.5,1.5,arn:1",
    f"{DAY},Fee,CAD,100,,,,,,,arn:1",
    f"{DAY},Fee,CAD,30,,,,,,,",
    f"{DAY},Refund,CAD,-3,,,,,,,",
    f"{DAY},Tax,CAD,2,,,,,,,",
]


@pytest.mark.parametrize(("view", "total"), [("billed", "144"), ("effective", "44")])
async def test_an_aws_report_has_a_billed_and_an_effective_cost(imports: Imports, view: str, total: str) -> None:
    body = "\n".join([COLUMNS, *REPORT, ""])
    made = await imports.done(body, mapping="aws-cur", default_account="5200", view=view)
    charges = await imports.items(f"/v1/cost-imports/{made['id']}/charges")
    by_category = {
        category: (
            sum(Decimal(it["billed_amount"]) for it in charges if it["charge_category"] == category),
            sum(Decimal(it["effective_amount"]) for it in charges if it["charge_category"] == category),
        )
        for category in ("Usage", "Purchase", "Adjustment", "Tax")
    }
    assert by_category == {"Usage": (0, 11), "Purchase": (145, 34), "Adjustment": (-3, -3), "Tax": (2, 2)}
    assert (await imports.balances())["2000", None] == -Decimal(total)
    unused = sum(Decimal(it["effective_amount"]) for it in charges if it["commitment_status"] == "Unused")
    assert unused == (4 if view == "effective" else 0)


async def test_cost_net_of_discounts_is_billed_where_the_report_says_it(imports: Imports) -> None:
    columns = "lineItem/UsageStartDate,lineItem/LineItemType,lineItem/CurrencyCode,lineItem/UnblendedCost"
    body = f"{columns},lineItem/NetUnblendedCost\n{DAY},Usage,CAD,10,8\n{DAY},Usage,CAD,5,\n"
    await imports.done(body, mapping="aws-cur", default_account="5200")
    assert (await imports.balances())["2000", None] == -13


async def test_a_row_that_needs_a_column_which_the_file_lacks_is_rejected_not_guessed(imports: Imports) -> None:
    columns = "lineItem/UsageStartDate,lineItem/LineItemType,lineItem/CurrencyCode,lineItem/UnblendedCost"
    body = f"{columns}\n{DAY},Usage,CAD,10\n{DAY},DiscountedUsage,CAD,0\n"
    made = await imports.done(body, mapping="aws-cur", default_account="5200", view="effective")
    assert (made["accepted"], made["rejections"][0]["column"]) == (1, "reservation/EffectiveCost")


async def test_azure_tells_used_from_unused_commitments_and_refunds(imports: Imports) -> None:
    columns = "Date,ChargeType,PricingModel,BillingCurrencyCode,CostInBillingCurrency,PublisherName,PublisherType"
    rows = [
        "04/03/2025,Usage,Reservation,CAD,3,,Azure",
        "04/03/2025,UnusedReservation,Reservation,CAD,1,,Azure",
        "04/03/2025,Usage,OnDemand,CAD,5,Datadog,Marketplace",
        "04/03/2025,Refund,,CAD,-2,,Azure",
    ]
    made = await imports.done("\n".join([columns, *rows, ""]), mapping="azure-ea", default_account="5200")
    charges = await imports.items(f"/v1/cost-imports/{made['id']}/charges")
    told = {
        (it["charge_category"], it["commitment_status"], it["publisher"]): Decimal(it["billed_amount"])
        for it in charges
    }
    assert told == {
        ("Usage", "Used", "Azure"): 3,
        ("Usage", "Unused", "Azure"): 1,
        ("Usage", None, "Datadog"): 5,
        ("Adjustment", None, "Azure"): -2,
    }
