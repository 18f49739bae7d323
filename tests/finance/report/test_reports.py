"""What the reports say about a few known postings."""

import csv

import pytest

from chassis.cells import harmless
from finance.report.table import Table, asked_table
from tests.finance.books import Books, entry, line
from tests.finance.report.reading import follow, in_each_form

YEAR = "starts_on=2025-04-01&ends_on=2026-04-01"


@pytest.fixture
async def posted(books: Books) -> Books:
    usd = {"currency": "USD", "rate": "1.5"}
    for reference, day, lines in (
        ("1", "2025-04-15", [line("5200", "100", cost_object="MAIL"), line("2000", "-100")]),
        ("2", "2025-04-30", [line("5100", "40", cost_object="HOSTING"), line("1000", "-40")]),
        ("3", "2025-05-01", [line("1000", "30"), line("4000", "-30", cost_object="MAIL")]),
        ("4", "2025-06-01", [line("5200", "10", **usd), line("2000", "-10", **usd)]),
    ):
        assert (await books.post(entry(reference, posted_on=day, lines=lines))).status_code == 201
    return books


async def test_the_trial_balance_shows_each_account_and_is_zero(posted: Books) -> None:
    shown = (await posted.client.get("/v1/trial-balance?fiscal_year=2025-26")).json()
    rows = {(it["account"], it["currency"]): (it["debit"], it["credit"], it["base_balance"]) for it in shown["rows"]}
    assert rows == {
        ("1000", "CAD"): ("30", "40", "-10"),
        ("2000", "CAD"): ("0", "100", "-100"),
        ("2000", "USD"): ("0", "10", "-15.0"),
        ("4000", "CAD"): ("0", "30", "-30"),
        ("5100", "CAD"): ("40", "0", "40"),
        ("5200", "CAD"): ("100", "0", "100"),
        ("5200", "USD"): ("10", "0", "15.0"),
    }
    totals = [(it["currency"], it["debit"], it["credit"], it["balance"]) for it in shown["totals"]]
    assert totals == [("CAD", "170", "170", "0"), ("USD", "10", "10", "0")]
    assert (shown["base_total"]["debit"], shown["base_total"]["balance"]) == ("185.0", "0.0")


async def test_a_trial_balance_of_some_periods_holds_only_those(posted: Books) -> None:
    shown = (await posted.client.get("/v1/trial-balance?starts_on=2025-04-01&ends_on=2025-05-01")).json()
    assert [it["account"] for it in shown["rows"]] == ["1000", "2000", "5100", "5200"]


async def test_service_costs_are_expense_income_and_net_by_cost_object_and_nature(posted: Books) -> None:
    shown = (await posted.client.get(f"/v1/service-costs?{YEAR}")).json()
    rows = [(it["cost_object"], it["nature"], it["expense"], it["income"], it["net"]) for it in shown["rows"]]
    assert rows == [
        ("HOSTING", "Labour", "40", "0", "40"),
        ("MAIL", "Recovery", "0", "30", "-30"),
        ("MAIL", "Software", "100", "0", "100"),
        (None, "Software", "15.0", "0", "15.0"),
    ]
    assert (shown["expense"], shown["income"], shown["net"]) == ("155.0", "30", "125.0")


async def test_service_costs_of_one_cost_object_or_kind(posted: Books) -> None:
    for filters, objects in (("cost_object=MAIL", ["MAIL", "MAIL"]), ("kind=tower", []), ("cost_object=NONE", [])):
        rows = (await posted.client.get(f"/v1/service-costs?{YEAR}&{filters}")).json()["rows"]
        assert [it["cost_object"] for it in rows] == objects


async def test_reports_are_csv_when_asked_for_and_no_name_is_a_formula(posted: Books) -> None:
    found = (await posted.client.get("/v1/cost-objects?code=MAIL")).json()["items"][0]
    body = {"name": '=HYPERLINK("http://x","y")', "kind": "service"}
    version = {"If-Match": f'"{found["version"]}"'}
    assert (await posted.client.put(f"/v1/cost-objects/{found['id']}", json=body, headers=version)).status_code == 200
    for path in ("/v1/trial-balance?fiscal_year=2025-26", f"/v1/service-costs?{YEAR}"):
        answer = await posted.client.get(path, headers={"Accept": "text/csv"})
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(answer.text.splitlines()))
        assert rows
        assert not any(value.startswith("=") for row in rows for value in row.values())
    assert [(row["name"][:2], row["net"]) for row in rows if row["cost_object"] == "MAIL"] == [
        ("'=", "-30"),
        ("'=", "100"),
    ]


async def test_each_account_and_cost_leads_to_its_entries_in_each_form(posted: Books) -> None:
    for report in ("trial-balance", "service-costs"):
        rows = await in_each_form(posted, report, "rows")
        found = await follow(posted, report, [row["explain"] for row in rows if row["explain"]])
        counts = {row.get("account", row.get("nature")): len(found[row["explain"]]["items"]) for row in rows[:1]}
        assert counts in ({"1000": 2}, {"Labour": 1})


async def test_an_account_with_others_below_it_has_no_entries_of_its_own(posted: Books) -> None:
    await posted.make("/v1/accounts", {"code": "6000", "name": "All", "type": "expense"})
    await posted.make("/v1/accounts", {"code": "6100", "name": "One", "type": "expense", "parent": "6000"})
    lines = [line("6100", "5"), line("1000", "-5")]
    assert (await posted.post(entry("below", lines=lines))).status_code == 201
    shown = (await posted.client.get("/v1/trial-balance?as_of=2026-03-31&rolled_up=true")).json()
    explained = {row["account"]: row["explain"] for row in shown["rows"]}
    assert explained["6000"] is None
    found = await follow(posted, "trial-balance", [explained["6100"]])
    assert len(found[explained["6100"]]["items"]) == 1


async def test_a_range_that_cuts_a_period_is_refused(posted: Books) -> None:
    for query in ("starts_on=2025-04-02&ends_on=2025-05-01", "starts_on=2025-04-01&ends_on=2025-04-01"):
        for report in ("trial-balance", "service-costs"):
            answer = await posted.client.get(f"/v1/{report}?{query}")
            assert (answer.status_code, answer.json()["code"]) == (422, "finance.ledger.not-whole-periods")


async def test_a_trial_balance_is_of_a_year_or_of_a_range(posted: Books) -> None:
    for query, status in (("", 422), (f"fiscal_year=2025-26&{YEAR}", 422), ("fiscal_year=1999", 404)):
        assert (await posted.client.get(f"/v1/trial-balance?{query}")).status_code == status


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_starts_like_a_formula_is_made_harmless(start: str) -> None:
    assert harmless(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize(
    ("accept", "table"),
    [
        ("application/x-ndjson", Table.NDJSON),
        ("text/csv;q=0, application/x-ndjson;q=0.5", Table.NDJSON),
        ("text/csv, application/x-ndjson", Table.CSV),
        ("TEXT/CSV;q=0.5, */*", Table.CSV),
        ("application/json", None),
        ("text/csv;q=0", None),
        ("*/*", None),
    ],
)
def test_the_first_table_that_is_named_is_given(accept: str, table: Table | None) -> None:
    assert asked_table(accept) is table
