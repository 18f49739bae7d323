"""A source that is expected and stays away is noticed: by period, and of a daily one by day."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.finance.books import Books
from tests.finance.cost_import.files import Imports, cost_file


@pytest.fixture
def imports(books: Books, finance: ServiceUnderTest) -> Imports:
    """On 10 June 2025."""
    finance.clock.now = datetime(2025, 6, 10, 12, tzinfo=UTC)
    return Imports(books)


async def expect(imports: Imports, source: str = "cloud", **more: Any) -> dict[str, Any]:
    return await imports.books.make("/v1/cost-sources", {"source": source, "expected_from": "2025-04-01", **more})


async def states(imports: Imports, source: str = "cloud") -> list[str]:
    rows = await imports.items("/v1/cost-completeness", fiscal_year="2025-26")
    return [row["state"] for row in rows if row["source"] == source]


def days(month: int, *present: int) -> str:
    return cost_file(*(f"2025-{month:02}-{day:02},5100,MAIL,1.00,CAD,Day" for day in present))


async def test_a_source_that_was_never_imported_is_missing_in_each_period_that_has_begun(imports: Imports) -> None:
    await expect(imports)
    assert await states(imports) == ["missing"] * 3 + ["not_due"] * 9


async def test_nothing_is_missing_outside_the_days_on_which_it_is_expected(imports: Imports) -> None:
    await expect(imports, expected_from="2025-05-01", expected_until="2025-06-01")
    assert await states(imports) == ["not_expected", "missing"] + ["not_expected"] * 10


async def test_an_imported_period_is_not_missing_and_a_withdrawn_one_is_again(imports: Imports) -> None:
    await expect(imports)
    made = await imports.done(days(4, 1), source="cloud", period="2025-26-P01")
    assert (await states(imports))[:2] == ["imported", "missing"]
    await imports.ask(f"/v1/cost-imports/{made['id']}/withdrawal", reason="Wrong")
    assert (await states(imports))[:2] == ["missing", "missing"]


async def test_days_without_cost_of_a_daily_source_are_named(imports: Imports) -> None:
    await expect(imports, cadence="daily", expected_from="2025-04-03")
    present = [day for day in range(1, 31) if day not in (2, 17)]
    await imports.done(days(4, *present), source="cloud", period="2025-26-P01")
    await imports.done(days(5, *range(1, 32)), source="cloud", period="2025-26-P02")
    rows = await imports.items("/v1/cost-completeness", fiscal_year="2025-26")
    assert [(row["state"], row["missing_days"]) for row in rows[:2]] == [
        ("days_missing", ["2025-04-17"]),
        ("imported", []),
    ]


async def test_of_a_running_month_only_days_before_today_can_be_missing(imports: Imports) -> None:
    await expect(imports, cadence="daily", expected_from="2025-06-01")
    await imports.done(days(6, *range(1, 9)), source="cloud", period="2025-26-P03")
    [row] = [
        it
        for it in await imports.items("/v1/cost-completeness", fiscal_year="2025-26")
        if it["fiscal_period"] == "2025-26-P03"
    ]
    assert (row["state"], row["missing_days"]) == ("days_missing", ["2025-06-09"])


async def test_a_source_that_nobody_expects_has_no_missing_days(imports: Imports) -> None:
    await imports.done(days(4, 1), source="cloud", period="2025-26-P01")
    assert await states(imports) == ["imported"] + ["not_expected"] * 11


async def test_what_is_expected_changes_only_for_who_has_seen_it(imports: Imports) -> None:
    made = await expect(imports)
    path, client = f"/v1/cost-sources/{made['id']}", imports.books.client
    body = {"expected_from": "2025-04-01", "expected_until": "2025-05-01"}
    assert (await client.put(path, json=body, headers={"If-Match": '"9"'})).status_code == 412
    changed = await client.put(path, json=body, headers={"If-Match": f'"{made["version"]}"'})
    assert (changed.status_code, changed.json()["expected_until"]) == (200, "2025-05-01")
    assert (await states(imports))[:2] == ["missing", "not_expected"]
    assert [it["source"] for it in await imports.items("/v1/cost-sources")] == ["cloud"]


async def test_a_source_is_expected_once_and_not_backwards(imports: Imports) -> None:
    await expect(imports)
    again = await imports.ask("/v1/cost-sources", source="cloud", expected_from="2025-04-01")
    assert (again.status_code, again.json()["code"]) == (409, "finance.cost-source.source-taken")
    terms = {"expected_from": "2025-04-01", "expected_until": "2025-04-01"}
    backwards = await imports.ask("/v1/cost-sources", source="erp", **terms)
    assert (backwards.status_code, backwards.json()["code"]) == (422, "finance.cost-source.ends-before-it-begins")
