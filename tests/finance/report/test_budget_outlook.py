"""Budget, actual and forecast of a scope, month by month, and where the year is expected to end."""

from typing import Any

import pytest

from tests.finance.allocation_run.towers import spend
from tests.finance.books import Books
from tests.finance.budget.plans import in_force
from tests.finance.report.reading import follow

YEAR = {"fiscal_year": "2025-26"}


async def shown(books: Books, **asked: Any) -> dict[str, Any]:
    answer = await books.client.get("/v1/budget-outlook", params={**YEAR, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def column(report: dict[str, Any], *names: str) -> list[Any]:
    return [tuple(row[name] for name in names) for row in report["rows"]]


@pytest.fixture
async def planned(rising: Books) -> Books:
    """150 a month are budgeted for licences of MAIL, which cost 100 in April and 10 more each month; it is January."""
    line = {"code": "mail", "name": "Mail", "cost_object": "MAIL", "nature": "Software", "total": "1800.00"}
    await in_force(rising, line)
    return rising


async def test_a_month_that_is_over_counts_its_actual_and_one_ahead_its_forecast(planned: Books) -> None:
    """1,260 were spent in nine months, 190, 200 and 210 are forecast: 60 more than the 1,800 budgeted."""
    report = await shown(planned, cost_object="MAIL")
    assert column(report, "budgeted", "actual", "forecast", "expected", "variance", "meaning")[7:] == [
        ("150.00", "170", None, "170", "20.00", "unfavorable"),
        ("150.00", "180", None, "180", "30.00", "unfavorable"),
        ("150.00", "0", "190.00", "190.00", "40.00", "unfavorable"),
        ("150.00", "0", "200.00", "200.00", "50.00", "unfavorable"),
        ("150.00", "0", "210.00", "210.00", "60.00", "unfavorable"),
        ("1800.00", "1260", "600.00", "1860.00", "60.00", "unfavorable"),
    ]
    assert column(report, "variance", "meaning")[0] == ("-50.00", "favorable")
    assert column(report, "variance", "meaning")[5] == ("0.00", "on_budget")
    assert (report["method"], report["rows"][-1]["available"]) == ("straight_line", "540.00")


async def test_what_is_asked_and_ordered_stands_beside_and_leaves_less(planned: Books) -> None:
    for reference, stage in (("request", "request"), ("order", "commitment")):
        body = {"source": "erp", "reference": reference, "kind": stage, "reserved_on": "2026-02-10"}
        answer = await planned.client.post(
            "/v1/budget-reservations",
            json={**body, "cost_object": "MAIL", "nature": "Software", "amount": "25.00", "currency": "CAD"},
        )
        assert answer.status_code == 201, answer.text
    report = await shown(planned, cost_object="MAIL")
    assert column(report, "requested", "committed", "available")[10] == ("25.00", "25.00", "100.00")
    assert column(report, "requested", "committed", "available")[-1] == ("25.00", "25.00", "490.00")


async def test_a_scope_without_a_line_has_no_budget_and_no_variance(planned: Books) -> None:
    for asked in ({"cost_object": "HOSTING"}, {"cost_object": "MAIL", "nature": "Labour"}):
        report = await shown(planned, **asked)
        assert set(column(report, "budgeted", "available", "variance", "meaning")) == {(None, None, None, None)}


async def test_a_cost_object_stands_for_all_below_it(planned: Books) -> None:
    """The department's own line and that of MAIL below it; what HOSTING costs, also below, counts as actual."""
    await planned.make("/v1/cost-objects", {"code": "DEPT", "name": "Department", "kind": "cost_center"})
    for code in ("MAIL", "HOSTING"):
        found = (await planned.client.get(f"/v1/cost-objects?code={code}")).json()["items"][0]
        body = {"name": code.title(), "kind": "service", "parent": "DEPT"}
        version = {"If-Match": f'"{found["version"]}"'}
        moved = await planned.client.put(f"/v1/cost-objects/{found['id']}", json=body, headers=version)
        assert moved.status_code == 200
    await in_force(
        planned, {"code": "dept", "name": "Department", "cost_object": "DEPT", "total": "1200.00"}, code="dept"
    )
    await spend(planned, "hosting", "5100", "HOSTING", "7.00")
    report = await shown(planned, cost_object="DEPT")
    assert column(report, "budgeted", "actual")[0] == ("250.00", "107.00")
    found = await follow(planned, "budget-outlook", [row["explain"] for row in report["rows"]])
    assert len(found[report["rows"][0]["explain"]]["items"]) == 2


async def test_everything_is_told_without_a_scope_and_leads_to_what_is_behind_it(planned: Books) -> None:
    report = await shown(planned)
    assert report["rows"][-1]["budgeted"] == "1800.00"
    links = [row[name] for row in report["rows"] for name in ("explain", "explain_budget", "explain_forecast")]
    found = await follow(planned, "budget-outlook", links)
    last = report["rows"][-1]
    assert found[last["explain_forecast"]]["total"] == last["expected"]
    (position,) = found[last["explain_budget"]]
    assert position["budgeted"] == last["budgeted"]
    assert len(found[last["explain"]]["items"]) == 9


async def test_it_comes_as_a_table_too_and_knows_what_is_not_there(planned: Books) -> None:
    answer = await planned.client.get("/v1/budget-outlook", params=YEAR, headers={"Accept": "text/csv"})
    assert len(answer.text.splitlines()) == 14
    for asked, code in (({"cost_object": "NONE"}, "finance.forecast.unknown-scope"), ({"fiscal_year": "1"}, None)):
        answer = await planned.client.get("/v1/budget-outlook", params={**YEAR, **asked})
        assert answer.status_code == 404
        assert code in (None, answer.json()["code"])
