"""A service that others take the place of: its customers move, its end comes by the clock, and everybody follows."""

from calendar import monthrange
from datetime import date, timedelta

from chassis.chores import carry_out
from chassis.database import Database
from portfolio.app import manifest
from standalone.client import Json
from tests.journeys.conftest import Journey
from tests.journeys.organization import consumer, cost_object, customer, offering, service, subscribed

(RETIRE,) = [chore for chore in manifest.chores if chore.name == "retire services"]
PLANS, KNOWN = "/portfolio/v1/retirement-plans", "/strategy/v1/known-services"
DAYS_BEFORE = 10


def month_ahead(today: date) -> date:
    """The first day of a month that is at least thirty days ahead."""
    day = today + timedelta(days=61)
    return day.replace(day=1)


def after(month: date) -> date:
    return month + timedelta(days=monthrange(month.year, month.month)[1])


async def priced(story: Journey, month: date, *codes: str) -> None:
    """A seat costs a dollar per day of that month, and each service is charged by a plan of its own."""
    year = month.year - (month.month < 4)
    made = await story.manager.post("/finance/v1/fiscal-years", {"code": str(year), "starts_on": f"{year}-04-01"})
    await story.manager.post(f"/finance/v1/fiscal-years/{made['id']}/opening")
    if after(month).month == 4:
        following = {"code": str(year + 1), "starts_on": f"{year + 1}-04-01"}
        made = await story.manager.post("/finance/v1/fiscal-years", following)
        await story.manager.post(f"/finance/v1/fiscal-years/{made['id']}/opening")
    seat = {"model": "per_unit", "unit_price": str((after(month) - month).days)}
    items = [{"code": it, "name": it, "unit": "seat", "cost_object": it, "meter": None, "price": seat} for it in codes]
    book = await story.manager.post("/finance/v1/price-books", {"code": "b", "name": "B", "currency": "CAD"})
    path = f"/finance/v1/price-books/{book['id']}/versions"
    draft = await story.manager.post(path, {"starts_on": str(month), "ends_on": None, "items": items})
    path = f"/finance/v1/price-versions/{draft['id']}/publication"
    await story.manager.post(path, {"reason": "As agreed"}, version=draft["version"])
    for code in codes:
        plan = {"code": code, "name": code, "cost_objects": {"codes": [code]}, "basis": "prices", "price_book": "b"}
        await story.manager.post("/finance/v1/charge-plans", plan)


async def charged(story: Journey, code: str, month: date) -> Json:
    return await story.manager.post(
        "/finance/v1/charge-runs", {"plan": code, "starts_on": str(month), "ends_on": str(after(month))}
    )


async def decided(story: Journey, mail: Json, cloud: Json, on: date) -> Json:
    """The plan that the decision of a review has opened."""
    asked = {"service_id": mail["id"], "starts_on": "2025-04-01", "ends_on": "2026-04-01"}
    review = await story.manager.post("/portfolio/v1/reviews", asked)
    notice = {"retires_on": str(on), "replacement_id": cloud["id"]}
    decision = {"decision": "retire", "reason": "Two of a kind.", "retirement": notice}
    path = f"/portfolio/v1/reviews/{review['id']}/decision"
    await story.board.post(path, decision, version=review["version"])
    (plan,) = (await story.manager.get(PLANS, service_id=mail["id"]))["items"]
    assert (plan["review_id"], plan["ends_on"], plan["replacement_id"]) == (review["id"], str(on), cloud["id"])
    found: Json = plan
    return found


async def tick(story: Journey) -> None:
    """What the worker does every hour."""
    database = Database(story.dsns["portfolio"], "portfolio")
    await carry_out(RETIRE, database, story.clock())
    await database.close()


async def test_customers_move_to_the_replacement_and_the_old_service_ends_by_the_clock(story: Journey) -> None:
    month = month_ahead(story.clock().date())
    ends_on = month + timedelta(days=DAYS_BEFORE)
    mail, cloud = await service(story.manager, "mail"), await service(story.manager, "cloud")
    for each in (mail, cloud):
        await cost_object(story.manager, each, chargeable=True)
    offered, wanted = await offering(story.manager, mail)
    begun = []
    for code, seats in (("harbour", "2"), ("transit", "3")):
        unit = await customer(story.manager, code)
        await consumer(story.manager, unit)
        begun.append(await subscribed(story.manager, mail, unit, seats))
    await priced(story, month, "mail", "cloud")

    plan = await decided(story, mail, cloud, month)
    path = f"{PLANS}/{plan['id']}"
    revised = {"ends_on": str(ends_on), "replacement_id": cloud["id"], "reason": "Ten days more to move in."}
    plan = await story.manager.post(f"{path}/revisions", revised, version=plan["version"])
    await story.manager.until(lambda page: page["items"][0]["retires_on"] == str(ends_on), KNOWN, code="mail")
    moves = {"on": str(ends_on), "subscription_ids": [each["id"] for each in begun]}
    assert (await story.manager.post(f"{path}/customer-moves", moves))["moved"] == 2
    await _ends_by_the_clock(story, path, ends_on)

    gone = await story.manager.get(f"/portfolio/v1/services/{mail['id']}")
    assert (gone["status"], gone["retired_on"]) == ("retired", str(ends_on))
    plan = await story.manager.get(path)
    assert (plan["status"], plan["closed_by"]) == ("completed", "clock")
    assert plan["customers"]["moving"] == {"customers": 2, "subscriptions": 2, "quantity": "5"}
    await _charges_follow(story, mail, month, ends_on)
    await story.manager.until(lambda it: it["status"] == "withdrawn", f"/strategy/v1/offerings/{offered['id']}")
    assert (await story.manager.get(f"/strategy/v1/needs/{wanted['id']}"))["state"] == "reopened"


async def _ends_by_the_clock(story: Journey, path: str, ends_on: date) -> None:
    """Late, because something on the list was not done in time."""
    said = {"title": "Archive the mailboxes", "owner": "Records", "due_on": str(ends_on)}
    item = await story.manager.post(f"{path}/checklist-items", said)
    story.clock.advance(days=(ends_on - story.clock().date()).days)
    story.manager.forget_token()
    await tick(story)
    (late,) = (await story.manager.get(PLANS, overdue="true"))["items"]
    assert [blocker["kind"] for blocker in late["blockers"]] == ["checklist"]
    done = {"evidence": "Protocol 7"}
    await story.manager.post(f"{path}/checklist-items/{item['id']}/completion", done, version=item["version"])
    await tick(story)


async def _charges_follow(story: Journey, mail: Json, month: date, ends_on: date) -> None:
    """Five seats: ten days of the old service, the rest of the month and the next one of the new."""
    await cost_object(story.manager, mail, closed_on=str(ends_on))
    left = (after(month) - ends_on).days
    for _ in range(50):
        old, new = await charged(story, "mail", month), await charged(story, "cloud", month)
        if (old["total"], new["total"]) == ("50.00", f"{5 * left}.00"):
            break
    assert (old["total"], new["total"]) == ("50.00", f"{5 * left}.00")
    later = await charged(story, "mail", after(month))
    assert (later["total"], later["uncharged"][0]["reason"]) == ("0", f"ended on {ends_on}")
    assert (await charged(story, "cloud", after(month)))["uncharged"] == []
