"""Retirement by the clock."""

from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services, made


async def test_what_is_due_retires_and_what_something_keeps_is_named(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    due, later = await services.retiring("due"), await services.retiring("later", retires_on="2026-12-01")
    kept = await services.operational("kept")
    subscription = made(await services.subscribe(kept, await services.customer()))
    made(await services.step(kept, "retirement-notice", retires_on="2026-03-01"))
    portfolio.clock.advance(days=45)

    outcome = made(await portfolio.client.post("/v1/retirements-due"))
    assert outcome["retired"] == [due["id"]]
    (blocked,) = outcome["blocked"]
    assert (blocked["service_id"], blocked["code"]) == (kept["id"], "kept")
    assert [blocker["link"] for blocker in blocked["blockers"]] == [f"/v1/subscriptions/{subscription['id']}"]
    assert (await services.read(due["id"]))["retired_on"] == "2026-03-01"
    assert (await services.read(later["id"]))["status"] == "retiring"

    again = made(await portfolio.client.post("/v1/retirements-due"))
    assert (again["retired"], len(again["blocked"])) == ([], 1)


async def test_services_that_use_one_another_retire_together(portfolio: ServiceUnderTest, services: Services) -> None:
    network, mail, portal = [await services.retiring(code) for code in ("network", "mail", "portal")]
    for user, used in ((mail, network), (portal, mail)):
        made(await services.use(user, used))
    portfolio.clock.advance(days=60)

    outcome = made(await portfolio.client.post("/v1/retirements-due"))
    assert outcome == {"retired": [portal["id"], mail["id"], network["id"]], "blocked": []}


async def test_a_service_stays_while_one_that_uses_it_must_stay(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    network, mail = await services.retiring("network"), await services.operational("mail")
    made(await services.use(mail, network))
    portfolio.clock.advance(days=60)
    outcome = made(await portfolio.client.post("/v1/retirements-due"))
    assert outcome["retired"] == []
    assert [blocker["kind"] for blocker in outcome["blocked"][0]["blockers"]] == ["dependant"]
