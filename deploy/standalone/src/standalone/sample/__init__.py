"""Lakeshore Region, a made-up regional authority: what a newcomer finds in an empty platform, loaded like anybody's."""

import csv
from importlib.resources import files
from io import StringIO
from typing import Any

from standalone.client import Json, Steward

YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}
LIST = 500


def table(name: str) -> bytes:
    return files(__package__).joinpath(f"{name}.csv").read_bytes()


async def load_if_empty(caller: Steward) -> None:
    """Does nothing where anybody has registered a customer or proposed a service."""
    for path in ("/strategy/v1/customers", "/portfolio/v1/services", "/finance/v1/fiscal-years"):
        if (await caller.get(path, limit=1))["items"]:
            return
    await market(caller)
    await portfolio(caller)
    await books(caller)
    await offerings(caller)
    await decisions(caller)


async def market(caller: Steward) -> None:
    """Customers with their headcount."""
    await caller.load_whole("/strategy/v1/customer-imports", table("customers"))
    await caller.load_whole("/strategy/v1/customer-size-imports", table("headcount"))


async def portfolio(caller: Steward) -> None:
    """Services in all stages, what they promise, what they need, who uses them, and how they performed."""
    await caller.load_whole("/portfolio/v1/service-imports", table("services"))
    await caller.load_whole("/portfolio/v1/service-level-imports", table("service-levels"))
    ids = await service_ids(caller)
    for row in csv.DictReader(StringIO(table("dependencies").decode())):
        body = {"service_id": ids[row["service"]], "uses_id": ids[row["uses"]]}
        await caller.post("/portfolio/v1/dependencies", body)
    await caller.load_whole("/portfolio/v1/subscription-imports", table("subscriptions"))
    await caller.load_whole("/portfolio/v1/measurement-imports", table("measurements"))


async def service_ids(caller: Steward) -> dict[str, str]:
    return {service["code"]: service["id"] for service in await caller.every("/portfolio/v1/services", limit=LIST)}


async def books(caller: Steward) -> None:
    """A year of cost, overhead allocated by staff, full cost shown to those who subscribe."""
    for code, starts_on in (("2025-26", "2025-04-01"), ("2026-27", "2026-04-01")):
        year = await caller.post("/finance/v1/fiscal-years", {"code": code, "starts_on": starts_on})
        await caller.post(f"/finance/v1/fiscal-years/{year['id']}/opening")
    await caller.load_whole("/finance/v1/account-imports", table("accounts"))
    await caller.load_whole("/finance/v1/cost-object-imports", table("cost-objects"))
    launched = sum(b",catalog," in line for line in table("services").splitlines())
    objects = {"kind": "service", "include": "total"}
    await caller.until(lambda page: bool(page["total"] >= launched), "/finance/v1/cost-objects", **objects)
    await caller.load_whole(
        "/finance/v1/cost-imports", table("costs"), source="general-ledger", period="2025-26", balancing_account="3000"
    )
    await caller.post("/finance/v1/drivers", {"code": "staff", "name": "Staff", "unit": "full-time equivalents"})
    await caller.load_whole("/finance/v1/driver-quantity-imports", table("staff"))
    pool = {
        "code": "overhead",
        "sources": {"kinds": ["cost_center"]},
        "targets": {"kinds": ["service"]},
        "driver": "staff",
    }
    model = {"code": "full-cost", "name": "Full cost of services", "effective_from": "2025-04-01", "pools": [pool]}
    await caller.post("/finance/v1/allocation-models", model)
    await caller.post("/finance/v1/allocation-runs", {"model": "full-cost", **YEAR})
    plan = {"code": "services", "name": "Services by subscription", "cost_objects": {"kinds": ["service"]}}
    full = {"basis": "full", "allocation_model": "full-cost"}
    await caller.post("/finance/v1/charge-plans", {**plan, **full})
    await caller.post("/finance/v1/charge-runs", {"plan": "services", **YEAR})


NEEDS: dict[str, dict[str, Any]] = {
    "anywhere": {"statement": "Work from any site or from home", "importance": 9, "satisfaction": 6},
    "permits": {"statement": "Get a permit without visiting an office", "importance": 8, "satisfaction": 5},
    "fax": {"statement": "Receive faxes from clinics", "importance": 3, "satisfaction": 4},
    "flooding": {"statement": "Know of rising water before streets flood", "importance": 9, "satisfaction": 2},
}
OFFERINGS: dict[str, dict[str, Any]] = {
    "digital-workplace": {
        "name": "Digital workplace",
        "utility": "Everything a person needs to work with others, on one sign-in",
        "needs": ["anywhere"],
        "services": ["email", "workplace", "meetings", "remote-access"],
    },
    "online-permits": {
        "name": "Online permits",
        "utility": "Residents apply, pay and follow their application",
        "needs": ["permits"],
        "services": ["permits", "gis"],
    },
    "fax-to-mailbox": {
        "name": "Fax to mailbox",
        "utility": "Faxes arrive as attachments",
        "needs": ["fax"],
        "services": ["fax"],
    },
}


async def offerings(caller: Steward) -> None:
    """What the market needs, and what is offered for it; one important need is met by nothing yet."""
    space = await caller.post(
        "/strategy/v1/market-spaces", {"code": "region", "name": "The region", "owner": "Chief digital officer"}
    )
    needs = {
        key: await caller.post(
            "/strategy/v1/needs", {**need, "asked_by": "Service desk survey", "market_space_id": space["id"]}
        )
        for key, need in NEEDS.items()
    }
    ids = await service_ids(caller)
    await _operational(caller, {ids[code] for offering in OFFERINGS.values() for code in offering["services"]})
    for code, words in OFFERINGS.items():
        draft = {
            "code": code,
            "name": words["name"],
            "utility": words["utility"],
            "need_ids": [needs[key]["id"] for key in words["needs"]],
            "service_ids": [ids[service] for service in words["services"]],
            "market_space_ids": [space["id"]],
        }
        offering = await caller.post("/strategy/v1/offerings", draft)
        for step in ("proposal", "approval", "launch"):
            path = f"/strategy/v1/offerings/{offering['id']}/{step}"
            offering = await caller.post(path, version=offering["version"])


async def _operational(caller: Steward, wanted: set[str]) -> None:
    def known(page: Json) -> bool:
        return wanted <= {each["id"] for each in page["items"]}

    await caller.until(known, "/strategy/v1/known-services", stage="operational", limit=LIST)


async def decisions(caller: Steward) -> None:
    """Reviews of all services of the catalog, once portfolio has heard what finance and strategy have to say."""
    ids = await service_ids(caller)
    evidence = f"/portfolio/v1/services/{ids['fax']}/evidence"
    await caller.until(lambda told: bool(told["recovery"] and told["offerings"]), evidence, **YEAR)
    await caller.post("/portfolio/v1/review-campaigns", YEAR)
