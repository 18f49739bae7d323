"""All service standards of a federal government: what its departments published, and what they left out."""

import csv
import os
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.files import counts, import_file, reasons
from tests.portfolio.services import made

pytestmark = pytest.mark.skipif("STEWARD_DATA" not in os.environ, reason="STEWARD_DATA: NOT CHECKED with real data")

FACT = "portfolio.performance-assessed.v1"
FISCAL_YEAR = {"starts_on": "2023-04-01", "ends_on": "2024-04-01"}
SOURCE = {"constant": "gc"}
# The numbers of standards are given twice by some departments; with that of the service they are unique.
STANDARD = {"columns": ["service_id", "service_standard_id"], "separator": "/"}
SERVICE = {
    "stage": {"constant": "catalog"},
    "launched_on": {"constant": "2018-04-01"},
    "code": {"column": "service_id"},
    "name": {"column": "service_name_en", "shorten_to": 200},
    "description": {"column": "service_description_en"},
    "owner": {"column": "owner_org"},
}
LEVEL = {
    "source": SOURCE,
    "external_id": STANDARD,
    "service": {"column": "service_id"},
    "name": {"columns": ["service_standard_id", "service_standard_en"], "shorten_to": 200},
    "description": {"column": "service_standard_en"},
    "metric": {"constant": "fulfilment_time"},
    # A target of nothing is none: its publisher says of each of these that it can be neither met nor missed.
    "target": {"column": "target", "kind": "number", "translate": {"0": ""}},
    "unit": {"constant": "fraction"},
    "window": {"constant": "year"},
    "year_starts_in": {"constant": "4"},
    "time_zone": {"constant": "America/Toronto"},
    "direction": {"constant": "at_least"},
    "aggregation": {"constant": "share"},
}
RESULT = {
    "source": SOURCE,
    "service_level_external_id": STANDARD,
    "period_starts_on": {"constant": "2023-04-01"},
    "volume_met": {"column": "volume_meeting_target", "kind": "number"},
    "volume": {"column": "total_volume", "kind": "number"},
}


def published(name: str) -> str:
    folder = Path(os.environ["STEWARD_DATA"]) / "shared-services-canada"
    return (folder / f"service_{name}_2023_24.csv").read_text(encoding="utf-8-sig")


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def impossible(row: dict[str, str]) -> bool:
    """More cases met the target than there were, or nobody knows how many there were."""
    met, total = number(row["volume_meeting_target"]), number(row["total_volume"])
    return met is not None and (total is None or met > total)


def outcome(row: dict[str, str]) -> str:
    met, total, target = (number(row[name]) for name in ("volume_meeting_target", "total_volume", "target"))
    if impossible(row) or met is None or not total or not target:
        return "not_measured"
    return "met" if Fraction(met) / Fraction(total) >= Fraction(target) else "missed"


async def imported(portfolio: ServiceUnderTest) -> dict[str, Any]:
    await import_file(portfolio, "service", published("inventory"), mapping={"fields": SERVICE})
    levels = await import_file(portfolio, "service-level", published("standards"), mapping={"fields": LEVEL})
    assert counts(levels) == (2_343, 0, 0, 0)
    return await import_file(portfolio, "measurement", published("standards"), mapping={"fields": RESULT})


async def test_all_standards_of_all_departments_come_to_what_the_file_comes_to(portfolio: ServiceUnderTest) -> None:
    rows = list(csv.DictReader(published("standards").splitlines(keepends=True)))
    expected = Counter(outcome(row) for row in rows)
    wrong = sum(map(impossible, rows))
    assert (len(rows), expected["met"], expected["missed"], expected["not_measured"], wrong) == (
        2_343,
        1302,
        476,
        565,
        11,
    )

    results = await imported(portfolio)

    assert counts(results) == (2_343 - wrong, 0, 0, wrong)
    assert {column for _, column, _ in reasons(results)} == {"volume_meeting_target", "total_volume"}
    told = made(await portfolio.client.get("/v1/attainment-summary", params=FISCAL_YEAR))
    assert told["services"] == len({row["service_id"] for row in rows}) == 1_001
    assert (told["levels"], told["met"], told["missed"]) == (2_343, expected["met"], expected["missed"])
    assert told["not_measured"] == expected["not_measured"]
    assert Decimal(told["health"]) == round(Decimal(1302) / (1302 + 476), 4)
    assert Decimal(told["coverage"]) == round(Decimal(1302 + 476) / 2343, 4)


async def test_each_service_is_assessed_for_its_fiscal_year_and_listed_by_health(portfolio: ServiceUnderTest) -> None:
    rows = list(csv.DictReader(published("standards").splitlines(keepends=True)))
    await imported(portfolio)
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row["service_id"], Counter())[outcome(row)] += 1
    said = {row["service_id"] for row in rows if not impossible(row)}

    told = {fact.data["code"]: fact.data for fact in await portfolio.announced(FACT)}

    assert {(fact["starts_on"], fact["ends_on"]) for fact in told.values()} == {("2023-04-01", "2024-04-01")}
    assert {code: (fact["met"], fact["measured"], fact["levels"]) for code, fact in told.items()} == {
        code: (n["met"], n["met"] + n["missed"], n.total()) for code, n in found.items() if code in said
    }
    listed = await health(portfolio)
    ranked = [Decimal(service["health"] or 2) for service in listed]
    assert ranked == sorted(ranked)
    assert len({service["code"] for service in listed}) == len(listed) == 1_751
    assert ranked.count(Decimal(2)) == 1_751 - sum(n["met"] + n["missed"] > 0 for n in found.values())


async def health(portfolio: ServiceUnderTest) -> list[dict[str, Any]]:
    """Of all services, page by page, the worst first."""
    asked, services = {**FISCAL_YEAR, "sort": "health", "limit": "500"}, []
    while True:
        page = made(await portfolio.client.get("/v1/service-health", params=asked))
        services += page["items"]
        if page["next_cursor"] is None:
            return services
        asked["cursor"] = page["next_cursor"]


async def test_the_same_results_again_change_and_announce_nothing(portfolio: ServiceUnderTest) -> None:
    await imported(portfolio)
    before = len(await portfolio.announced(FACT))
    content, headers = published("standards").encode(), {"Content-Type": "text/csv"}
    address = "/v1/measurement-imports?mapping=measurement"
    again = made(await portfolio.client.post(address, content=content, headers=headers))
    assert counts(again) == (0, 0, 2_332, 11)
    assert len(await portfolio.announced(FACT)) == before
