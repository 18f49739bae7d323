"""From an objective over its initiatives to services and their cost, and back; and which objectives nobody works on."""

from typing import Any

from tests.strategy.conftest import Steps


async def paths(steps: Steps, **asked: Any) -> list[tuple[str | None, ...]]:
    names = ("objective_code", "initiative_code", "offering_code", "service_code")
    found = (await steps.get("/alignment-paths", **asked))["paths"]
    return [tuple(path[name] for name in names) for path in found]


async def test_the_way_leads_from_the_top_to_services_and_back(steps: Steps) -> None:
    mail, chat = await steps.service_known("mail"), await steps.service_known("chat")
    top = await steps.objective("top", weight="0")
    below = await steps.objective("below", parent_id=top["id"])
    aside = await steps.objective("aside")
    portal = await steps.initiative("portal", service_ids=[str(mail), str(chat)])
    study = await steps.initiative("study")
    desk = await steps.drafted("desk", services=[chat], needs=[])
    await steps.aligned(below, "0.5", initiative_id=portal["id"])
    await steps.aligned(below, "0.5", initiative_id=study["id"])
    await steps.aligned(below, offering_id=desk["id"])
    await steps.aligned(aside, service_id=mail)
    assert await paths(steps, objective_id=top["id"]) == [
        ("below", "portal", None, "chat"),
        ("below", "portal", None, "mail"),
        ("below", "study", None, None),
        ("below", None, "desk", "chat"),
    ]
    assert await paths(steps, service_id=mail) == [("aside", None, None, "mail"), ("below", "portal", None, "mail")]
    assert await paths(steps, initiative_id=study["id"]) == [("below", "study", None, None)]
    assert await paths(steps, offering_id=desk["id"]) == [("below", None, "desk", "chat")]
    assert await paths(steps, as_of="2024-12-31") == []
    cut = await steps.get("/alignment-paths", limit=2)
    assert (cut["total"], len(cut["paths"])) == (5, 2)
    assert cut["paths"][0]["cost_link"] == f"/finance/v1/cost-objects?service_id={mail}"


async def test_objectives_without_funded_or_active_work_are_found(steps: Steps) -> None:
    top = await steps.objective("top")
    funded, active, drafted = [await steps.objective(code, parent_id=top["id"]) for code in ("f", "a", "d")]
    mail = await steps.service_known("mail")
    for objective, funding in ((funded, "Plan 2026"), (active, None), (drafted, None)):
        initiative = await steps.initiative(objective["code"], service_ids=[])
        await steps.aligned(objective, initiative_id=initiative["id"])
        if objective is not drafted:
            await steps.step(initiative, "approval", **({"funding": funding} if funding else {}))
    await steps.aligned(drafted, service_id=mail)
    coverage = {item["code"]: item for item in (await steps.get("/objective-coverage"))["items"]}
    counted = {
        code: tuple(item[name] for name in ("services", "initiatives", "active", "funded"))
        for code, item in coverage.items()
    }
    assert counted == {"top": (1, 3, 2, 1), "f": (0, 1, 1, 1), "a": (0, 1, 1, 0), "d": (1, 1, 0, 0)}
    assert await steps.listed("/objective-coverage", "code", active="false") == ["d"]
    assert await steps.listed("/objective-coverage", "code", funded="false") == ["a", "d"]
    assert await steps.listed("/objective-coverage", "code", funded="true") == ["f", "top"]


async def test_work_that_ended_covers_nothing(steps: Steps) -> None:
    objective, initiative = await steps.objective("one"), await steps.initiative("portal")
    await steps.aligned(objective, initiative_id=initiative["id"])
    await steps.step(initiative, "approval", funding="Plan")
    assert await steps.listed("/objective-coverage", "code", funded="false") == []
    await steps.step(initiative, "cancellation")
    assert await steps.listed("/objective-coverage", "code", funded="false") == ["one"]
