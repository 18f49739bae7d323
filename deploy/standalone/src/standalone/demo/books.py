"""Five years of cost: every program, nature and year posted, and the published net of each year met to the cent."""

from datetime import date
from decimal import Decimal
from typing import Any

from standalone.client import Json, Steward
from standalone.demo.portfolio import load
from standalone.demo.published import Published, mapping
from standalone.demo.report import Report

COSTS = "ssc_program_sobjs.csv"
CHARGED = ("BYE01", "BYE04", "BYE05")


def bounds(year: str) -> dict[str, str]:
    """`2023-24` → its first day and the first day after it."""
    first = int(year[:4])
    return {"starts_on": f"{first}-04-01", "ends_on": f"{first + 1}-04-01"}


async def open_books(caller: Steward, published: Published, report: Report) -> None:
    for year in published.expected["fiscal_years"]:
        await open_year(caller, year)
    await load(caller, "/finance/v1/account-imports", published.read("standard_object_labels.csv"), "standard-objects")
    funding = {"code": "FUNDING", "name": "Parliamentary authorities", "type": "equity"}
    await caller.post("/finance/v1/accounts", funding)
    programs = await load(
        caller, "/finance/v1/cost-object-imports", published.read("ssc_program_names.csv"), "programs"
    )
    report.tie("programs as cost objects", 25, programs["accepted"])
    for code in CHARGED:
        await _let_charge(caller, code)


def year_of(day: date) -> str:
    """The fiscal year that holds a day."""
    first = day.year - (day.month < 4)
    return f"{first}-{(first + 1) % 100:02}"


async def open_year(caller: Steward, code: str) -> None:
    """Unless it is there."""
    if any(year["code"] == code for year in await caller.every("/finance/v1/fiscal-years")):
        return
    starts_on = bounds(code)["starts_on"]
    year = await caller.post("/finance/v1/fiscal-years", {"code": code, "starts_on": starts_on})
    await caller.post(f"/finance/v1/fiscal-years/{year['id']}/opening")


async def _let_charge(caller: Steward, code: str) -> None:
    (found,) = (await caller.get("/finance/v1/cost-objects", code=code))["items"]
    said = {name: found[name] for name in ("name", "kind", "closed_on")}
    await caller.put(f"/finance/v1/cost-objects/{found['id']}", {**said, "chargeable": True}, version=found["version"])


async def costs(caller: Steward, published: Published, report: Report) -> None:
    expected = published.expected
    for year, column in expected["fiscal_years"].items():
        posted_on = f"{int(year[:4]) + 1}-03-31"
        said = mapping("program-costs", column=column, posted_on=posted_on)
        await caller.put(f"/finance/v1/import-mappings/program-costs-{year}", said)
        await post_costs(caller, published.read(COSTS), year)
        await _ties(caller, report, year, expected["tie_out"][year])


async def post_costs(caller: Steward, content: bytes, year: str) -> Json:
    return await caller.load(
        "/finance/v1/cost-imports",
        content,
        mapping=f"program-costs-{year}",
        source="public-accounts",
        period=year,
        balancing_account="FUNDING",
    )


async def _ties(caller: Steward, report: Report, year: str, published: dict[str, Any]) -> None:
    balance = await caller.get("/finance/v1/trial-balance", fiscal_year=year)
    report.tie(f"{year} trial balance", Decimal(0), Decimal(balance["base_total"]["balance"]), quiet=True)
    report.tie(f"{year} net (CAD)", Decimal(published["net_by_program"]), await net(caller, year))
    told = await caller.get("/finance/v1/service-costs", **bounds(year))
    report.tie(f"{year} gross", Decimal(published["gross_cost"]), Decimal(told["expense"]), quiet=True)


async def net(caller: Steward, year: str) -> Decimal:
    return Decimal((await caller.get("/finance/v1/service-costs", **bounds(year)))["net"])


async def corrections(caller: Steward, published: Published, report: Report) -> None:
    """The same file changes nothing; a corrected one posts the difference and no more."""
    year, content = "2023-24", published.read(COSTS)
    before = await net(caller, year)
    again = await post_costs(caller, content, year)
    report.tie("the same file again changed the ledger", False, again["changed"])
    line = b"SHARE,BYE02,1.0,"
    (row,) = [row for row in content.splitlines() if row.startswith(line)]
    cells = row.split(b",")
    cells[6] = str(Decimal(cells[6].decode()) + Decimal("1000.10")).encode()
    corrected = await post_costs(caller, content.replace(row, b",".join(cells)), year)
    report.tie("a corrected amount moves the year by", Decimal("1000.10"), await net(caller, year) - before)
    (entry,) = await caller.every("/finance/v1/journal-entries", posting_id=corrected["posting_id"])
    lines = (await caller.get(f"/finance/v1/journal-entries/{entry['id']}"))["lines"]
    report.tie("lines of the entry that posts it", 2, len(lines))
    await post_costs(caller, content, year)
    report.tie("corrected back, the year is what it was", before, await net(caller, year))
