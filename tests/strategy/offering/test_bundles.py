"""Offerings that bundle offerings: no loops, launched only with their parts, gone when a part's service goes."""

import asyncio
from typing import Any

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps

BODY: dict[str, Any] = {"name": "B", "utility": "Both at once"}


async def bundled(steps: Steps, code: str, *parts: str, needs: list[Made] | None = None) -> Made:
    return await steps.drafted(code, services=[], needs=needs or [], bundle_codes=list(parts))


async def put(strategy: ServiceUnderTest, offering: Made, **content: Any) -> tuple[int, Made]:
    headers = {"If-Match": f'"{offering["version"]}"'}
    answer = await strategy.client.put(f"/v1/offerings/{offering['id']}", json={**BODY, **content}, headers=headers)
    return answer.status_code, answer.json()


async def launch(strategy: ServiceUnderTest, approved: Made) -> tuple[int, Made]:
    headers = {"If-Match": f'"{approved["version"]}"'}
    answer = await strategy.client.post(f"/v1/offerings/{approved['id']}/launch", headers=headers)
    return answer.status_code, answer.json()


async def test_an_offering_does_not_bundle_itself_at_any_depth(strategy: ServiceUnderTest, steps: Steps) -> None:
    a = await bundled(steps, "a")
    b = await bundled(steps, "b", "a")
    await bundled(steps, "c", "b")
    for part in ("a", "b", "c"):
        status, refused = await put(strategy, a, bundle_codes=[part])
        assert (status, refused["code"]) == (409, "strategy.offering.bundle-loop")
    assert (await put(strategy, b, bundle_codes=[]))[0] == 200
    assert (await put(strategy, a, bundle_codes=["b"]))[0] == 200
    assert await steps.listed("/offerings", "code", bundles="b") == ["a", "c"]


async def test_of_two_drafts_that_would_bundle_each_other_at_a_time_one_is_refused(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    for number in range(4):
        a, b = await bundled(steps, f"a{number}"), await bundled(steps, f"b{number}")
        answers = await asyncio.gather(
            put(strategy, a, bundle_codes=[b["code"]]), put(strategy, b, bundle_codes=[a["code"]])
        )
        assert sorted(status for status, _ in answers) == [200, 409]


async def test_what_is_bundled_must_exist(strategy: ServiceUnderTest, steps: Steps) -> None:
    draft = await bundled(steps, "a")
    assert (await put(strategy, draft, bundle_codes=["nothing"]))[0] == 404
    assert (await put(strategy, draft, bundle_codes=["x", "x"]))[0] == 422


async def test_a_bundle_is_launched_once_all_its_parts_are(strategy: ServiceUnderTest, steps: Steps) -> None:
    need, mail = await steps.need(await steps.customer("A")), await steps.service_known("mail")
    part = await steps.approved(await steps.drafted("part", services=[mail], needs=[need]))
    bundle = await steps.approved(await bundled(steps, "bundle", "part", needs=[need]))
    status, refused = await launch(strategy, bundle)
    assert status == 409
    assert refused["blockers"] == [
        {
            "kind": "offering-not-launched",
            "sentence": "The offering part, which it bundles, is not launched.",
            "link": "/v1/offerings?code=part",
        }
    ]
    await launch(strategy, part)
    status, launched = await launch(strategy, bundle)
    assert (status, launched["status"]) == (200, "launched")
    fact = (await strategy.announced("strategy.offering-launched.v1"))[-1]
    assert (fact.data["service_ids"], fact.data["bundle_codes"]) == ([], ["part"])


async def test_a_part_of_a_launched_bundle_is_not_withdrawn_but_may_be_revised(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    need, mail = await steps.need(await steps.customer("A")), await steps.service_known("mail")
    part = await steps.launched("part", services=[mail], needs=[need])
    bundle = await steps.approved(await bundled(steps, "bundle", "part", needs=[need]))
    await launch(strategy, bundle)
    path, body = f"/v1/offerings/{part['id']}/withdrawal", {"reason": "Old"}
    headers = {"If-Match": f'"{part["version"]}"'}
    refused = await strategy.client.post(path, json=body, headers=headers)
    assert (refused.status_code, [it["kind"] for it in refused.json()["blockers"]]) == (409, ["bundled"])
    draft = await steps.post(f"/offerings/{part['id']}/revisions", of=part)
    assert (await launch(strategy, await steps.approved(draft)))[1]["status"] == "launched"
    assert (await steps.get(f"/offerings/{bundle['id']}"))["status"] == "launched"


async def test_a_retired_service_takes_the_bundles_of_its_offerings_along(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    customer, mail, chat = (
        await steps.customer("A"),
        await steps.service_known("mail"),
        await steps.service_known("chat"),
    )
    lost, other, kept = [await steps.need(customer) for _ in range(3)]
    await steps.launched("part", services=[mail], needs=[lost])
    stays = await steps.launched("stays", services=[chat], needs=[kept])
    for code, parts in (("inner", ["part", "stays"]), ("outer", ["inner"])):
        approved = await steps.approved(await bundled(steps, code, *parts, needs=[other]))
        assert (await launch(strategy, approved))[0] == 200
    await steps.service_retired(mail, "mail")
    assert await steps.listed("/offerings", "code", status="launched") == ["stays"]
    assert await steps.listed("/offerings", "code", status="withdrawn") == ["inner", "outer", "part"]
    states = {need["id"]: need["state"] for need in (await steps.get("/needs"))["items"]}
    assert states == {lost["id"]: "reopened", other["id"]: "reopened", kept["id"]: "met"}
    assert (await steps.get(f"/offerings/{stays['id']}"))["status"] == "launched"


async def test_a_launch_of_a_bundle_beside_the_withdrawal_of_its_part_leaves_one_of_them(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    mail = await steps.service_known("mail")
    for number in range(4):
        need = await steps.need(await steps.customer(f"A{number}"))
        part = await steps.launched(f"part{number}", services=[mail], needs=[need])
        bundle = await steps.approved(await bundled(steps, f"bundle{number}", part["code"], needs=[need]))
        headers = {"If-Match": f'"{part["version"]}"'}
        path = f"/v1/offerings/{part['id']}/withdrawal"
        (status, _), withdrawal = await asyncio.gather(
            launch(strategy, bundle), strategy.client.post(path, json={"reason": "Old"}, headers=headers)
        )
        assert sorted([status, withdrawal.status_code]) == [200, 409]
