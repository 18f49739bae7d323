"""Services retire by the clock, and stay as long as something keeps them."""

from typing import Any
from uuid import UUID

from chassis.chores import carry_out
from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from portfolio.app import manifest
from tests.portfolio.services import WAIVER, Services, made, refused

(RETIRE,) = [chore for chore in manifest.chores if chore.name == "retire services"]


async def tick(portfolio: ServiceUnderTest) -> None:
    assert await carry_out(RETIRE, portfolio.database, portfolio.clock()) is False


async def charged(
    portfolio: ServiceUnderTest, service: dict[str, Any], until: str, *, replaces: UUID | None = None
) -> UUID:
    """Finance has issued charges for the service, from 2026-01-01 on."""
    run, line = uuid7(), {"cost_object_code": service["code"], "service_id": service["id"], "amount": "10.00"}
    await portfolio.deliver(
        "finance.charge-issued.v1",
        {
            "charge_run_id": str(run),
            "replaces_charge_run_id": str(replaces) if replaces else None,
            "starts_on": "2026-01-01",
            "ends_on": until,
            "currency": "CAD",
            "services": [line],
        },
    )
    return run


async def test_the_end_comes_on_its_day_without_anybody_asking(portfolio: ServiceUnderTest, services: Services) -> None:
    network, mail, kept = [
        await services.retiring(code, retires_on="2026-02-01") for code in ("network", "mail", "kept")
    ]
    made(await services.use(mail, network))
    portal = await services.operational("portal")
    made(await services.use(portal, kept))
    portfolio.clock.advance(days=16)
    await tick(portfolio)
    assert (await services.read(mail["id"]))["status"] == "retiring"

    portfolio.clock.advance(days=1)
    await tick(portfolio)
    await tick(portfolio)
    for service in (network, mail):
        retired = await services.read(service["id"])
        assert (retired["status"], retired["retired_on"]) == ("retired", "2026-02-01")
    assert (await services.read(kept["id"]))["status"] == "retiring"
    facts = await portfolio.announced("portfolio.service-retired.v1")
    assert sorted((fact.data["code"], fact.actor) for fact in facts) == [("mail", "clock"), ("network", "clock")]
    listed = made(await portfolio.client.get(f"/v1/services/{mail['id']}/history"))["items"]
    assert (listed[-1]["by"], listed[-1]["reason"]) == ("clock", "The notice has run out.")


async def test_days_of_use_that_are_not_charged_keep_a_service_that_is_charged(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    made(await services.subscribe(mail, await services.customer(), ends_on="2026-02-01"))
    run = await charged(portfolio, mail, "2026-01-15")
    made(await services.step(mail, "retirement-notice", retires_on="2026-02-01"))
    portfolio.clock.advance(days=20)
    await tick(portfolio)

    blockers = refused(await services.step(mail, "retirement"), 409, "portfolio.service.blocked")["blockers"]
    assert [(blocker["kind"], blocker["sentence"]) for blocker in blockers] == [
        ("charge", "It was used until 2026-02-01, and is charged until 2026-01-15.")
    ]
    made(await portfolio.client.get(blockers[0]["link"]))
    await charged(portfolio, mail, "2026-02-01", replaces=run)
    await tick(portfolio)
    assert (await services.read(mail["id"]))["status"] == "retired"


async def test_what_is_not_charged_is_waived_by_somebody_and_nothing_else_is(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail, portal = await services.operational("mail"), await services.operational("portal")
    link = made(await services.use(portal, mail))
    made(await services.subscribe(mail, await services.customer(), ends_on="2026-02-01"))
    await charged(portfolio, mail, "2026-01-15")
    made(await services.step(mail, "retirement-notice", retires_on="2026-02-01"))
    portfolio.clock.advance(days=20)
    answer = await services.step(mail, "retirement", waiver=WAIVER)
    blockers = refused(answer, 409, "portfolio.service.blocked")["blockers"]
    assert [blocker["kind"] for blocker in blockers] == ["dependant"]
    await portfolio.client.delete(f"/v1/dependencies/{link['id']}", headers={"If-Match": '"1"'})
    assert made(await services.step(mail, "retirement", waiver=WAIVER))["status"] == "retired"
    last = made(await portfolio.client.get(f"/v1/services/{mail['id']}/history"))["items"][-1]
    assert (last["evidence"], last["waived_by"]) == (WAIVER["reason"], WAIVER["approver"])


async def test_charges_that_were_replaced_do_not_count(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.operational("mail")
    made(await services.subscribe(mail, await services.customer(), ends_on="2026-02-01"))
    await charged(portfolio, mail, "2026-01-15", replaces=await charged(portfolio, mail, "2026-02-01"))
    made(await services.step(mail, "retirement-notice", retires_on="2026-02-01"))
    portfolio.clock.advance(days=20)
    blockers = refused(await services.step(mail, "retirement"), 409, "portfolio.service.blocked")["blockers"]
    assert [blocker["kind"] for blocker in blockers] == ["charge"]


async def test_a_service_that_nobody_is_charged_for_is_not_kept_by_charges(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    made(await services.subscribe(mail, await services.customer(), ends_on="2026-02-01"))
    made(await services.step(mail, "retirement-notice", retires_on="2026-02-01"))
    portfolio.clock.advance(days=17)
    await tick(portfolio)
    assert (await services.read(mail["id"]))["status"] == "retired"
