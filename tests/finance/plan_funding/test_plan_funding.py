"""Budgets that finance opens when an investment plan is approved, and what it says where it cannot."""

from typing import Any

from chassis.ids import uuid7
from tests.finance.books import Books
from tests.finance.budget.plans import begun, drafted, in_force, move

JSON = dict[str, Any]

PERIODS = [
    {"code": "2025-26", "starts_on": "2025-04-01", "ends_on": "2026-04-01"},
    {"code": "2026-27", "starts_on": "2026-04-01", "ends_on": "2027-04-01"},
]


def candidate(code: str, *amounts: tuple[str, str, str]) -> JSON:
    named = {"code": code, "name": f"Project {code}", "business_case_id": None, "service_id": None, "category": "run"}
    return {**named, "amounts": [{"period": p, "kind": k, "amount": a} for p, k, a in amounts]}


FUNDED = [
    candidate("mail", ("2025-26", "capital", "40000"), ("2025-26", "operating", "0.5"), ("2026-27", "operating", "7")),
    candidate("wifi", ("2025-26", "capital", "12")),
]


async def hear(books: Books, **said: Any) -> str:
    """Portfolio announces an approved plan."""
    id = uuid7()
    fact = {
        "investment_plan_id": str(id),
        "code": "P-1",
        "name": "Investments",
        "solution_id": str(uuid7()),
        "currency": "CAD",
        "submitted_by": "manager",
        "approved_by": "board",
        "approved_on": "2026-01-15",
        "periods": PERIODS,
        "funded": FUNDED,
        **said,
    }
    await books.finance.deliver("portfolio.investment-plan-approved.v1", fact, subject=id)
    return str(id)


async def fundings(books: Books, plan_id: str) -> list[JSON]:
    listed = await books.client.get("/v1/plan-fundings", params={"investment_plan_id": plan_id})
    items: list[JSON] = listed.json()["items"]
    return items


async def opened(books: Books, funding: JSON) -> Any:
    headers = {"If-Match": f'"{funding["version"]}"'}
    return await books.client.post(f"/v1/plan-fundings/{funding['id']}/opening", headers=headers)


async def test_an_approved_plan_opens_a_budget_in_force_with_a_line_per_candidate(books: Books) -> None:
    now, _ = await fundings(books, await hear(books))
    assert (now["state"], now["reason"]) == ("opened", None)
    budget = (await books.client.get(f"/v1/budgets/{now['budget_id']}")).json()
    assert (budget["code"], budget["currency"], budget["approved_number"]) == ("plan-P-1", "CAD", 1)
    version = (await books.client.get(f"/v1/budgets/{now['budget_id']}/versions/1")).json()
    assert (version["state"], version["submitted_by"], version["decided_by"]) == ("approved", "manager", "board")
    assert [(line["code"], line["cost_object"], line["total"]) for line in version["lines"]] == [
        ("mail", "mail", "40000.50"),
        ("wifi", "wifi", "12.00"),
    ]
    shown = (await books.client.get(f"/v1/plan-fundings/{now['id']}")).json()
    assert (shown["lines"][0]["capital"], shown["lines"][0]["operating"]) == ("40000", "0.5")
    (project,) = (await books.client.get("/v1/cost-objects", params={"code": "wifi"})).json()["items"]
    assert (project["kind"], project["opened_on"]) == ("project", "2025-04-01")
    assert len(await books.finance.announced("finance.budget-approved.v1")) == 1


async def test_a_year_that_nobody_has_begun_is_waited_for_and_its_budget_opened_later(books: Books) -> None:
    _, later = await fundings(books, await hear(books))
    assert (later["state"], later["budget_id"]) == ("waiting", None)
    assert "2026-04-01 to 2027-04-01" in later["reason"]
    refusal = await opened(books, later)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "finance.plan-funding.no-fiscal-year")
    await books.make("/v1/fiscal-years", {"code": "2026-27", "starts_on": "2026-04-01"})
    answer = await opened(books, later)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "opened"
    again = await opened(books, answer.json())
    assert again.json()["code"] == "finance.plan-funding.already-opened"


async def test_what_a_budget_refuses_waits_and_leaves_nothing_half_done(books: Books) -> None:
    await books.make("/v1/cost-objects", {"code": "wifi", "name": "Wifi", "kind": "project"})
    await in_force(books, {"code": "line", "name": "Line", "cost_object": "wifi", "total": "5"})
    now, _ = await fundings(books, await hear(books))
    assert (now["state"], now["budget_id"]) == ("waiting", None)
    assert "same cost object" in now["reason"]
    listed = (await books.client.get("/v1/budgets")).json()["items"]
    assert [budget["code"] for budget in listed] == ["it"]
    assert not (await books.client.get("/v1/cost-objects", params={"code": "mail"})).json()["items"]


async def test_money_without_a_recorded_rate_waits(books: Books) -> None:
    now, _ = await fundings(books, await hear(books, currency="EUR"))
    assert (now["state"], "EUR" in now["reason"]) == ("waiting", True)


async def test_a_budget_of_that_code_is_left_alone(books: Books) -> None:
    budget_id = await begun(books, "plan-P-1")
    await drafted(books, budget_id, {"code": "own", "name": "Own", "total": "1"})
    now, _ = await fundings(books, await hear(books))
    assert (now["state"], "plan-P-1" in now["reason"]) == ("waiting", True)
    assert (await move(books, budget_id, 1, "submission")).status_code == 200


async def test_a_period_in_which_nothing_is_paid_opens_nothing(books: Books) -> None:
    plan_id = await hear(books, funded=FUNDED[1:])
    assert [funding["period"] for funding in await fundings(books, plan_id)] == ["2025-26"]


async def test_spending_on_a_funded_project_is_counted_against_its_line(books: Books) -> None:
    now, _ = await fundings(books, await hear(books))
    lines = [
        {"account": "5200", "amount": "10", "currency": "CAD", "cost_object": "wifi"},
        {"account": "2000", "amount": "-10", "currency": "CAD"},
    ]
    entry = {"posted_on": "2025-05-01", "description": "Antennas", "source": "test", "reference": "1", "lines": lines}
    await books.make("/v1/journal-entries", entry)
    positions = (await books.client.get(f"/v1/budgets/{now['budget_id']}/positions")).json()
    assert {it["line"]: it["available"] for it in positions}["wifi"] == "2.00"
