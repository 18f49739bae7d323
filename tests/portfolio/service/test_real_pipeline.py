"""1,126 real IT projects in three snapshots: a pipeline, and how its days and budgets slipped."""

import csv
import json
import os
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.services import made

pytestmark = pytest.mark.skipif("STEWARD_DATA" not in os.environ, reason="STEWARD_DATA names no folder with real data")

SNAPSHOTS = {"2016": "2016-06-09", "2019": "2019-05-01", "2022": "2022-04-25"}
MAPPING = {
    "date_formats": ["%B %d, %Y"],
    "thousands_mark": ",",
    "null_words": ["TBD", "N/A"],
    "fields": {
        "source": {"constant": "parliament"},
        "external_id": {"column": "uniqueId"},
        "name": {"column": "projectName"},
        "description": {"column": "description"},
        "owner": {"column": "department"},
        "kind": {"constant": "supporting"},
        "requested_budget": {"column": "totalBudget", "kind": "number", "currency_sign": "$"},
        "currency": {"constant": "CAD"},
        "planned_launch_on": {"column": "estimatedCompletionDate", "kind": "date"},
        "stated_on": {"column": "asOfDate", "kind": "date"},
    },
}


def text(name: str) -> str:
    folder = Path(os.environ["STEWARD_DATA"]) / "canada-it-projects"
    return (folder / f"gc-it-projects-{name}.csv").read_text(encoding="utf-8-sig")


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text(name).splitlines(keepends=True)))


async def every(portfolio: ServiceUnderTest, path: str, **asked: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    query = {"limit": "500", **asked}
    while True:
        page = made(await portfolio.client.get(path, params=query))
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        query["cursor"] = page["next_cursor"]


@pytest.fixture
async def loaded(portfolio: ServiceUnderTest) -> list[dict[str, Any]]:
    """What became of each snapshot. Each is the complete list of its source on its day."""
    headers, path = {"Content-Type": "application/json"}, "/v1/import-mappings/projects"
    made(await portfolio.client.put(path, content=json.dumps(MAPPING), headers=headers))
    return [
        made(
            await portfolio.client.post(
                "/v1/service-imports",
                content=text(year).encode(),
                params={"mapping": "projects", "complete_for": "parliament"},
                headers={"Content-Type": "text/csv"},
            )
        )
        for year in SNAPSHOTS
    ]


async def test_three_snapshots_make_one_pipeline(portfolio: ServiceUnderTest, loaded: list[dict[str, Any]]) -> None:
    known: set[str] = set()
    for year, result in zip(SNAPSHOTS, loaded, strict=True):
        ids = {row["uniqueId"] for row in rows(year)}
        assert result["rejected"] == 0
        assert result["created"] == len(ids - known)
        assert result["absent"] == len(listed_before(year) - ids)
        known |= ids
    summary = made(await portfolio.client.get("/v1/portfolio-summary"))
    assert summary["services"] == len(known) == 1_126
    absent = await every(portfolio, "/v1/services", absent_from="parliament")
    assert len(absent) == 1_126 - len(rows("2022")) == 631


def listed_before(year: str) -> set[str]:
    """The projects of the snapshot before: those that were not yet marked as absent."""
    earlier = {"2016": None, "2019": "2016", "2022": "2019"}[year]
    return {row["uniqueId"] for row in rows(earlier)} if earlier else set()


@pytest.mark.usefixtures("loaded")
async def test_the_pipeline_of_each_day_asks_for_the_money_of_that_day(portfolio: ServiceUnderTest) -> None:
    for year, total in (("2016", 11_918_961_480), ("2019", 7_030_871_651), ("2022", 7_023_336_948)):
        of_then = {row["uniqueId"] for row in rows(year)}
        listed = await every(portfolio, "/v1/services", as_of=SNAPSHOTS[year])
        asked = {
            service["external_ids"][0]["external_id"]: Decimal(service["requested_budget"]["amount"])
            for service in listed
            if service["requested_budget"]
        }
        unsaid = {row["uniqueId"] for row in rows(year) if not row["totalBudget"]}
        assert sum(asked[id] for id in of_then - unsaid) == total
    assert len(await every(portfolio, "/v1/services", as_of="2017-01-01")) == 398
    assert await every(portfolio, "/v1/services", as_of="2016-06-08") == []


@pytest.mark.usefixtures("loaded")
async def test_slips_are_the_history_of_a_project(portfolio: ServiceUnderTest) -> None:
    """First and last budget and day of each project as the publishers of the data have combined them."""
    names = {
        service["id"]: service["external_ids"][0]["external_id"] for service in await every(portfolio, "/v1/services")
    }
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for definition in await every(portfolio, "/v1/service-definitions"):
        said[names[definition["service_id"]]].append(definition)
    slipped = 0
    for row in rows("combined"):
        versions = said[row["uniqueId"]]
        days = [it["planned_launch_on"] for it in versions if it["planned_launch_on"]]
        if row["originalEstimatedCompletionDate"] and row["latestEstimatedCompletionDate"]:
            assert days[0] == iso(row["originalEstimatedCompletionDate"]), row["uniqueId"]
            assert days[-1] == iso(row["latestEstimatedCompletionDate"]), row["uniqueId"]
            slipped += days[-1] > days[0]
        amounts = [Decimal(it["requested_budget"]["amount"]) for it in versions if it["requested_budget"]]
        if row["originalBudget"] and row["latestBudget"]:
            assert amounts[0] == money(row["originalBudget"]), row["uniqueId"]
            assert amounts[-1] == money(row["latestBudget"]), row["uniqueId"]
    later = [row for row in rows("combined") if row["datesDeltaYear"] and Decimal(row["datesDeltaYear"]) > 0]
    assert slipped == len(later) == 166


def iso(day: str) -> str:
    return datetime.strptime(day, "%B %d, %Y").date().isoformat()  # noqa: DTZ007 - a day


def money(amount: str) -> Decimal:
    return Decimal(amount.strip("$").replace(",", ""))
