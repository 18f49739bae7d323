"""A service is aligned as far as it serves the objectives in force; every change of its score is announced."""

import asyncio
from typing import Any
from uuid import UUID

from chassis.chores import carry_out
from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps

ALIGNED = "strategy.objective-aligned.v1"


async def told(strategy: ServiceUnderTest, id: UUID) -> list[str | None]:
    return [fact.data["score"] for fact in await strategy.announced(ALIGNED) if fact.data["service_id"] == str(id)]


async def by_calendar(strategy: ServiceUnderTest) -> None:
    for chore in strategy.manifest.chores:
        await carry_out(chore, strategy.database, strategy.clock())


async def test_the_score_is_strength_by_weight_over_the_weight_of_all_in_force(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    mail = await steps.service_known("mail")
    heavy, light = await steps.objective("heavy", weight="3"), await steps.objective("light", weight="1")
    await steps.objective("over", weight="9", ends_on="2026-01-15")
    await steps.objective("heading", weight="0")
    await steps.aligned(heavy, "0.5", service_id=mail)
    await steps.aligned(light, "1", service_id=mail)
    [score] = (await steps.get("/alignment-scores"))["items"]
    assert score == {
        "id": str(mail),
        "code": "mail",
        "name": "mail",
        "score": "0.625000",
        "weighted": "2.5",
        "weight": "4",
        "objectives": 2,
    }
    first, last = (await strategy.announced(ALIGNED))[0], (await strategy.announced(ALIGNED))[-1]
    assert first.data == {"service_id": str(mail), "score": "0.375000", "objectives": 1, "as_of": "2026-01-15"}
    assert (last.data["score"], last.data["objectives"], last.sequence) == ("0.625000", 2, 2)


async def test_a_third_is_rounded_once_and_half_up(steps: Steps) -> None:
    mail = await steps.service_known("mail")
    one = await steps.objective("one", weight="2")
    await steps.objective("other", weight="1")
    await steps.aligned(one, "1", service_id=mail)
    assert await steps.listed("/alignment-scores", "score") == ["0.666667"]


async def test_what_another_objective_weighs_changes_the_scores_of_all(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    one = await steps.objective("one")
    for service in (mail, chat):
        await steps.aligned(one, "1", service_id=service)
    other = await steps.objective("other")
    said = {name: other[name] for name in ("name", "perspective", "owner", "starts_on")}
    await steps.put(f"/objectives/{other['id']}", {**said, "weight": "3"}, of=other)
    for service in (mail, chat):
        assert await told(strategy, service) == ["1.000000", "0.500000", "0.250000"]


async def test_what_changes_no_score_announces_nothing(strategy: ServiceUnderTest, steps: Steps) -> None:
    mail = await steps.service_known("mail")
    link = await steps.aligned(await steps.objective("one"), "0.5", service_id=mail)
    await steps.put(f"/alignments/{link['id']}", {"strength": "0.5", "note": "Agreed."}, of=link)
    await steps.objective("heading", weight="0")
    await by_calendar(strategy)
    assert await told(strategy, mail) == ["0.500000"]


async def test_the_calendar_begins_and_ends_alignments(strategy: ServiceUnderTest, steps: Steps) -> None:
    mail = await steps.service_known("mail")
    one = await steps.objective("one", ends_on="2026-01-20")
    await steps.objective("other", starts_on="2026-01-17")
    await steps.aligned(one, "1", service_id=mail)
    for _ in range(6):
        strategy.clock.advance(days=1)
        await by_calendar(strategy)
    assert await told(strategy, mail) == ["1.000000", "0.500000", None]


async def test_a_removed_alignment_leaves_no_score_which_is_not_zero(strategy: ServiceUnderTest, steps: Steps) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    one = await steps.objective("one")
    link = await steps.aligned(one, "1", service_id=mail)
    await steps.aligned(one, "0", service_id=chat)
    removed = await strategy.client.delete(f"/v1/alignments/{link['id']}", headers={"If-Match": '"1"'})
    assert removed.status_code == 204
    assert (await told(strategy, mail), await told(strategy, chat)) == (["1.000000", None], ["0.000000"])


async def test_alignments_at_one_moment_end_in_the_score_of_all(strategy: ServiceUnderTest, steps: Steps) -> None:
    mail = await steps.service_known("mail")
    objectives = [await steps.objective(f"o{number}") for number in range(4)]
    await asyncio.gather(*(steps.aligned(each, "1", service_id=mail) for each in objectives))
    assert await told(strategy, mail) == ["0.250000", "0.500000", "0.750000", "1.000000"]


async def test_one_pair_is_aligned_once_at_a_time(strategy: ServiceUnderTest, steps: Steps) -> None:
    mail, one = await steps.service_known("mail"), await steps.objective("one")
    first = await steps.aligned(one, "0.2", service_id=mail, ends_on="2025-07-01")
    body = {"objective_id": one["id"], "service_id": str(mail), "strength": "1"}
    refused = await strategy.client.post("/v1/alignments", json={**body, "starts_on": "2025-06-30"})
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.alignment.overlaps")
    assert refused.json()["existing_id"] == first["id"]
    await steps.post("/alignments", {**body, "starts_on": "2025-07-01"})
    longer = await strategy.client.put(
        f"/v1/alignments/{first['id']}", json={"strength": "1"}, headers={"If-Match": '"1"'}
    )
    assert longer.json()["code"] == "strategy.alignment.overlaps"
    assert await steps.listed("/alignments", "strength", as_of="2025-06-30") == ["0.2"]

    async def again() -> int:
        return (
            await strategy.client.post(
                "/v1/alignments", json={**body, "starts_on": "2024-01-01", "ends_on": "2024-02-01"}
            )
        ).status_code

    assert sorted(await asyncio.gather(*(again() for _ in range(4)))) == [201, 409, 409, 409]


async def test_only_known_living_services_are_aligned_and_with_one_target(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    gone, one = await steps.service_known("gone"), await steps.objective("one")
    await steps.service_retired(gone, "gone")

    async def refused(**more: Any) -> tuple[int, str]:
        body = {"objective_id": one["id"], "strength": "1", "starts_on": "2025-01-01", **more}
        answer = await strategy.client.post("/v1/alignments", json=body)
        return answer.status_code, answer.json()["code"]

    assert await refused(service_id=str(gone)) == (409, "strategy.alignment.retired")
    assert await refused(service_id=str(uuid7())) == (404, "request.no-such-resource")
    assert await refused() == (422, "strategy.alignment.not-one-target")
    offering, mail = await steps.drafted("desk", services=[], needs=[]), await steps.service_known("mail")
    both = {"service_id": str(mail), "offering_id": offering["id"]}
    assert await refused(**both) == (422, "strategy.alignment.not-one-target")
    assert await refused(service_id=str(mail), strength="1.1") == (422, "request.invalid")
    backwards = await refused(service_id=str(mail), ends_on="2025-01-01")
    assert backwards == (422, "strategy.alignment.ends-before-it-starts")


async def test_initiatives_and_offerings_have_scores_too_but_announce_none(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    one: Made = await steps.objective("one", weight="4")
    await steps.objective("other", weight="1")
    initiative = await steps.initiative("portal")
    offering = await steps.drafted("desk", services=[], needs=[])
    await steps.aligned(one, "0.25", initiative_id=initiative["id"])
    await steps.aligned(one, "1", offering_id=offering["id"])
    assert await steps.listed("/alignment-scores", "score", of="initiative") == ["0.200000"]
    assert await steps.listed("/alignment-scores", "score", of="offering") == ["0.800000"]
    assert await strategy.announced(ALIGNED) == []


async def test_scores_are_listed_the_highest_first_page_by_page(steps: Steps) -> None:
    one = await steps.objective("one")
    for code, strength in (("a", "0.5"), ("b", "1"), ("c", "0.25"), ("d", "0.5")):
        await steps.aligned(one, strength, service_id=await steps.service_known(code))
    first = await steps.get("/alignment-scores", sort="-score", limit=2)
    rest = await steps.get("/alignment-scores", sort="-score", limit=2, cursor=first["next_cursor"])
    assert [it["code"] for it in first["items"] + rest["items"]] == ["b", "d", "a", "c"]
    assert rest["next_cursor"] is None
