"""What to fund: the projects of a government in one plan, as many of them as a billion pays for, and their budgets."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate, takewhile

from standalone.client import Steward
from standalone.demo.books import bounds
from standalone.demo.planning import NEXT_YEAR
from standalone.demo.published import Published, mapping
from standalone.demo.report import Report

BUDGET = 1_000_000_000
ENDED = ("done", "failed", "cancelled")


def _stated(content: bytes) -> Iterator[int]:
    """What the projects cost, of those that say so."""
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
        if row["totalBudget"]:
            yield int(row["totalBudget"].replace("$", "").replace(",", ""))


async def plan(caller: Steward, board: Steward, published: Published, report: Report) -> None:
    """Each is worth the same, so the cheapest first is the optimum, which anybody can work out."""
    content = published.projects
    period = {"code": NEXT_YEAR, **bounds(NEXT_YEAR)}
    begun = {"code": "projects", "name": "Projects of the government", "currency": "CAD", "periods": [period]}
    path = f"/portfolio/v1/investment-plans/{(await caller.post('/portfolio/v1/investment-plans', begun))['id']}"
    said = mapping("plan-candidates", period=NEXT_YEAR)
    await caller.put("/portfolio/v1/import-mappings/plan-candidates", said)
    taken = await caller.load(f"{path}/candidate-imports", content, mapping="plan-candidates")
    report.tie("projects of 2022", 495, taken["read"])
    report.say(f"{taken['rejected']} of them state no cost and can't be weighed")
    scenario = {"objective": {"score": "1"}, "budgets": [{"amount": str(BUDGET)}]}
    await caller.put(f"{path}/scenarios/base", scenario, version=(await caller.get(path))["version"])
    asked = await caller.post(f"{path}/solutions", {"scenario": "base"})
    solved = await caller.until(lambda it: it["state"] in ENDED, f"{path}/solutions/{asked['id']}")
    found = solved["selection"]
    cheapest = sum(1 for _ in takewhile(lambda cost: cost <= BUDGET, accumulate(sorted(_stated(content)))))
    report.tie("as many as a billion pays for", str(cheapest), found["value"])
    report.say(
        f"{found['outcome']}: {len(found['selected'])} projects for {Decimal(found['cost']):,} CAD, gap {found['gap']}"
    )
    submitted = {"solution_id": solved["id"], "reason": "The most projects for the money"}
    await caller.post(f"{path}/submission", submitted, version=(await caller.get(path))["version"])
    await board.post(f"{path}/approval", {"reason": "Agreed"}, version=(await board.get(path))["version"])
    opened = await caller.until(lambda page: bool(page["items"]), "/finance/v1/plan-fundings")
    (funding,) = opened["items"]
    report.tie("its budget in finance", "opened", funding["state"])
