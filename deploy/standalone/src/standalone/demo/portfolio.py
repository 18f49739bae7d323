"""The market and the services: departments, what the provider offers, what it has retired, what it plans."""

from decimal import Decimal

from standalone.client import Json, Steward
from standalone.demo.published import Published, mapping
from standalone.demo.report import Report

CONFERENCING = "GC-1989"


async def load(caller: Steward, path: str, content: bytes, name: str) -> Json:
    """Saves our mapping of that name and imports by it."""
    service = path.split("/")[1]
    await caller.put(f"/{service}/v1/import-mappings/{name}", mapping(name))
    return await caller.load(path, content, mapping=name)


async def market(caller: Steward, published: Published, report: Report) -> None:
    content = published.read("headcount_by_department_2010_2025.csv")
    await load(caller, "/strategy/v1/customer-imports", content, "departments")
    sized = await load(caller, "/strategy/v1/customer-size-imports", content, "headcount")
    departments = published.expected["charge_by_headcount_2023_24"]["programs"]["BYE04"]
    report.tie("departments with their headcount", departments["consumers"], sized["accepted"])
    enough = departments["consumers"]
    known = await caller.until(lambda page: bool(page["total"] >= enough), "/finance/v1/consumers", include="total")
    report.say(f"known to finance by facts: {known['total']}")


async def services(caller: Steward, published: Published, report: Report) -> None:
    content = published.read("service_inventory_2023_24.csv")
    offered = await load(caller, "/portfolio/v1/service-imports", content, "services")
    expected = published.expected["service_performance_2023_24"]
    report.tie("services in the catalog", expected["services"], offered["created"])
    programs = published.read("ssc_program_names.csv")
    retired = await load(caller, "/portfolio/v1/service-imports", programs, "retired-programs")
    report.tie("inactive programs as retired", 9, retired["created"])
    await load(caller, "/portfolio/v1/service-imports", published.projects, "projects")
    planned = await caller.every("/portfolio/v1/services", stage="pipeline")
    report.tie("projects of 2022 in the pipeline", 15, len(planned))
    stated = [Decimal(each["requested_budget"]["amount"]) for each in planned if each["requested_budget"]]
    report.tie("together they ask for (CAD)", Decimal(246_561_599), sum(stated, Decimal(0)))
    report.say(f"{len(planned) - len(stated)} of them state no budget, which is not zero")


async def standards(caller: Steward, published: Published, report: Report) -> None:
    content = published.read("service_standards_2023_24.csv")
    expected = published.expected["service_performance_2023_24"]
    promised = await load(caller, "/portfolio/v1/service-level-imports", content, "service-standards")
    report.tie("service levels promised", expected["standards"], promised["accepted"])
    await load(caller, "/portfolio/v1/measurement-imports", content, "standard-results")
    told = await caller.get("/portfolio/v1/attainment-summary", starts_on="2023-04-01", ends_on="2024-04-01")
    report.tie("met", expected["target_met"]["Y"], told["met"])
    report.tie("not measured, and not counted as missed", expected["target_met"]["NA"], told["not_measured"])
    report.tie("missed", expected["measured"] - expected["target_met"]["Y"], told["missed"])


async def service_id(caller: Steward, code: str) -> str:
    (service,) = (await caller.get("/portfolio/v1/services", code=code))["items"]
    found: str = service["id"]
    return found
