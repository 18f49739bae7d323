"""Steps of a service's life over HTTP: gates, history, and what others hear."""

import asyncio

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.services import WAIVER, Services, made, refused


async def test_a_service_goes_from_proposal_to_the_catalog_and_others_hear_of_it(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    service = await services.operational("mail")

    assert (service["stage"], service["status"], service["launched_on"]) == ("catalog", "operational", "2026-01-15")
    assert [fact.type.split(".")[1] for fact in await portfolio.announced()] == [
        "service-proposed",
        "service-approved",
        "service-chartered",
        "service-launched",
    ]
    assert (await portfolio.announced("portfolio.service-launched.v1"))[0].data == {
        "service_id": service["id"],
        "code": "mail",
        "name": "Mail",
        "kind": "customer_facing",
        "launched_on": "2026-01-15",
    }


async def test_a_refused_launch_lists_every_blocker_and_leaves_the_service_where_it_was(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    network = await services.proposed("network")
    mail = await services.up_to(await services.proposed("mail", owner=None), "development")
    made(await services.use(mail, network))

    blockers = refused(await services.step(mail, "launch"), 409, "portfolio.service.blocked")["blockers"]
    assert [(blocker["kind"], blocker["link"]) for blocker in blockers] == [
        ("owner", f"/v1/services/{mail['id']}"),
        ("service_level", f"/v1/service-levels?service_id={mail['id']}"),
        ("dependency", f"/v1/services/{network['id']}"),
    ]
    for blocker in blockers:
        made(await portfolio.client.get(blocker["link"]))
    assert (await services.read(mail["id"]))["status"] == "in_development"
    assert await portfolio.announced("portfolio.service-launched.v1") == []


async def test_a_refused_retirement_lists_every_blocker(portfolio: ServiceUnderTest, services: Services) -> None:
    network, mail = await services.operational("network"), await services.operational("mail")
    made(await services.use(mail, network))
    subscription = made(await services.subscribe(network, await services.customer()))
    made(await services.step(network, "retirement-notice", retires_on="2026-02-01"))

    blockers = refused(await services.step(network, "retirement"), 409, "portfolio.service.blocked")["blockers"]
    assert [(blocker["kind"], blocker["link"]) for blocker in blockers] == [
        ("notice", f"/v1/services/{network['id']}"),
        ("dependant", f"/v1/services/{mail['id']}"),
        ("subscription", f"/v1/subscriptions/{subscription['id']}"),
    ]
    for blocker in blockers:
        made(await portfolio.client.get(blocker["link"]))


async def test_a_service_without_anything_in_the_way_retires_and_is_announced_with_its_replacement(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail, chat = await services.operational("mail"), await services.operational("chat")
    notice = await services.step(mail, "retirement-notice", retires_on="2026-02-01", replacement_id=chat["id"])
    assert made(notice)["status"] == "retiring"
    assert (await portfolio.announced("portfolio.service-retiring.v1"))[0].data == {
        "service_id": mail["id"],
        "code": "mail",
        "retires_on": "2026-02-01",
        "replacement_id": chat["id"],
    }
    portfolio.clock.advance(days=20)
    retired = made(await services.step(mail, "retirement"))
    assert (retired["stage"], retired["retired_on"]) == ("retired", "2026-02-04")
    assert (await portfolio.announced("portfolio.service-retired.v1"))[0].data == {
        "service_id": mail["id"],
        "code": "mail",
        "name": "Mail",
        "kind": "customer_facing",
        "retired_on": "2026-02-04",
        "replacement_id": chat["id"],
    }


async def test_an_ended_subscription_does_not_keep_a_service(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.operational("mail")
    made(await services.subscribe(mail, await services.customer(), ends_on="2026-02-01"))
    made(await services.step(mail, "retirement-notice", retires_on="2026-01-20"))
    portfolio.clock.advance(days=10)
    refused(await services.step(mail, "retirement"), 409, "portfolio.service.blocked")
    portfolio.clock.advance(days=7)
    made(await services.step(mail, "retirement"))


async def test_a_notice_is_called_off_until_the_service_is_retired(services: Services) -> None:
    mail = await services.retiring("mail")
    back = made(await services.step(mail, "retirement-notice/cancellation"))
    assert (back["status"], back["retires_on"]) == ("operational", None)
    refused(await services.step(mail, "retirement-notice/cancellation"), 409, "portfolio.service.step-not-possible")


async def test_a_gate_opens_by_evidence_or_by_a_waiver_never_by_both(services: Services) -> None:
    mail = await services.up_to(await services.proposed("mail"), "approval")
    refused(await services.step(mail, "charter", waiver=None), 409, "portfolio.service.blocked")
    refused(await services.step(mail, "charter", waiver=WAIVER, funding="2026"), 422, "request.invalid")
    made(await services.step(mail, "charter", waiver=WAIVER))
    last = (await history(services, mail["id"]))[-1]
    assert (last["evidence"], last["waived_by"]) == ("Ordered by law", "Chief information officer")


async def history(services: Services, id: str) -> list[dict[str, str]]:
    listed = made(await services.portfolio.client.get(f"/v1/services/{id}/history"))
    steps: list[dict[str, str]] = listed["items"]
    return steps


async def test_every_step_is_kept_with_who_when_why_and_evidence(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail", reason="Asked for by the regions")
    portfolio.clock.advance(hours=1)
    mail = await services.up_to(mail, "approval")
    made(await services.step(mail, "hold"))
    made(await services.step(mail, "resumption"))

    kept = await history(services, mail["id"])
    assert [(step["step"], step["from_status"], step["to_status"]) for step in kept] == [
        ("proposal", None, "proposed"),
        ("definition", "proposed", "defined"),
        ("analysis", "defined", "analyzed"),
        ("approval", "analyzed", "approved"),
        ("hold", "approved", "on_hold"),
        ("resumption", "on_hold", "approved"),
    ]
    assert kept[0] == {
        "step": "proposal",
        "from_status": None,
        "to_status": "proposed",
        "at": "2026-01-15T12:00:00Z",
        "by": "tester",
        "reason": "Asked for by the regions",
        "evidence": None,
        "waived_by": None,
        "ended": [],
    }
    assert (kept[3]["evidence"], kept[3]["waived_by"]) == ("Ordered by law", "Chief information officer")
    assert kept[3]["at"] == "2026-01-15T13:00:00Z"


async def test_as_of_shows_where_a_service_stood(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.proposed("mail")
    portfolio.clock.advance(days=1)
    made(await services.step(mail, "definition"))
    portfolio.clock.advance(days=1)
    made(await services.step(mail, "hold"))

    async def status(as_of: str) -> str:
        return str((await services.read(mail["id"], as_of=as_of))["status"])

    assert await status("2026-01-15") == "proposed"
    assert await status("2026-01-16T11:59:59.999999Z") == "proposed"
    assert await status("2026-01-16T12:00:00Z") == "defined"
    assert await status("2026-01-16T08:00:00-04:00") == "defined"
    assert await status("2026-01-16") == "defined"
    assert await status("2030-01-01") == "on_hold"
    answer = await portfolio.client.get(f"/v1/services/{mail['id']}", params={"as_of": "2026-01-14"})
    refused(answer, 404, "request.no-such-resource")


async def test_a_list_as_of_a_day_filters_by_where_services_stood_then(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    portfolio.clock.advance(days=1)
    await services.proposed("chat")
    made(await services.step(mail, "retirement-notice", retires_on="2026-02-01"))

    async def standing(**asked: str) -> list[tuple[str, str]]:
        listed = made(await portfolio.client.get("/v1/services", params={"include": "total", **asked}))
        assert listed["total"] == len(listed["items"])
        return [(service["code"], service["status"]) for service in listed["items"]]

    assert await standing(as_of="2026-01-15") == [("mail", "operational")]
    assert await standing(as_of="2026-01-16") == [("chat", "proposed"), ("mail", "retiring")]
    assert await standing(as_of="2026-01-15", status="retiring") == []
    assert await standing(as_of="2026-01-15", stage="catalog") == [("mail", "operational")]
    assert await standing(as_of="2020-01-01") == []


@pytest.mark.parametrize("as_of", ["yesterday", "2026-01-15T12:00:00", "2026-13-01", "1700000000", "9999-12-31"])
async def test_an_unclear_as_of_is_refused(portfolio: ServiceUnderTest, as_of: str) -> None:
    refused(await portfolio.client.get("/v1/services", params={"as_of": as_of}), 422, "request.invalid")


async def test_of_two_launches_at_one_version_one_happens(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.proposed("mail")
    await services.level(mail)
    mail = await services.up_to(mail, "development")
    answers = await asyncio.gather(
        *(
            portfolio.client.post(
                f"/v1/services/{mail['id']}/launch",
                json={"reason": "Go"},
                headers={"If-Match": f'"{mail["version"]}"'},
            )
            for _ in range(2)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(await portfolio.announced("portfolio.service-launched.v1")) == 1


async def test_a_launch_and_the_retirement_of_what_it_uses_do_not_both_happen(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    network = await services.retiring("network", retires_on="2026-01-16")
    mail = await services.proposed("mail")
    await services.level(mail)
    made(await services.use(mail, network))
    made(await services.step(network, "retirement-notice/cancellation"))
    mail = await services.up_to(mail, "development")
    made(await services.step(network, "retirement-notice", retires_on="2026-01-16"))
    portfolio.clock.advance(days=1)

    await asyncio.gather(services.step(mail, "launch"), services.step(network, "retirement"))
    standing = [(await services.read(service["id"]))["status"] for service in (mail, network)]
    assert standing != ["operational", "retired"]


@pytest.mark.parametrize("step", ["approval", "charter", "launch", "retirement"])
async def test_a_special_step_needs_its_own_permission(
    portfolio: ServiceUnderTest, services: Services, step: str
) -> None:
    mail = await services.proposed("mail")
    async with portfolio.as_caller("portfolio:service:write") as writer:
        answer = await writer.post(
            f"/v1/services/{mail['id']}/{step}", json={"reason": "Go"}, headers={"If-Match": '"1"'}
        )
        refused(answer, 403, "request.permission-missing")


async def test_a_replacement_must_exist(services: Services) -> None:
    mail = await services.operational("mail")
    answer = await services.step(mail, "retirement-notice", retires_on="2026-02-01", replacement_id=str(uuid7()))
    refused(answer, 404, "request.no-such-resource")
