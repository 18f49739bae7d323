"""First steps that tests of strategy reviews share."""

from typing import Any

from tests.strategy.conftest import Made, Steps
from tests.strategy.initiative.test_gate import condition, met, prepared


class Reviews:
    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    async def take(self, name: str = "Second quarter") -> Made:
        return await self.steps.post("/strategy-reviews", {"name": name})

    async def snapshot(self) -> Made:
        taken = await self.take()
        snapshot: Made = (await self.steps.get(f"/strategy-reviews/{taken['id']}"))["snapshot"]
        return snapshot

    async def moved(self, part: str, review: Made | None = None) -> dict[str, Made]:
        """What moved in a part from the review before to this one, taken now if none is named; by label."""
        taken = review or await self.take()
        comparison = await self.steps.get(f"/strategy-reviews/{taken['id']}/comparison")
        return {it["label"]: it for it in part_of(comparison, part)["movements"]}


def part_of(comparison: Made, name: str) -> Made:
    (found,) = [it for it in comparison["parts"] if it["part"] == name]
    part: Made = found
    return part


def figures(movement: Made) -> dict[str, tuple[Any, ...]]:
    return {it["figure"]: (it["before"], it["after"], it["word"]) for it in movement["figures"]}


def causes(movement: Made) -> list[tuple[str, str | None, str]]:
    return [(it["kind"], it["on"], it["sentence"]) for it in movement["causes"]]


async def read(steps: Steps, measure: Made, day: str, value: str) -> Made:
    return await steps.put(f"/measures/{measure['id']}/readings/{day}/crm", {"value": value})


async def assess(steps: Steps, asset: Made, maturity: str, day: str) -> None:
    await steps.put(f"/assets/{asset['id']}/assessments/{day}", {"maturity": maturity, "note": "Audited."})


async def started(steps: Steps, code: str = "portal") -> Made:
    initiative = await prepared(steps, code)
    await met(steps, await condition(steps, initiative, "Training"))
    await steps.step(initiative, "readiness")
    return await steps.step(initiative, "start")
