"""What a service's life means to the other services: each step told as a fact and acted on once."""

from datetime import timedelta

from tests.journeys.conftest import Journey
from tests.journeys.organization import cost_object, offering, service, take


async def test_a_charter_opens_a_cost_object_and_a_launch_lets_it_be_charged(story: Journey) -> None:
    mail = await service(story.manager, "mail", up_to="charter")
    assert (await cost_object(story.manager, mail))["chargeable"] is False
    mail = await take(story.manager, await take(story.manager, mail, "development"), "launch")
    assert (await cost_object(story.manager, mail, chargeable=True))["code"] == "mail"


async def test_a_service_that_is_renamed_is_renamed_everywhere(story: Journey) -> None:
    mail = await service(story.manager, "mail")
    await cost_object(story.manager, mail, chargeable=True)
    said = {name: mail[name] for name in ("kind", "owner", "description", "criticality", "tags")}
    path = f"/portfolio/v1/services/{mail['id']}"
    renamed = await story.manager.put(path, {**said, "name": "Post"}, version=mail["version"])
    assert renamed["name"] == "Post"
    await cost_object(story.manager, mail, name="Post")
    renamed_there = {"code": "mail"}
    await story.manager.until(
        lambda page: page["items"][0]["name"] == "Post", "/strategy/v1/known-services", **renamed_there
    )


async def test_when_a_service_retires_charging_ends_and_its_offerings_are_withdrawn(story: Journey) -> None:
    mail = await service(story.manager, "mail")
    offered, wanted = await offering(story.manager, mail)
    met = await story.manager.get(f"/strategy/v1/needs/{wanted['id']}")
    last_day = story.clock().date() + timedelta(days=10)
    await take(story.manager, mail, "retirement-notice", retires_on=str(last_day))
    story.clock.advance(days=11)
    story.manager.forget_token()
    assert len((await story.manager.post("/portfolio/v1/retirements-due"))["retired"]) == 1
    await cost_object(story.manager, mail, closed_on=str(story.clock().date()))
    path = f"/strategy/v1/offerings/{offered['id']}"
    await story.manager.until(lambda it: it["status"] == "withdrawn", path)
    again = await story.manager.get(f"/strategy/v1/needs/{wanted['id']}")
    assert (met["state"], again["state"]) == ("met", "reopened")


async def test_a_review_that_decides_to_retire_gives_notice(story: Journey) -> None:
    mail = await service(story.manager, "mail")
    asked = {"service_id": mail["id"], "starts_on": "2025-04-01", "ends_on": "2026-04-01"}
    review = await story.manager.post("/portfolio/v1/reviews", asked)
    notice = {"retires_on": str(story.clock().date() + timedelta(days=60))}
    decision = {"decision": "retire", "reason": "Replaced.", "retirement": notice}
    path = f"/portfolio/v1/reviews/{review['id']}/decision"
    await story.board.post(path, decision, version=review["version"])
    assert (await story.manager.get(f"/portfolio/v1/services/{mail['id']}"))["status"] == "retiring"
