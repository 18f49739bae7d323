"""What strategy learns about the market reaches those who plan and pay: expected demand, and who is served."""

from standalone.client import Json
from tests.journeys.conftest import Journey
from tests.journeys.organization import cost_object, customer, offering, service


async def counted(story: Journey, pattern: Json, *quantities: str) -> None:
    for month, quantity in enumerate(quantities, start=1):
        path = f"/strategy/v1/demand-patterns/{pattern['id']}/volumes/2025-{month:02}-01"
        await story.manager.put(path, {"quantity": quantity})


async def test_expected_demand_becomes_a_driver_in_finance_and_evidence_in_the_portfolio(story: Journey) -> None:
    mail, harbour = await service(story.manager, "mail"), await customer(story.manager, "harbour")
    await cost_object(story.manager, mail)
    known = {"code": "mail", "stage": "operational"}
    await story.manager.until(lambda page: bool(page["items"]), "/strategy/v1/known-services", **known)
    asked = {"code": "mailboxes", "name": "Mailboxes", "unit": "mailboxes", "service_id": mail["id"]}
    for code, asker in (("mailboxes", {}), ("mailboxes-harbour", {"customer_id": harbour["id"]})):
        said = {**asked, **asker, "code": code, "driver": "mailboxes"}
        pattern = await story.manager.post("/strategy/v1/demand-patterns", said)
        await counted(story, pattern, "10", "20", "30")
        told = await story.manager.post(
            f"/strategy/v1/demand-patterns/{pattern['id']}/forecasts", {"months": 2, "method": "linear"}
        )
        assert [volume["quantity"] for volume in told["volumes"]] == ["40.000000", "50.000000"]
    drivers = await story.manager.until(lambda page: bool(page["items"]), "/finance/v1/drivers")
    path = f"/finance/v1/drivers/{drivers['items'][0]['id']}/quantities"
    quantities = await story.manager.until(lambda page: len(page["items"]) == 10, path, dated_from="2025-01-01")
    assert {item["target_kind"] for item in quantities["items"]} == {"cost_object", "consumer"}
    demand = await story.manager.until(
        lambda page: len(page["items"]) == 2, "/portfolio/v1/known-demands", service_id=mail["id"]
    )
    assert {item["change"] for item in demand["items"]} == {"0.8000"}  # from 20 + 30 to 40 + 50


async def test_the_portfolio_knows_which_needs_and_services_are_served(story: Journey) -> None:
    mail = await service(story.manager, "mail")
    _, wanted = await offering(story.manager, mail)
    for subject in (mail, wanted):
        await story.manager.until(
            lambda page: [item["coverage_class"] for item in page["items"]] == ["served"],
            "/portfolio/v1/known-coverages",
            subject_id=subject["id"],
        )
