"""What it costs to own a service: build, run, change and overhead, year by year and since its first cost."""

from typing import Any

import pytest

from tests.finance.allocation_run.towers import run
from tests.finance.books import Books
from tests.finance.forecast.test_full_year_outlook import begin
from tests.finance.report.reading import follow, in_each_form, read, refused
from tests.finance.report.test_income_statements import TO_MAIL, post

COST = ("build", "run", "change", "overhead", "passed_on", "total", "cumulative")


def column(report: dict[str, Any], *names: str) -> list[Any]:
    return [tuple(row[name] for name in names) for row in report["rows"]]


@pytest.fixture
async def owned(towers: Books) -> Books:
    """MAIL cost 500.00 to build in 2024-25; in 2025-26 60.00 to run, 40.00 to change, and a third of IT's 900."""
    await begin(towers, "2024-25", "2024-04-01")
    for code, of_class in (("5600", "build"), ("5700", "change")):
        account = {"code": code, "name": of_class, "type": "expense", "nature": "Projects", "cost_class": of_class}
        await towers.make("/v1/accounts", account)
    await post(towers, "built", "2024-11-01", "5600", "500.00")
    await post(towers, "ran", "2025-09-02", "5200", "60.00")
    await post(towers, "changed", "2025-10-01", "5700", "40.00")
    return towers


async def test_cost_is_told_by_class_with_overhead_and_adds_up_since_the_first(owned: Books) -> None:
    """500 a year ago, 60 + 40 + 900 / 3 this year: 900 in all, though overhead of the first year is not known."""
    await run(owned, TO_MAIL)
    report = await read(owned, "ownership-costs", model="tbm", cost_object="MAIL")
    assert column(report, "fiscal_year", *COST) == [
        ("2025-26", "0", "60.00", "40.00", "300.00", "0.00", "400.00", "900.00"),
        (None, "500.00", "60.00", "40.00", None, None, "900.00", "900.00"),
    ]
    assert column(report, "allocated", "starts_on") == [(True, "2025-04-01"), (False, "2024-04-01")]


async def test_each_year_of_the_range_has_a_row_and_what_came_before_still_counts(owned: Books) -> None:
    both = await read(owned, "ownership-costs", cost_object="MAIL", starts_on="2024-04-01")
    assert column(both, "fiscal_year", "total", "cumulative") == [
        ("2024-25", "500.00", "500.00"),
        ("2025-26", "100.00", "600.00"),
        (None, "600.00", "600.00"),
    ]
    autumn = await read(owned, "ownership-costs", cost_object="MAIL", starts_on="2025-10-01", ends_on="2025-11-01")
    assert column(autumn, "fiscal_year", "total", "cumulative") == [
        ("2025-26", "40.00", "600.00"),
        (None, "600.00", "600.00"),
    ]


async def test_who_serves_others_passes_its_cost_on(owned: Books) -> None:
    await run(owned, TO_MAIL)
    report = await read(owned, "ownership-costs", model="tbm", cost_object="IT")
    assert column(report, *COST)[0] == ("0", "900.00", "0", "0.00", "900.00", "0.00", "0.00")


async def test_a_unit_is_told_where_the_driver_has_a_quantity(owned: Books) -> None:
    """MAIL's 100 by 3 TB of this year, and its 600 by the same: nothing was counted before."""
    report = await read(owned, "ownership-costs", driver="traffic", cost_object="MAIL")
    assert column(report, "quantity", "per_unit") == [("3", "33.333333333333"), ("3", "200.000000000000")]
    without = await read(owned, "ownership-costs", cost_object="MAIL")
    assert column(without, "quantity", "per_unit") == [(None, None)] * 2
    assert await refused(owned, "ownership-costs", driver="none") == "finance.driver.unknown"


async def test_what_never_cost_anything_has_no_rows(owned: Books) -> None:
    assert (await read(owned, "ownership-costs", cost_object="HOSTING"))["rows"] == []


async def test_figures_lead_to_the_entries_and_lines_that_make_them(owned: Books) -> None:
    await run(owned, TO_MAIL)
    rows = await in_each_form(owned, "ownership-costs", "rows", model="tbm", cost_object="MAIL")
    links = [row[name] for row in rows for name in ("explain", "explain_overhead") if row[name]]
    found = await follow(owned, "ownership-costs", links)
    assert [len(found[row["explain"]]["items"]) for row in rows] == [2, 3]
    assert [it["amount"] for it in found[rows[0]["explain_overhead"]]["items"]] == ["300.00"]


async def test_the_class_of_an_account_is_run_unless_said_and_stays_unless_changed(books: Books) -> None:
    accounts = {each["code"]: each for each in (await books.client.get("/v1/accounts")).json()["items"]}
    assert accounts["5200"]["cost_class"] == "run"
    path, version = f"/v1/accounts/{accounts['5200']['id']}", accounts["5200"]["version"]
    for said, of_class in (({"cost_class": "build"}, "build"), ({}, "build"), ({"cost_class": "run"}, "run")):
        answer = await books.client.put(path, json={"name": "L", **said}, headers={"If-Match": f'"{version}"'})
        assert answer.json()["cost_class"] == of_class
        version = answer.json()["version"]


async def test_a_chart_that_is_imported_says_the_class_or_leaves_it(books: Books) -> None:
    async def imported(header: str, row: str) -> dict[str, Any]:
        answer = await books.client.post(
            "/v1/account-imports", content=f"{header}\n{row}\n", headers={"Content-Type": "text/csv"}
        )
        done: dict[str, Any] = answer.json()
        return done

    header = "code,name,type,nature"
    assert (await imported(f"{header},cost_class", "5200,Licences,expense,Software,build"))["changed"] == 1
    assert (await imported(header, "5200,Licences,expense,Software"))["unchanged"] == 1
