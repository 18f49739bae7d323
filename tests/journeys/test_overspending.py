"""A service costs more than its budget: it is reviewed, something is decided, and what that brought is measured."""

from tests.journeys.conftest import Journey
from tests.journeys.organization import cost_object, month_after, open_books, service, spend

REVIEWS = "/portfolio/v1/reviews"


async def budgeted(story: Journey, code: str, total: str) -> None:
    """For the year that is open, approved by somebody else than who made it."""
    budget = await story.manager.post("/finance/v1/budgets", {"code": code, "name": code, "fiscal_year": "now"})
    line = {"code": code, "name": code, "cost_object": code, "total": total}
    path = f"/finance/v1/budgets/{budget['id']}"
    await story.manager.post(f"{path}/versions", {"document": "Plan", "lines": [line]})
    for caller, step in ((story.manager, "submission"), (story.board, "approval")):
        version = (await caller.get(path))["version"]
        await caller.post(f"{path}/versions/1/{step}", version=version)


async def test_an_exceeded_budget_opens_a_review_and_what_it_brings_is_measured_when_its_day_comes(
    story: Journey,
) -> None:
    today = story.clock().date()
    await open_books(story.manager, "now", starts_on=str(today.replace(day=1)))
    mail = await service(story.manager, "mail")
    await cost_object(story.manager, mail, chargeable=True)
    await budgeted(story, "mail", "1200")
    await spend(story.manager, "mail", "1300.00", on=today)
    opened = {"service_id": mail["id"], "trigger": "rule"}
    page = await story.manager.until(lambda page: bool(page["items"]), REVIEWS, **opened)
    (review,) = page["items"]
    assert (review["opened_by"], review["status"]) == ("rules", "open")
    assert "1,300.00 CAD" in review["cause"]["sentence"]

    first, second = month_after(today), month_after(month_after(today))
    expected = {"measure": "cost_per_period", "expected": "200", "currency": "CAD"}
    said = {"decision": "remediate", "reason": "Fewer licences", "expected_effects": [expected]}
    path = f"{REVIEWS}/{review['id']}"
    said["follow_up_on"] = str(month_after(second))
    decided = await story.board.post(f"{path}/decision", said, version=review["version"])
    for month, amount in ((first, "140.00"), (second, "160.00")):
        await spend(story.manager, "mail", amount, on=month)
    await story.manager.until(
        lambda told: bool(told["cost"]) and told["cost"]["cost"] == "300.00",
        f"/portfolio/v1/services/{mail['id']}/evidence",
        starts_on=str(first),
        ends_on=str(month_after(second)),
    )
    story.clock.advance(days=(month_after(second) - today).days)
    story.manager.forget_token()
    due = await story.manager.get(REVIEWS, follow_up_due_by=str(month_after(second)))
    assert [it["id"] for it in due["items"]] == [review["id"]]
    followed = await story.manager.post(f"{path}/follow-up", version=decided["version"])
    (effect,) = followed["follow_up"]["effects"]
    assert (effect["before"], effect["measured"], effect["outcome"]) == ("1300.0000", "150.0000", "reached")
    assert await story.manager.every("/portfolio/v1/parked-events") == []
