"""What finance and strategy say becomes portfolio's evidence; who may see what; one conversation through all of it."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from chassis.database import Database
from chassis.schema import audit_trail
from standalone.client import Refused
from tests.journeys.conftest import Journey
from tests.journeys.organization import (
    YEAR,
    consumer,
    cost_object,
    customer,
    offering,
    open_books,
    service,
    spend,
    subscribed,
)


async def _allocated_mail(story: Journey) -> dict[str, Any]:
    """The service mail costs 100.00 itself, and 30.00 of overhead with it."""
    await open_books(story.manager)
    mail = await service(story.manager, "mail")
    await cost_object(story.manager, mail, chargeable=True)
    overhead = {"code": "overhead", "name": "Overhead", "kind": "cost_center"}
    await story.manager.post("/finance/v1/cost-objects", overhead)
    await spend(story.manager, "mail", "100.00")
    await spend(story.manager, "overhead", "30.00")
    await story.manager.post("/finance/v1/drivers", {"code": "staff", "name": "Staff", "unit": "people"})
    rows = b"driver,cost_object,valid_from,quantity\nstaff,mail,2025-04-01,3\n"
    await story.manager.load_whole("/finance/v1/driver-quantity-imports", rows)
    pool = {"code": "p", "sources": {"codes": ["overhead"]}, "targets": {"codes": ["mail"]}, "driver": "staff"}
    model = {"code": "full", "name": "Full", "effective_from": "2025-04-01", "pools": [pool]}
    await story.manager.post("/finance/v1/allocation-models", model)
    await story.manager.post("/finance/v1/allocation-runs", {"model": "full", **YEAR})
    return mail


async def test_cost_allocation_and_offerings_become_evidence(story: Journey) -> None:
    mail = await _allocated_mail(story)
    await offering(story.manager, mail)
    told = await story.manager.until(
        lambda told: bool(told["full_costs"] and told["offerings"] and told["offerings"]["count"]),
        f"/portfolio/v1/services/{mail['id']}/evidence",
        **YEAR,
    )
    assert (told["cost"]["cost"], told["full_costs"][0]["full_cost"]) == ("100.00", "130.00")
    assert told["offerings"]["needs_served"] == 1


async def test_a_need_leads_to_what_its_service_costs_and_to_where_each_part_is_shown(story: Journey) -> None:
    mail = await _allocated_mail(story)
    _, wanted = await offering(story.manager, mail)
    await story.manager.post("/portfolio/v1/reviews", {"service_id": mail["id"], **YEAR})
    told = await story.manager.until(
        lambda told: bool(told["services"][0]["full_cost"] and told["services"][0]["decisions"][0]["pending"]),
        f"/strategy/v1/needs/{wanted['id']}/value-chain",
        **YEAR,
    )
    (shown,) = told["services"]
    assert (shown["code"], shown["costs"][0]["cost"], shown["full_cost"]["full_cost"]) == ("mail", "100.00", "130.00")
    assert (shown["decisions"][0]["kind"], shown["decisions"][0]["state"]) == ("review", "open")
    links = [shown[name] for name in ("link", "evidence_link", "cost_link", "recovery_link", "performance_link")]
    links += [shown["full_cost"]["link"], *(part["link"] for part in (*shown["decisions"], *told["offerings"]))]
    links += [need["link"] for need in told["needs"]]
    for link in links:
        assert await story.manager.get(link)


async def test_a_consumer_sees_the_charges_of_its_own_unit_only(story: Journey) -> None:
    await open_books(story.manager)
    mail = await service(story.manager, "mail")
    await cost_object(story.manager, mail, chargeable=True)
    units = [await customer(story.manager, code) for code in ("a", "b")]
    for unit in units:
        await consumer(story.manager, unit)
        await subscribed(story.manager, mail, unit)
    await spend(story.manager, "mail", "100.00")
    plan = {"code": "use", "name": "By use", "cost_objects": {"codes": ["mail"]}}
    await story.manager.post("/finance/v1/charge-plans", plan)
    for _ in range(50):
        await story.manager.post("/finance/v1/charge-runs", {"plan": "use", **YEAR})
        charges = await story.manager.every("/finance/v1/charges")
        if len(charges) == 2:
            break
    async with story.as_role("consumer", units[0]["id"]) as own:
        seen = await own.every("/finance/v1/charges")
        assert [charge["consumer_id"] for charge in seen] == [units[0]["id"]]
        (other,) = [charge for charge in charges if charge["consumer_id"] != units[0]["id"]]
        with pytest.raises(Refused, match="404"):
            await own.get(f"/finance/v1/charges/{other['id']}")


async def test_an_auditor_may_read_everything_and_change_nothing_and_the_attempt_is_on_the_trail(
    story: Journey,
) -> None:
    async with story.as_role("auditor") as auditor:
        assert await auditor.every("/finance/v1/accounts") == []
        with pytest.raises(Refused, match="finance:account:write"):
            await auditor.post("/finance/v1/accounts", {"code": "1", "name": "A", "type": "asset"})
    database = Database(story.dsns["finance"], "finance")
    async with database.transaction() as session:
        denied = select(audit_trail.c.permission).where(audit_trail.c.outcome == "request.permission-missing")
        assert (await session.scalars(denied)).all() == ["finance:account:write"]
    await database.close()


async def test_one_correlation_id_goes_through_requests_and_facts(story: Journey) -> None:
    async with httpx.AsyncClient(base_url=story.address) as http:
        headers = {**await story.manager.bearer(), "X-Correlation-Id": "conversation-42"}
        body = {"code": "harbour", "name": "Harbour", "kind": "internal_unit"}
        answer = await http.post("/strategy/v1/customers", json=body, headers=headers)
    assert answer.status_code == 201
    feed = await story.manager.until(lambda feed: bool(feed["items"]), "/strategy/v1/events")
    assert {event["correlationid"] for event in feed["items"]} == {"conversation-42"}
