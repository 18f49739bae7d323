"""Budgets go from draft to approved to superseded, and spending is counted on their lines."""

import asyncio
from typing import Any

import pytest

from tests.finance.books import Books, entry, line
from tests.finance.budget.plans import approve, begun, drafted, headers, in_force, move, positions
from tests.finance.cost_import.files import Imports, cost_file

MAIL: dict[str, Any] = {"code": "mail", "name": "Mail", "cost_object": "MAIL", "total": "1200.00"}
REST: dict[str, Any] = {"code": "rest", "name": "All else", "total": "600.00"}


async def test_a_version_is_approved_by_somebody_else_than_who_submitted_it(books: Books) -> None:
    budget_id = await begun(books)
    number = await drafted(books, budget_id, MAIL)
    await move(books, budget_id, number, "submission")
    own = await move(books, budget_id, number, "approval")
    assert (own.status_code, own.json()["code"]) == (409, "finance.budget.own-submission")
    approved = (await approve(books, budget_id, number)).json()
    assert (approved["state"], approved["decided_by"]) == ("approved", "controller")
    [fact] = await books.finance.announced("finance.budget-approved.v1")
    assert (fact.data["document"], fact.data["total"]) == ("Main", "1200.00")


async def test_a_draft_is_not_approved_and_an_approved_version_is_not_changed(books: Books) -> None:
    budget_id = await begun(books)
    number = await drafted(books, budget_id, MAIL)
    assert (await approve(books, budget_id, number)).json()["code"] == "finance.budget.transition-refused"
    await move(books, budget_id, number, "submission")
    await approve(books, budget_id, number)
    answer = await books.client.put(
        f"/v1/budgets/{budget_id}/versions/{number}",
        json={"document": "x", "lines": [MAIL]},
        headers=await headers(books, budget_id),
    )
    assert answer.json()["code"] == "finance.budget.transition-refused"


async def test_a_revision_keeps_its_parent_shows_what_it_changes_and_supersedes_it(books: Books) -> None:
    budget_id = await in_force(books, MAIL, REST)
    number = await drafted(books, budget_id, {**MAIL, "total": "1500.00"}, REST, document="Supplement")
    shown = (await books.client.get(f"/v1/budgets/{budget_id}/versions/{number}")).json()
    assert (shown["revises"], shown["total"]) == (1, "2100.00")
    assert {it["code"]: it["change"] for it in shown["lines"]} == {"mail": "300.00", "rest": "0.00"}
    await move(books, budget_id, number, "submission")
    await approve(books, budget_id, number)
    versions = (await books.client.get(f"/v1/budgets/{budget_id}/versions")).json()["items"]
    assert [(it["number"], it["state"]) for it in versions] == [(1, "superseded"), (2, "approved")]


async def test_of_two_revisions_of_one_version_the_second_is_outdated(books: Books) -> None:
    budget_id = await in_force(books, MAIL)
    for number in (await drafted(books, budget_id, MAIL), await drafted(books, budget_id, MAIL)):
        await move(books, budget_id, number, "submission")
    assert (await approve(books, budget_id, 2)).status_code == 200
    assert (await approve(books, budget_id, 3)).json()["code"] == "finance.budget.outdated"


async def test_a_rejected_version_says_why(books: Books) -> None:
    budget_id = await begun(books)
    number = await drafted(books, budget_id, MAIL)
    await move(books, budget_id, number, "submission")
    known = await headers(books, budget_id)
    async with books.finance.as_caller("finance:budget:approve", subject="controller") as controller:
        path = f"/v1/budgets/{budget_id}/versions/{number}/rejection"
        rejected = (await controller.post(path, json={"reason": "Counted twice"}, headers=known)).json()
    assert (rejected["state"], rejected["reason"]) == ("rejected", "Counted twice")


async def test_spending_falls_on_the_nearest_line_up_the_tree_of_cost_objects(books: Books) -> None:
    await books.make("/v1/cost-objects", {"code": "CC-1", "name": "Messaging", "kind": "cost_center"})
    await books.make("/v1/cost-objects", {"code": "WEBMAIL", "name": "Web mail", "kind": "service", "parent": "CC-1"})
    lines = (
        {"code": "cc", "name": "Messaging", "cost_object": "CC-1", "total": "1200"},
        {"code": "cc-software", "name": "Software", "cost_object": "CC-1", "nature": "Software", "total": "120"},
        MAIL,
        REST,
    )
    budget_id = await in_force(books, *lines)
    spent = (
        ("5200", "WEBMAIL", "10.00"),
        ("5100", "WEBMAIL", "20.00"),
        ("5200", "MAIL", "40.00"),
        ("5200", "HOSTING", "80.00"),
    )
    for number, (account, cost_object, amount) in enumerate(spent):
        cost = {"account": account, "amount": amount, "currency": "CAD", "cost_object": cost_object}
        owed = {"account": "2000", "amount": f"-{amount}", "currency": "CAD"}
        assert (await books.post(entry(str(number), lines=[cost, owed]))).status_code == 201
    held = await positions(books, budget_id)
    assert {line: it["actual"] for line, it in held.items()} == {
        "cc": "20.00",
        "cc-software": "10.00",
        "mail": "40.00",
        "rest": "80.00",
    }


async def test_a_line_shows_the_sum_of_those_below_it_and_burns_down(books: Books) -> None:
    below = [{**MAIL, "parent": "all"}, {**REST, "parent": "all"}]
    budget_id = await in_force(books, {"code": "all", "name": "All"}, *below)
    await books.post(entry("1", "100.00", posted_on="2025-04-15"))
    await books.post(entry("2", "50.00", posted_on="2025-06-15"))
    top = (await positions(books, budget_id))["all"]
    assert (top["budgeted"], top["actual"], top["available"]) == ("1800.00", "150.00", "1650.00")
    assert [month["left"] for month in top["months"][:3]] == ["1700.00", "1700.00", "1650.00"]


async def test_spending_from_before_the_approval_counts_and_a_reversal_gives_it_back(books: Books) -> None:
    posted = (await books.post(entry("1", "100.00"))).json()
    budget_id = await in_force(books, MAIL)
    assert (await positions(books, budget_id))["mail"]["actual"] == "100.00"
    await books.client.post(f"/v1/journal-entries/{posted['id']}/reversal", json={"reason": "x"})
    assert (await positions(books, budget_id))["mail"]["actual"] == "0.00"


async def test_a_threshold_is_announced_once_per_crossing(books: Books) -> None:
    await in_force(books, {**MAIL, "thresholds": [50, 80]})
    for reference, amount in (("1", "500.00"), ("2", "150.00"), ("3", "100.00"), ("4", "300.00"), ("5", "400.00")):
        assert (await books.post(entry(reference, amount))).status_code == 201
    reached = await books.finance.announced("finance.budget-threshold-reached.v1")
    assert [(fact.data["percent"], fact.data["amount"]) for fact in reached] == [(50, "650.00"), (80, "1050.00")]
    [exceeded] = await books.finance.announced("finance.budget-exceeded.v1")
    assert (exceeded.data["line"], exceeded.data["budgeted"], exceeded.data["amount"]) == ("mail", "1200.00", "1450.00")


async def test_a_threshold_crossed_again_after_a_reversal_is_announced_again(books: Books) -> None:
    await in_force(books, {**MAIL, "thresholds": [50]})
    first = (await books.post(entry("1", "700.00"))).json()
    await books.client.post(f"/v1/journal-entries/{first['id']}/reversal", json={"reason": "x"})
    await books.post(entry("2", "800.00"))
    assert len(await books.finance.announced("finance.budget-threshold-reached.v1")) == 2


@pytest.mark.parametrize(("control", "status"), [("stop", 409), ("warn", 201), ("ignore", 201)])
async def test_actual_cost_beyond_a_line_is_stopped_where_the_line_says_so(
    books: Books, control: str, status: int
) -> None:
    budget_id = await in_force(books, {**MAIL, "controls": {"actual": control}})
    answer = await books.post(entry("1", "1200.01"))
    assert answer.status_code == status
    if status == 409:
        assert (answer.json()["code"], answer.json()["lacking"]) == ("finance.budget.overspent", "0.01")
        assert (await positions(books, budget_id))["mail"]["actual"] == "0"


async def test_a_cumulative_line_has_only_the_months_so_far(books: Books) -> None:
    await in_force(books, {**MAIL, "controls": {"actual": "stop"}, "horizon": "cumulative"})
    assert (await books.post(entry("1", "100.01", posted_on="2025-04-15"))).status_code == 409
    assert (await books.post(entry("2", "200.00", posted_on="2025-05-15"))).status_code == 201


async def test_two_lines_of_a_year_do_not_have_one_scope(books: Books) -> None:
    await in_force(books, MAIL)
    budget_id = await begun(books, "other")
    number = await drafted(books, budget_id, {**MAIL, "code": "mail-again"})
    await move(books, budget_id, number, "submission")
    assert (await approve(books, budget_id, number)).json()["code"] == "finance.budget.scope-taken"


async def test_a_budget_in_another_currency_is_converted_before_it_is_compared(books: Books) -> None:
    said = {"source": "bank", "from_currency": "USD", "to_currency": "CAD", "rate_on": "2026-01-10", "rate": "1.5"}
    await books.make("/v1/exchange-rates", said)
    await books.value_at("bank")
    budget_id = await in_force(books, {**MAIL, "controls": {"actual": "stop"}}, currency="USD")
    assert (await positions(books, budget_id))["mail"]["budgeted"] == "1800.000"
    assert (await books.post(entry("1", "1800.00"))).status_code == 201
    assert (await books.post(entry("2", "0.01"))).status_code == 409


async def test_variances_have_a_sign_a_word_and_parts(books: Books) -> None:
    await books.make("/v1/drivers", {"code": "mailboxes", "name": "Mailboxes", "unit": "mailboxes"})
    file = "driver,cost_object,valid_from,quantity\nmailboxes,MAIL,2025-04-01,120\n"
    imported = await books.client.post(
        "/v1/driver-quantity-imports", content=file, headers={"Content-Type": "text/csv"}
    )
    assert imported.json()["created"] == 1
    await in_force(books, {**MAIL, "driver": "mailboxes", "planned_quantity": "100"}, REST)
    await books.post(entry("1", "1584.00"))
    shown = (await books.client.get("/v1/budget-variances?fiscal_year=2025-26")).json()
    rows = {row["line"]: row for row in shown["rows"]}
    mail = rows["mail"]
    assert (mail["variance"], mail["meaning"], mail["variance_percent"]) == ("384.00", "unfavorable", "32.0")
    # 20 more mailboxes at 12.00 are 240; 120 at 1.20 more are 144.
    assert (float(mail["volume_variance"]), float(mail["price_variance"])) == (240, 144)
    assert (rows["rest"]["variance"], rows["rest"]["meaning"]) == ("-600.00", "favorable")
    as_csv = await books.client.get("/v1/budget-variances?fiscal_year=2025-26", headers={"Accept": "text/csv"})
    assert as_csv.text.splitlines()[0].startswith("budget,line,name")


async def test_what_no_line_covers_follows_the_policy_of_the_year(books: Books) -> None:
    await in_force(books, MAIL)
    uncovered = entry(
        "1",
        lines=[
            {"account": "5200", "amount": "1", "currency": "CAD", "cost_object": "HOSTING"},
            {"account": "2000", "amount": "-1", "currency": "CAD"},
        ],
    )
    (year,) = (await books.client.get("/v1/fiscal-years")).json()["items"]
    version = {"If-Match": f'"{year["version"]}"'}
    await books.client.put(f"/v1/fiscal-years/{year['id']}", json={"unbudgeted": "stop"}, headers=version)
    assert (await books.post(uncovered)).json()["code"] == "finance.budget.not-budgeted"


async def test_a_spreadsheet_becomes_a_draft_and_a_supplement_adds_to_the_lines_in_force(books: Books) -> None:
    budget_id = await in_force(books, MAIL)
    file = "line,name,parent,cost_object,total\nmail,,,,300.005\nhosting,Hosting,,HOSTING,1200\nx,,,NOWHERE,1\n"
    answer = await books.client.post(
        f"/v1/budgets/{budget_id}/version-imports?document=Supplement&mode=add",
        content=file,
        headers={"Content-Type": "text/csv"},
    )
    result = answer.json()
    assert (result["created"], result["changed"], result["rejected"]) == (1, 1, 1)
    shown = (await books.client.get(f"/v1/budgets/{budget_id}/versions/2")).json()
    totals = {it["code"]: (it["cost_object"], it["total"]) for it in shown["lines"]}
    assert totals == {"hosting": ("HOSTING", "1200.00"), "mail": ("MAIL", "1500.01")}


async def test_a_file_of_costs_is_stopped_like_any_other_spending(books: Books) -> None:
    await in_force(books, {**MAIL, "controls": {"actual": "stop"}})
    answer = await Imports(books).send(cost_file("2025-04-15,5200,MAIL,1200.01,CAD,Licences"))
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.budget.overspent")


async def test_a_loss_by_revaluation_is_counted_but_never_refused(books: Books) -> None:
    await books.make("/v1/accounts", {"code": "5900", "name": "Losses", "type": "expense", "nature": "Exchange"})
    said = {"source": "bank", "from_currency": "USD", "to_currency": "CAD", "rate_on": "2025-04-30", "rate": "1.5"}
    await books.make("/v1/exchange-rates", said)
    usd = {"currency": "USD", "rate": "1.3"}
    await books.post(entry(lines=[line("1000", "-10", **usd), line("2000", "10", **usd)]))
    loss = {"code": "loss", "name": "Losses", "nature": "Exchange", "total": "1", "controls": {"actual": "stop"}}
    budget_id = await in_force(books, loss)
    made = await books.make("/v1/revaluations", {"as_of": "2025-04-30", "rate_source": "bank", "gain_or_loss": "5900"})
    assert made["total"] == "0.00"
    await books.post(entry("2", lines=[line("5200", "100", **usd), line("2000", "-100", **usd)]))
    made = await books.make("/v1/revaluations", {"as_of": "2025-04-30", "rate_source": "bank", "gain_or_loss": "5900"})
    assert made["total"] == "-20.00"
    assert (await positions(books, budget_id))["loss"]["actual"] == "20.00"


async def test_a_year_that_allows_no_unbudgeted_spending_allows_none_without_any_budget(books: Books) -> None:
    (year,) = (await books.client.get("/v1/fiscal-years")).json()["items"]
    version = {"If-Match": f'"{year["version"]}"'}
    await books.client.put(f"/v1/fiscal-years/{year['id']}", json={"unbudgeted": "stop"}, headers=version)
    assert (await books.post(entry())).json()["code"] == "finance.budget.not-budgeted"


async def test_thresholds_of_many_lines_crossed_at_once_are_all_announced_and_all_entries_posted(books: Books) -> None:
    codes = [f"S-{number}" for number in range(10)]
    for code in codes:
        await books.make("/v1/cost-objects", {"code": code, "name": code, "kind": "service"})
        await books.make("/v1/accounts", {"code": f"2-{code}", "name": code, "type": "liability"})
    await in_force(books, *({**MAIL, "code": code, "cost_object": code} for code in codes))

    def spent(code: str) -> dict[str, Any]:
        return entry(code, lines=[line("5200", "1300", cost_object=code), line(f"2-{code}", "-1300")])

    # Batches, since entries that come together are posted together; none moves a balance of another.
    posts = (books.client.post("/v1/journal-entry-batches", json=[spent(code)]) for code in codes)
    answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {201}
    exceeded = await books.finance.announced("finance.budget-exceeded.v1")
    assert sorted(fact.data["line"] for fact in exceeded) == codes


async def test_of_two_changes_of_a_draft_at_once_one_is_refused(books: Books) -> None:
    budget_id = await begun(books)
    number = await drafted(books, budget_id, MAIL)
    known, path = await headers(books, budget_id), f"/v1/budgets/{budget_id}/versions/{number}"
    answers = await asyncio.gather(
        *(books.client.put(path, json={"document": text, "lines": [MAIL]}, headers=known) for text in ("One", "Other"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_version_is_approved_or_rejected_but_not_both(books: Books) -> None:
    budget_id = await begun(books)
    number = await drafted(books, budget_id, MAIL)
    await move(books, budget_id, number, "submission")
    known, path = await headers(books, budget_id), f"/v1/budgets/{budget_id}/versions/{number}"
    async with books.finance.as_caller("finance:budget:approve", subject="controller") as controller:
        answers = await asyncio.gather(
            controller.post(f"{path}/approval", headers=known),
            controller.post(f"{path}/rejection", json={"reason": "x"}, headers=known),
        )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_file_without_one_line_that_can_be_taken_is_refused(books: Books) -> None:
    budget_id = await begun(books)
    path = f"/v1/budgets/{budget_id}/version-imports?document=x"
    answer = await books.client.post(path, content="line,total\nmail,a lot\n", headers={"Content-Type": "text/csv"})
    assert answer.json()["code"] == "finance.budget.lines-unfit"
    assert (await books.client.get(f"/v1/budgets/{budget_id}/versions")).json()["items"] == []
