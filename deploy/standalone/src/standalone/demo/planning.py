"""Budgets and what came of them: the votes of a year, internal services against their plan, and the year to come."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from standalone.client import Json, Steward
from standalone.demo.published import Published
from standalone.demo.report import Report

YEAR, ESTIMATES = "2023-24", "est_last_year_3"
DOCUMENTS = ("MAINS", "SEA", "SEB", "SEC", "VA", "SA")
NEXT_YEAR = "2025-26"


async def votes(caller: Steward, board: Steward, published: Published, report: Report) -> None:
    """Main and supplementary estimates and transfers, one version each, are the authorities of the public accounts."""
    budget = await _begin(caller, "votes", "Votes of Parliament")
    shown: Json = {}
    for document in DOCUMENTS:
        rows = [
            (row["vote_num"], f"Vote {row['vote_num']}", f"Vote {row['vote_num']}", row[ESTIMATES])
            for row in published.rows("ssc_org_vote_stat_estimates.csv")
            if row["doc"] == document and row[ESTIMATES]
        ]
        if rows:
            content = _csv(("line", "name", "nature", "total"), rows)
            shown = await _in_force(caller, board, budget, content, document=document, mode="add")
    found = {line["code"]: Decimal(line["total"]) for line in shown["lines"]}
    for vote, said in published.expected["budget_documents_vs_authorities"]["by_year"][YEAR].items():
        report.tie(f"authorities of vote {vote} (CAD)", Decimal(str(said["authorities"])), found[vote])


async def internal_services(caller: Steward, board: Steward, published: Published, report: Report) -> None:
    """Planned against actual of what has no revenue, so that spending is all there is to compare."""
    plans = [
        row
        for row in published.expected["planned_actual_by_program"]
        if row["fy"] == "2023-2024" and row["program"].startswith("ISS") and Decimal(row["planned"])
    ]
    budget = await _begin(caller, "internal-services", "Internal services")
    rows = [(row["program"], row["name"], row["program"], row["planned"]) for row in plans]
    await _in_force(caller, board, budget, _csv(("line", "name", "cost_object", "total"), rows))
    told = await caller.get("/finance/v1/budget-variances", fiscal_year=YEAR)
    found = {row["line"]: row for row in told["rows"] if row["budget"] == "internal-services"}
    for row in plans:
        line = found[row["program"]]
        report.tie(f"variance of {row['name']}", Decimal(row["variance"]), Decimal(line["variance"]), quiet=True)
    worst = max(found.values(), key=lambda line: Decimal(line["variance"]))
    for line in (worst, found["ISS01"]):
        report.say(f"{line['name']}: {line['variance']} ({line['variance_percent']} %), {line['meaning']}")


async def outlook(caller: Steward, report: Report) -> None:
    """Of a year of which nothing is posted yet: what the years before lead one to expect."""
    await caller.post("/finance/v1/fiscal-years", {"code": NEXT_YEAR, "starts_on": f"{NEXT_YEAR[:4]}-04-01"})
    told = await caller.get("/finance/v1/full-year-outlook", fiscal_year=NEXT_YEAR)
    report.tie(f"months of {NEXT_YEAR} that are forecast", 12, sum(it["forecast"] is not None for it in told["months"]))
    report.say(f"{NEXT_YEAR} is expected to cost {Decimal(told['total']):,} by {told['method'].replace('_', ' ')}")
    report.say(f"  {told['why']}")


async def _begin(caller: Steward, code: str, name: str) -> Json:
    return await caller.post("/finance/v1/budgets", {"code": code, "name": name, "fiscal_year": YEAR})


async def _in_force(caller: Steward, board: Steward, budget: Json, content: bytes, **asked: str) -> Json:
    """A version of these lines, approved by somebody else than who submitted it."""
    path = f"/finance/v1/budgets/{budget['id']}"
    await caller.load(f"{path}/version-imports", content, **{"document": "Plan", **asked})
    number = (await caller.get(path))["number"]
    for who, verb in ((caller, "submission"), (board, "approval")):
        version = (await who.get(path))["version"]
        await who.post(f"{path}/versions/{number}/{verb}", version=version)
    return await caller.get(f"{path}/versions/{number}")


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(head)
    table.writerows(rows)
    return text.getvalue().encode()
