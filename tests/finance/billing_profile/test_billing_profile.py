"""Billing profiles: whose terms hold, which taxes are due on a day, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from finance.billing_profile.model import NamedRate, TaxRate, rates_on
from tests.finance.billing import EXTERNAL, HST, TERMS, Billing

RATES = [
    TaxRate(name="GST", percent=Decimal(7), valid_from=date(1991, 1, 1)),
    TaxRate(name="GST", percent=Decimal(5), valid_from=date(2008, 1, 1)),
    TaxRate(name="PST", percent=Decimal(8), valid_from=date(2000, 1, 1)),
    TaxRate(name="PST", percent=Decimal(0), valid_from=date(2010, 7, 1)),
]


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(1990, 12, 31), []),
        (date(2007, 12, 31), [("GST", 7), ("PST", 8)]),
        (date(2008, 1, 1), [("GST", 5), ("PST", 8)]),
        (date(2010, 7, 1), [("GST", 5)]),
    ],
)
def test_a_rate_holds_until_the_next_of_its_name_and_zero_ends_it(day: date, due: list[tuple[str, int]]) -> None:
    assert [(rate.name, int(rate.percent)) for rate in rates_on(RATES, day)] == due


@pytest.mark.parametrize(
    ("net", "currency", "tax"), [("33.38", "CAD", "1.67"), ("-33.38", "CAD", "-1.67"), ("30", "JPY", "2")]
)
def test_tax_is_rounded_half_away_from_zero_to_the_minor_unit(net: str, currency: str, tax: str) -> None:
    assert NamedRate("GST", Decimal(5)).of(Decimal(net), currency) == Decimal(tax)


async def test_a_profile_is_stated_anew_as_a_whole(billing: Billing) -> None:
    made = await billing.books.make("/v1/billing-profiles", {**EXTERNAL, "consumer_id": billing.consumers["Harbour"]})
    assert (made["recovery_account"], made["tax_account"], made["tax_rates"]) == ("4100", "2300", [HST])
    changed = await billing.client.put(
        f"/v1/billing-profiles/{made['id']}",
        json={**EXTERNAL, "tax_rates": [{**HST, "percent": "15"}]},
        headers={"If-Match": f'"{made["version"]}"'},
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["tax_rates"][0]["percent"] == "15"
    assert changed.json()["version"] > made["version"]
    stale = await billing.client.put(
        f"/v1/billing-profiles/{made['id']}", json=EXTERNAL, headers={"If-Match": f'"{made["version"]}"'}
    )
    assert stale.status_code == 412
    assert (await billing.client.get(f"/v1/billing-profiles/{made['id']}")).json() == changed.json()


async def test_a_consumer_has_one_profile_and_so_have_all_others(billing: Billing) -> None:
    own = {**TERMS, "consumer_id": billing.consumers["Harbour"]}
    await billing.books.make("/v1/billing-profiles", own)
    for twice in (own, TERMS):
        answer = await billing.client.post("/v1/billing-profiles", json=twice)
        assert (answer.status_code, answer.json()["code"]) == (409, "finance.billing-profile.consumer-taken")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"recovery_account": "9999"}, 422, "finance.billing-profile.account-unknown"),
        ({"recovery_account": "1200"}, 422, "finance.billing-profile.account-unknown"),
        ({"consumer_id": "0198c0de-0000-7000-8000-00000000000f"}, 404, "finance.consumer.unknown"),
        ({"is_external": True}, 422, "request.invalid"),
        ({"grace_days": 366}, 422, "request.invalid"),
        ({"tax_rates": [HST, HST]}, 422, "request.invalid"),
        ({"tax_rates": [{**HST, "percent": "100.01"}]}, 422, "request.invalid"),
    ],
)
async def test_terms_that_make_no_sense_are_refused(
    billing: Billing, change: dict[str, Any], status: int, code: str
) -> None:
    answer = await billing.client.post("/v1/billing-profiles", json={**TERMS, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_draft_follows_changed_terms_when_it_is_recomputed(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()
    (profile,) = (await billing.client.get("/v1/billing-profiles")).json()["items"]
    shown = await billing.client.get(f"/v1/billing-profiles/{profile['id']}")
    await billing.client.put(
        f"/v1/billing-profiles/{profile['id']}", json=EXTERNAL, headers={"If-Match": shown.headers["ETag"]}
    )
    harbour = await billing.invoice("Harbour")
    assert (await billing.change(harbour, "finalization")).json()["code"] == "finance.invoice.outdated"
    assert (await billing.change(harbour, "recomputation")).json()["total"] == "33.90"
