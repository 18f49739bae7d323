"""Short words for what an organization does in a story."""

from datetime import date, timedelta
from typing import Any

from standalone.client import Json, Steward

YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}
LEVEL = {
    "name": "Available",
    "metric": "availability",
    "target": "99.9",
    "unit": "percent",
    "window": "month",
    "direction": "at_least",
}
WAIVER = {"reason": "Ordered by law", "approver": "Chief information officer"}
EVIDENCE: dict[str, dict[str, Any]] = {"approval": {"waiver": WAIVER}, "charter": {"waiver": WAIVER}}
PIPELINE = ("definition", "analysis", "approval", "charter", "development", "launch")


def month_after(day: date) -> date:
    """Its first day."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


async def customer(steward: Steward, code: str) -> Json:
    return await steward.post("/strategy/v1/customers", {"code": code, "name": code.title(), "kind": "internal_unit"})


async def service(steward: Steward, code: str, *, up_to: str = "launch") -> Json:
    proposal = {"code": code, "name": code.title(), "kind": "customer_facing", "owner": "Ada"}
    made = await steward.post("/portfolio/v1/services", proposal)
    await steward.post("/portfolio/v1/service-levels", {**LEVEL, "service_id": made["id"]})
    made = await steward.get(f"/portfolio/v1/services/{made['id']}")
    for step in PIPELINE[: PIPELINE.index(up_to) + 1]:
        made = await take(steward, made, step)
    return made


async def take(steward: Steward, service: Json, step: str, **given: Any) -> Json:
    said = {"reason": f"Time for {step}", **EVIDENCE.get(step, {}), **given}
    return await steward.post(f"/portfolio/v1/services/{service['id']}/{step}", said, version=service["version"])


async def cost_object(steward: Steward, service: Json, **is_: Any) -> Json:
    """The cost object of a service, once it is as it will be."""

    def as_it_will_be(page: Json) -> bool:
        return bool(page["items"]) and all(page["items"][0][name] == value for name, value in is_.items())

    page = await steward.until(as_it_will_be, "/finance/v1/cost-objects", service_id=service["id"])
    found: Json = page["items"][0]
    return found


async def consumer(steward: Steward, customer: Json) -> Json:
    page = await steward.until(lambda page: bool(page["items"]), "/finance/v1/consumers", code=customer["code"])
    found: Json = page["items"][0]
    return found


async def subscribed(steward: Steward, service: Json, customer: Json, quantity: str = "1") -> Json:
    terms = {"service_id": service["id"], "customer_id": customer["id"], "quantity": quantity}
    return await steward.post("/portfolio/v1/subscriptions", {**terms, "starts_on": YEAR["starts_on"]})


async def open_books(steward: Steward, code: str = "2025-26", *, starts_on: str = YEAR["starts_on"]) -> None:
    year = await steward.post("/finance/v1/fiscal-years", {"code": code, "starts_on": starts_on})
    await steward.post(f"/finance/v1/fiscal-years/{year['id']}/opening")
    for number, kind in (("5000", "expense"), ("2000", "liability")):
        await steward.post("/finance/v1/accounts", {"code": number, "name": number, "type": kind})


async def spend(steward: Steward, code: str, amount: str, on: date = date(2025, 4, 30)) -> Json:
    lines = [
        {"account": "5000", "amount": amount, "currency": "CAD", "cost_object": code},
        {"account": "2000", "amount": f"-{amount}", "currency": "CAD"},
    ]
    entry = {"posted_on": str(on), "description": "Cost", "source": "journey", "reference": f"{code} {on}"}
    return await steward.post("/finance/v1/journal-entries", {**entry, "lines": lines})


async def offering(steward: Steward, service: Json) -> tuple[Json, Json]:
    """A launched offering made of the service, and the need that it meets."""
    space = {"code": f"space-{service['code']}", "name": "Everybody", "owner": "Ada"}
    place = await steward.post("/strategy/v1/market-spaces", space)
    need = {"statement": "Write to each other", "asked_by": "All", "importance": 7, "satisfaction": 5}
    wanted = await steward.post("/strategy/v1/needs", {**need, "market_space_id": place["id"]})
    known = {"code": service["code"], "stage": "operational"}
    await steward.until(lambda page: bool(page["items"]), "/strategy/v1/known-services", **known)
    draft = {"code": service["code"], "name": "Offering", "utility": "It works", "need_ids": [wanted["id"]]}
    made = await steward.post("/strategy/v1/offerings", {**draft, "service_ids": [service["id"]]})
    for step in ("proposal", "approval", "launch"):
        made = await steward.post(f"/strategy/v1/offerings/{made['id']}/{step}", version=made["version"])
    return made, wanted
