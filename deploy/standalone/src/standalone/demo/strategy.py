"""The market: the large departments, what they need, the offerings made for them, and what these leave uncovered."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from standalone.client import Json, Steward
from standalone.demo.portfolio import CONFERENCING, service_id
from standalone.demo.published import YEAR, Published, Row
from standalone.demo.report import Report

OFFERING, LARGE, AT_LEAST = "conferencing", "large", 5_000
STATED_ON, PROVIDER = "2024-03-31", "Shared Services Canada"
NOT_OFFERED = "BYE07"
"""The program of which this story makes no offering."""


def _inventory(published: Published) -> Iterator[Row]:
    rows = published.rows("service_inventory_2023_24.csv")
    return (row for row in rows if row["owner_org"] == "ssc-spc")


def _programs(published: Published) -> dict[str, list[str]]:
    """Codes of services by the program that they belong to; conferencing has an offering of its own."""
    codes: dict[str, list[str]] = defaultdict(list)
    for row in _inventory(published):
        if (code := f"GC-{row['service_id']}") != CONFERENCING:
            codes[row["program_id"]].append(code)
    return codes


def _large(published: Published) -> int:
    """Departments besides the provider with at least so many employees at the end of the fiscal year."""
    rows = published.rows("headcount_by_department_2010_2025.csv")
    counted = [row for row in rows if row["Year"] == STATED_ON[:4] and row["Department or agency"] != PROVIDER]
    return sum(int(row["Number of employees"]) >= AT_LEAST for row in counted)


async def offerings(caller: Steward, published: Published, report: Report) -> None:
    """A need of the large departments for each program, and offerings for all programs but one."""
    space = {"code": "federal", "name": "The federal government", "owner": PROVIDER}
    place = await caller.post("/strategy/v1/market-spaces", space)
    rule = {"sizes": [{"measure": "headcount", "at_least": str(AT_LEAST)}]}
    said = {"code": LARGE, "name": "Large departments", "market_space_id": place["id"], "basis": "rule", "rule": rule}
    segment = await caller.post("/strategy/v1/segments", {**said, "valid_from": "2010-01-01"})
    counted = await caller.get(f"/strategy/v1/segments/{segment['id']}/count", on=STATED_ON)
    report.tie("large departments", _large(published), counted["customers"])
    names = {row["program_id"]: row["program_name_en"].strip("'") for row in _inventory(published)}
    for number, (program, services) in enumerate(sorted(_programs(published).items())):
        stated = {"statement": names[program], "asked_by": "Departments", "importance": 5 + number, "satisfaction": 5}
        need = await caller.post("/strategy/v1/needs", {**stated, "segment_id": segment["id"]})
        if program != NOT_OFFERED:
            await _launch(caller, program, names[program], need, services)
    stated = {"statement": "Meet without travelling", "asked_by": "Departments", "importance": 8, "satisfaction": 6}
    need = await caller.post("/strategy/v1/needs", {**stated, "segment_id": segment["id"]})
    offered = await _launch(caller, OFFERING, "Conferencing", need, [CONFERENCING])
    need = await caller.get(f"/strategy/v1/needs/{need['id']}")
    report.say(f"offering “{offered['name']}” is {offered['status']}, its need is {need['state']}")


async def _launch(caller: Steward, code: str, name: str, need: Json, services: list[str]) -> Json:
    known = [await _known(caller, service) for service in services]
    draft = {"code": code, "name": name, "utility": need["statement"], "need_ids": [need["id"]], "service_ids": known}
    offered = await caller.post("/strategy/v1/offerings", draft)
    for step in ("proposal", "approval", "launch"):
        offered = await caller.post(f"/strategy/v1/offerings/{offered['id']}/{step}", version=offered["version"])
    return offered


async def _known(caller: Steward, code: str) -> str:
    page = await caller.until(lambda page: bool(page["items"]), "/strategy/v1/known-services", code=code)
    id: str = page["items"][0]["id"]
    return id


async def coverage(caller: Steward, published: Published, report: Report) -> None:
    """The matrix of needs and services has a cell for each service of the inventory that is offered."""
    programs = _programs(published)
    offered = {code for program, codes in programs.items() if program != NOT_OFFERED for code in codes}
    cells = await caller.every("/strategy/v1/coverage-matrix")
    met = {cell["service_code"] for cell in cells if cell["service_code"]}
    report.tie("needs in the matrix", len(programs) + 1, len({cell["need_id"] for cell in cells}))
    report.tie("services that meet one", offered | {CONFERENCING}, met, quiet=True)
    orphans = await caller.every("/strategy/v1/orphans")
    report.tie("services no offering is made of", len(programs[NOT_OFFERED]), len(orphans))
    spaces = await caller.every("/strategy/v1/white-spaces")
    for need in sorted({(cell["weight"], cell["statement"]) for cell in cells}, reverse=True):
        its = sorted(it["service_code"] for it in cells if it["statement"] == need[1] and it["service_code"])
        report.say(f"  {need[0]:>2}  {need[1]}: {', '.join(its) or 'nobody'}")
    report.tie("white space", 1, len(spaces))


async def objective(caller: Steward, report: Report) -> None:
    """What conferencing is for, as far as it serves it."""
    said = {"code": "travel", "name": "Less travel", "perspective": "financial", "owner": PROVIDER, "weight": "1"}
    found = await caller.post("/strategy/v1/objectives", {**said, "starts_on": "2023-04-01"})
    serves = {"objective_id": found["id"], "service_id": await service_id(caller, CONFERENCING)}
    path = "/strategy/v1/alignments"
    linked = await caller.post(path, {**serves, "strength": "0.8", "starts_on": "2023-04-01"})
    report.say(f"conferencing serves the objective “{found['name']}” with strength {linked['strength']}")


async def chain(caller: Steward, report: Report) -> None:
    """From the need over its offering to what conferencing cost, recovered and promised, and what is decided of it."""
    _, need = await offering_and_need(caller)
    path = f"/strategy/v1/needs/{need['id']}/value-chain"
    seen = await caller.until(lambda it: all(s["recoveries"] for s in it["services"]), path, **YEAR)
    (stated,), (offered,), (service,) = seen["needs"], seen["offerings"], seen["services"]
    recovery, full = service["recoveries"][0], service["full_cost"]
    report.say(f"“{stated['statement']}” ({stated['state']}, opportunity {stated['opportunity_score']})")
    report.say(f"  offering {offered['name']} ({offered['status']}), made of {service['name']} ({service['stage']})")
    report.say(f"  which cost {Decimal(full['full_cost']):,} {full['currency']}")
    report.tie("what it recovered (CAD)", full["full_cost"], recovery["recovered"])
    served = ", ".join(it["name"] for it in seen["objectives"])
    report.say(f"  serves {served or 'no objective'}, aligned at {service['alignment_score']}")
    for decision in service["decisions"]:
        said = decision["outcome"] or decision["due_on"] or decision["stated_on"]
        report.say(f"  decision: {decision['kind']} {decision['state']} ({said})")
    for missing in [*seen["missing"], *service["missing"]]:
        report.say(f"  missing: {missing['reason']}")


async def offering_and_need(caller: Steward) -> tuple[Json, Json]:
    (offered,) = (await caller.get("/strategy/v1/offerings", code=OFFERING))["items"]
    return offered, await caller.get(f"/strategy/v1/needs/{offered['need_ids'][0]}")
