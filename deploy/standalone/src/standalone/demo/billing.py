"""One program invoiced to departments, what that recovers, and the way from a bill back to the ledger."""

from datetime import date
from decimal import Decimal

from standalone.client import Json, Steward
from standalone.demo.books import open_year, year_of
from standalone.demo.published import YEAR, Published
from standalone.demo.report import Report

PROGRAM = "BYE05"
PROFILE = {
    "issuer_name": "Shared Services Canada",
    "account_name": "Government of Canada",
    "is_external": False,
    "grace_days": 10,
    "payment_days": 30,
    "receivable_account": "RECEIVABLE",
    "recovery_account": "RECOVERY",
}


async def invoices(caller: Steward, today: date, published: Published, report: Report) -> None:
    """Numbers are those of the fiscal year of `today`."""
    await open_year(caller, year_of(today))
    for code, kind in (("RECEIVABLE", "asset"), ("RECOVERY", "income")):
        await caller.post("/finance/v1/accounts", {"code": code, "name": code.title(), "type": kind})
    await caller.post("/finance/v1/billing-profiles", PROFILE)
    expected = published.expected["charge_by_headcount_2023_24"]["programs"][PROGRAM]
    drafted = await caller.post("/finance/v1/invoices", {"plan": f"{PROGRAM}-by-headcount", **YEAR})
    report.tie("invoices drafted", expected["consumers"], drafted["drafted"])
    for draft in await caller.every("/finance/v1/invoices", state="draft"):
        id = draft["id"]
        version = (await caller.get(f"/finance/v1/invoices/{id}"))["version"]
        await caller.post(f"/finance/v1/invoices/{id}/finalization", {}, version=version)
    final = await caller.every("/finance/v1/invoices", state="final")
    numbers = sorted(int(each["number"].rsplit("-", 1)[1]) for each in final)
    report.tie("their numbers have no gap", list(range(1, len(final) + 1)), numbers, quiet=True)
    billed = sum((Decimal(each["total"]) for each in final), Decimal(0))
    report.tie("together they bill (CAD)", Decimal(expected["gross_cost"]), billed)
    again = await caller.post("/finance/v1/invoices", {"plan": f"{PROGRAM}-by-headcount", **YEAR})
    report.tie("drafted again, when nothing has changed", 0, again["drafted"])
    largest = max(final, key=lambda each: Decimal(each["total"]))
    await _trail(caller, await caller.get(f"/finance/v1/invoices/{largest['id']}"), report)
    told = await caller.get("/finance/v1/recovery", **YEAR, model="by-direct")
    (row,) = [row for row in told["rows"] if row["cost_object"] == PROGRAM]
    report.say(
        f"of its full cost {PROGRAM} recovers {row['rate_percent']} %: {row['recovered']} by {row['over_under']}"
    )


async def _trail(caller: Steward, invoice: Json, report: Report) -> None:
    """From one department's bill to the charge, from there to the cost behind it, and to lines of the ledger."""
    (line,) = invoice["lines"]
    report.say(f"why {invoice['consumer_name']} owes {Decimal(invoice['total']):,} by {invoice['number']}:")
    told = await caller.get(line["explanation"])
    (charged,) = told["lines"]
    report.say(f"  {Decimal(charged['cost']):,} × {charged['quantity']} / {charged['quantity_total']} heads")
    for account in charged["direct"]["accounts"][:3]:
        report.say(f"  cost of {account['account_name']}: {Decimal(account['amount']):,}")
    found = await caller.every("/finance/v1/journal-entries", cost_object=PROGRAM, posted_from=YEAR["starts_on"])
    report.say(f"  …by {charged['direct']['entry_count']} entries; of {found[0]['source']} {found[0]['posted_on']}:")
    entry = await caller.get(f"/finance/v1/journal-entries/{charged['direct']['entries'][0]}")
    lines = [each for each in entry["lines"] if each["cost_object"] == PROGRAM]
    for each in lines[:3]:
        report.say(f"    {each['account']}  {Decimal(each['amount']):,} {each['currency']}  {each['cost_object']}")
    costs = sum((Decimal(account["amount"]) for account in charged["direct"]["accounts"]), Decimal(0))
    report.tie("the accounts behind the bill add up to the cost", Decimal(charged["cost"]), costs, quiet=True)
    posted = {each["account"]: Decimal(each["amount"]) for each in lines}
    behind = {each["account_code"]: Decimal(each["amount"]) for each in charged["direct"]["accounts"]}
    report.tie("and these to lines of the ledger", {a: posted.get(a) for a in behind}, behind, quiet=True)
