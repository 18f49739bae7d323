"""An initiative is executed only when every mandatory condition is met, or waived by somebody with that right."""

import asyncio

import pytest

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps


async def prepared(steps: Steps, code: str = "portal") -> Made:
    initiative = await steps.initiative(code)
    await steps.step(initiative, "approval", funding="Plan 2026")
    return await steps.step(initiative, "preparation")


async def condition(steps: Steps, initiative: Made, name: str, *, mandatory: bool = True) -> Made:
    body = {"name": name, "mandatory": mandatory}
    return await steps.post(f"/initiatives/{initiative['id']}/readiness-conditions", body)


async def met(steps: Steps, made: Made) -> Made:
    return await steps.put(f"/readiness-conditions/{made['id']}/evidence", {"evidence": "Signed."}, of=made)


async def refused(strategy: ServiceUnderTest, steps: Steps, initiative: Made, noun: str) -> Made:
    read = await steps.get(f"/initiatives/{initiative['id']}")
    headers = {"If-Match": f'"{read["version"]}"'}
    path = f"/v1/initiatives/{initiative['id']}/{noun}"
    answer = await strategy.client.post(path, json={"reason": "Now."}, headers=headers)
    assert answer.status_code == 409, answer.text
    told: Made = answer.json()
    return told


async def test_the_refusal_lists_each_unmet_condition(strategy: ServiceUnderTest, steps: Steps) -> None:
    initiative = await prepared(steps)
    training, privacy = [await condition(steps, initiative, name) for name in ("Training", "Privacy")]
    await condition(steps, initiative, "Party", mandatory=False)
    await met(steps, await condition(steps, initiative, "Funding"))
    told = await refused(strategy, steps, initiative, "readiness")
    assert told["code"] == "strategy.initiative.not-ready"
    assert told["blockers"] == [
        {
            "name": made["name"],
            "sentence": f"“{made['name']}” is neither met nor waived.",
            "link": f"/v1/readiness-conditions/{made['id']}",
        }
        for made in (privacy, training)
    ]
    shown = await steps.get(f"/initiatives/{initiative['id']}/readiness")
    assert (shown["ready"], shown["conditions"], shown["satisfied"], len(shown["blockers"])) == (False, 4, 1, 2)


async def test_a_gate_without_a_mandatory_condition_lets_nobody_through(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    initiative = await prepared(steps)
    await met(steps, await condition(steps, initiative, "Party", mandatory=False))
    told = await refused(strategy, steps, initiative, "readiness")
    assert [blocker["name"] for blocker in told["blockers"]] == ["no mandatory condition"]


async def test_met_and_waived_conditions_open_the_gate_and_the_waived_are_announced(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    initiative = await prepared(steps)
    await met(steps, await condition(steps, initiative, "Training"))
    privacy = await condition(steps, initiative, "Privacy")
    waived = await steps.post(
        f"/readiness-conditions/{privacy['id']}/waiver", {"reason": "No personal data."}, of=privacy
    )
    assert (waived["waiver_reason"], waived["waived_by"]) == ("No personal data.", "tester")
    assert (await steps.step(initiative, "readiness"))["status"] == "ready"
    started = await steps.step(initiative, "start")
    assert (started["status"], started["started_on"]) == ("executing", "2026-01-15")
    [ready] = await strategy.announced("strategy.initiative-ready.v1")
    assert (ready.data["waived"], ready.data["ready_on"]) == (["Privacy"], "2026-01-15")
    assert len(await strategy.announced("strategy.initiative-started.v1")) == 1


async def test_only_who_has_that_right_waives(strategy: ServiceUnderTest, steps: Steps) -> None:
    privacy = await condition(steps, await prepared(steps), "Privacy")
    path, headers = f"/v1/readiness-conditions/{privacy['id']}/waiver", {"If-Match": '"1"'}
    async with strategy.as_caller("strategy:initiative:write", "strategy:initiative:approve") as writer:
        answer = await writer.post(path, json={"reason": "Later."}, headers=headers)
        assert (answer.status_code, answer.json()["permission"]) == (403, "strategy:initiative:waive")
    async with strategy.as_caller("strategy:initiative:waive", subject="the board") as board:
        answer = await board.post(path, json={"reason": "Later."}, headers=headers)
        assert (answer.status_code, answer.json()["waived_by"]) == (200, "the board")


async def test_what_is_met_or_optional_takes_no_waiver(strategy: ServiceUnderTest, steps: Steps) -> None:
    initiative = await prepared(steps)
    done = await met(steps, await condition(steps, initiative, "Training"))
    party = await condition(steps, initiative, "Party", mandatory=False)
    for made, code in ((done, "already-met"), (party, "not-mandatory")):
        headers = {"If-Match": f'"{made["version"]}"'}
        path = f"/v1/readiness-conditions/{made['id']}/waiver"
        answer = await strategy.client.post(path, json={"reason": "Later."}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, f"strategy.readiness-condition.{code}")


async def test_evidence_that_is_taken_back_closes_the_gate_before_the_start(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    initiative = await prepared(steps)
    training = await met(steps, await condition(steps, initiative, "Training"))
    await steps.step(initiative, "readiness")
    await steps.post(f"/readiness-conditions/{training['id']}/retraction", of=training)
    told = await refused(strategy, steps, initiative, "start")
    assert [blocker["name"] for blocker in told["blockers"]] == ["Training"]


async def test_an_initiative_starts_once_those_that_it_waits_for_are_completed(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    first, second = await prepared(steps, "first"), await prepared(steps, "second")
    for initiative in (first, second):
        await met(steps, await condition(steps, initiative, "Training"))
        await steps.step(initiative, "readiness")
    await steps.post("/initiative-dependencies", {"initiative_id": second["id"], "needs_id": first["id"]})
    told = await refused(strategy, steps, second, "start")
    assert [blocker["sentence"] for blocker in told["blockers"]] == ["The initiative first is ready, not completed."]
    for noun in ("start", "completion"):
        await steps.step(first, noun)
    assert (await steps.step(second, "start"))["status"] == "executing"


async def test_a_start_beside_a_retraction_leaves_one_story(strategy: ServiceUnderTest, steps: Steps) -> None:
    """Either it started on evidence that was there, or the evidence went first and it did not start."""
    for number in range(5):
        initiative = await prepared(steps, f"i{number}")
        training = await met(steps, await condition(steps, initiative, "Training"))
        ready = await steps.step(initiative, "readiness")
        start, retract = (
            f"/v1/initiatives/{initiative['id']}/start",
            f"/v1/readiness-conditions/{training['id']}/retraction",
        )
        started, retracted = await asyncio.gather(
            strategy.client.post(start, json={"reason": "Go."}, headers={"If-Match": f'"{ready["version"]}"'}),
            strategy.client.post(retract, headers={"If-Match": f'"{training["version"]}"'}),
        )
        assert retracted.status_code == 200
        read = await steps.get(f"/initiatives/{initiative['id']}")
        assert (started.status_code, read["status"]) in ((200, "executing"), (409, "ready"))


async def test_of_two_starts_at_once_one_is_too_late(strategy: ServiceUnderTest, steps: Steps) -> None:
    initiative = await prepared(steps)
    await met(steps, await condition(steps, initiative, "Training"))
    ready = await steps.step(initiative, "readiness")
    path, headers = f"/v1/initiatives/{initiative['id']}/start", {"If-Match": f'"{ready["version"]}"'}
    answers = await asyncio.gather(
        *(strategy.client.post(path, json={"reason": "Go."}, headers=headers) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert len(await strategy.announced("strategy.initiative-started.v1")) == 1


@pytest.mark.parametrize("noun", ["start", "completion", "resumption", "readiness", "preparation", "hold"])
async def test_a_draft_takes_no_step_before_it_is_approved(strategy: ServiceUnderTest, steps: Steps, noun: str) -> None:
    told = await refused(strategy, steps, await steps.initiative("portal"), noun)
    assert told["code"] == "strategy.initiative.wrong-status"


async def test_an_initiative_on_hold_returns_to_where_it_was(strategy: ServiceUnderTest, steps: Steps) -> None:
    initiative = await prepared(steps)
    held = await steps.step(initiative, "hold")
    assert (held["status"], held["held_from"]) == ("on_hold", "in_preparation")
    assert (await refused(strategy, steps, initiative, "readiness"))["code"] == "strategy.initiative.wrong-status"
    back = await steps.step(initiative, "resumption")
    assert (back["status"], back["held_from"]) == ("in_preparation", None)
    history = (await steps.get(f"/initiatives/{initiative['id']}/history"))["items"]
    assert [(it["left"], it["reached"]) for it in history] == [
        ("draft", "approved"),
        ("approved", "in_preparation"),
        ("in_preparation", "on_hold"),
        ("on_hold", "in_preparation"),
    ]
    assert {it["taken_by"] for it in history} == {"tester"}


async def test_its_life_is_announced_from_its_opening_to_its_end(strategy: ServiceUnderTest, steps: Steps) -> None:
    initiative = await prepared(steps)
    said = {"name": "New portal", "owner": "Head of digital", "starts_on": "2026-02-01"}
    read = await steps.put(f"/initiatives/{initiative['id']}", said, of=initiative)
    await steps.put(f"/initiatives/{initiative['id']}", {**said, "owner": "Another"}, of=read)
    await met(steps, await condition(steps, initiative, "Training"))
    for noun in ("readiness", "start", "completion"):
        await steps.step(initiative, noun)
    facts = [fact for fact in await strategy.announced() if fact.subject == initiative["id"]]
    assert [fact.type.split(".")[1] for fact in facts] == [
        f"initiative-{fact}" for fact in ("opened", "changed", "ready", "started", "completed")
    ]
    assert [fact.sequence for fact in facts] == [1, 2, 3, 4, 5]
    assert (facts[0].data["opened_on"], facts[1].data["name"]) == ("2026-01-15", "New portal")
    assert (await refused(strategy, steps, initiative, "cancellation"))["code"] == "strategy.initiative.wrong-status"
    answer = await strategy.client.post(f"/v1/initiatives/{initiative['id']}/readiness-conditions", json={"name": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "strategy.initiative.ended")
