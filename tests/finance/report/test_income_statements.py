"""What a service earns, costs and leaves, beside the months before it or the year before."""

from typing import Any

import pytest

from tests.finance.allocation_run.towers import run
from tests.finance.books import Books, entry, line
from tests.finance.forecast.test_full_year_outlook import begin
from tests.finance.report.reading import as_table, follow, in_each_form, read, refused

TO_MAIL = {
    "code": "services",
    "method": "direct",
    "pools": [
        {
            "code": "it",
            "sources": {"codes": ["IT"]},
            "targets": {"codes": ["MAIL", "HOSTING"]},
            "by": "fixed",
            "parts": {"MAIL": "1", "HOSTING": "2"},
        }
    ],
}


async def post(books: Books, reference: str, on: str, account: str, amount: str, cost_object: str = "MAIL") -> None:
    back = amount[1:] if amount.startswith("-") else f"-{amount}"
    lines = [line(account, amount, cost_object=cost_object), line("1000", back)]
    answer = await books.post(entry(reference, posted_on=on, lines=lines))
    assert answer.status_code == 201, answer.text


@pytest.fixture
async def earning(towers: Books) -> Books:
    """MAIL earns 400.00 and costs 60.00 in licences and 40.00 in salaries; IT's 900.00 are shared one to two."""
    await post(towers, "earned", "2025-09-01", "4000", "-400.00")
    await post(towers, "licences", "2025-09-02", "5200", "60.00")
    await post(towers, "salaries", "2025-10-01", "5100", "40.00")
    return towers


def figures(report: dict[str, Any], cost_object: str, *columns: str) -> list[Any]:
    wanted = ("section", "item", *(columns or ("amount",)))
    return [tuple(row[name] for name in wanted) for row in report["rows"] if row["cost_object"] == cost_object]


async def test_a_service_shows_income_costs_and_result_with_its_margin(earning: Books) -> None:
    """400 − 100 − 900 / 3 = 0; without the 300 allocated it is 300, three quarters of 400."""
    await run(earning, TO_MAIL)
    report = await read(earning, "income-statements", model="tbm")
    assert (report["basis"], len(report["allocation_run_ids"])) == ("full", 1)
    assert figures(report, "MAIL", "amount", "percent_of_income") == [
        ("income", "4000", "400.00", "100.0"),
        ("direct_cost", "Labour", "40.00", "10.0"),
        ("direct_cost", "Software", "60.00", "15.0"),
        ("allocated_cost", "it", "300.00", "75.0"),
        ("result", None, "0.00", "0.0"),
    ]
    direct = await read(earning, "income-statements", cost_object="MAIL")
    assert direct["basis"] == "direct"
    assert figures(direct, "MAIL", "amount", "percent_of_income")[-1] == ("result", None, "300.00", "75.0")


async def test_who_serves_others_passes_its_cost_on(earning: Books) -> None:
    await run(earning, TO_MAIL)
    report = await read(earning, "income-statements", model="tbm", kind="cost_center")
    assert figures(report, "IT")[2:] == [("passed_on", "it", "900.00"), ("result", None, "0.00")]
    assert figures(report, "LAB")[-1] == ("result", None, "-40.00")


async def test_where_nothing_was_posted_there_is_no_result_and_no_margin(earning: Books) -> None:
    report = await read(earning, "income-statements")
    assert figures(report, "HOSTING", "amount", "percent_of_income") == [("result", None, None, None)]
    assert figures(report, "LAB", "amount", "percent_of_income")[-1] == ("result", None, "-40.00", None)


async def test_it_is_compared_with_as_many_months_before(earning: Books) -> None:
    await post(earning, "more", "2025-10-05", "5200", "90.00")
    asked = {"starts_on": "2025-10-01", "ends_on": "2025-11-01", "cost_object": "MAIL"}
    report = await read(earning, "income-statements", compare="before", **asked)
    assert (report["compared_from"], report["compared_before"]) == ("2025-09-01", "2025-10-01")
    assert figures(report, "MAIL", "amount", "compared", "change", "change_percent") == [
        ("income", "4000", "0", "400.00", "-400.00", "-100.0"),
        ("direct_cost", "Labour", "40.00", "0", "40.00", None),
        ("direct_cost", "Software", "90.00", "60.00", "30.00", "50.0"),
        ("result", None, "-130.00", "340.00", "-470.00", "-138.2"),
    ]


async def test_it_is_compared_with_the_same_months_of_the_year_before(earning: Books) -> None:
    none = await read(earning, "income-statements", compare="prior_year", cost_object="MAIL")
    assert (none["compared_from"], figures(none, "MAIL", "compared")[0]) == (None, ("income", "4000", None))
    await begin(earning, "2024-25", "2024-04-01")
    await post(earning, "earlier", "2024-09-01", "4000", "-300.00")
    report = await read(earning, "income-statements", compare="prior_year", cost_object="MAIL")
    assert report["compared_from"] == "2024-04-01"
    assert figures(report, "MAIL", "compared", "change")[0] == ("income", "4000", "300.00", "100.00")


async def test_what_was_not_allocated_then_is_unknown_and_so_is_the_result(earning: Books) -> None:
    await begin(earning, "2024-25", "2024-04-01")
    await run(earning, TO_MAIL)
    report = await read(earning, "income-statements", compare="prior_year", model="tbm", cost_object="MAIL")
    assert (report["basis"], report["compared_basis"]) == ("full", "direct")
    assert figures(report, "MAIL", "compared")[-2:] == [("allocated_cost", "it", None), ("result", None, None)]
    assert figures(report, "MAIL", "compared")[0] == ("income", "4000", "0")


async def test_figures_lead_to_the_entries_and_lines_that_make_them(earning: Books) -> None:
    await run(earning, TO_MAIL)
    rows = await in_each_form(earning, "income-statements", "rows", model="tbm", compare="before")
    found = await follow(earning, "income-statements", [row["explain"] for row in rows])
    mail = {
        (row["section"], row["item"]): found[row["explain"]]["items"] for row in rows if row["cost_object"] == "MAIL"
    }
    assert [it["reference"] for it in mail["income", "4000"]] == ["earned"]
    assert [it["reference"] for it in mail["direct_cost", "Labour"]] == ["salaries"]
    assert [it["amount"] for it in mail["allocated_cost", "it"]] == ["300.00"]


async def test_a_page_is_of_services_and_leads_to_the_next_one_in_each_form(earning: Books) -> None:
    first = await read(earning, "income-statements", limit=2, include="total")
    assert ({row["cost_object"] for row in first["rows"]}, first["total"]) == ({"COMPUTE", "HOSTING"}, 6)
    second = await read(earning, "income-statements", limit=2, include="total", cursor=first["next_cursor"])
    assert {row["cost_object"] for row in second["rows"]} == {"IT", "LAB"}
    table = await as_table(earning, "income-statements", "text/csv", limit=2)
    following = await earning.client.get("/v1/income-statements" + table.links["next"]["url"])
    assert {row["cost_object"] for row in following.json()["rows"]} == {"IT", "LAB"}


async def test_a_name_that_looks_like_a_formula_is_harmless_as_csv_and_itself_as_json(earning: Books) -> None:
    account = (await earning.client.get("/v1/accounts?type=expense")).json()["items"][1]
    described = await earning.client.put(
        f"/v1/accounts/{account['id']}",
        json={"name": "=1+1", "nature": "@SUM(A1)"},
        headers={"If-Match": f'"{account["version"]}"'},
    )
    assert described.status_code == 200
    rows = await in_each_form(earning, "income-statements", "rows", cost_object="MAIL")
    assert [row["item"] for row in rows] == ["4000", "@SUM(A1)", "Labour", None]
    assert ",'@SUM(A1),'@SUM(A1)," in (await as_table(earning, "income-statements", "text/csv")).text


async def test_a_range_that_cuts_a_month_and_a_model_that_is_not_there_are_refused(earning: Books) -> None:
    assert await refused(earning, "income-statements", ends_on="2025-05-02") == "finance.ledger.not-whole-periods"
    assert await refused(earning, "income-statements", model="none") == "finance.allocation-model.unknown"
