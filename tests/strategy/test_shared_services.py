"""A real internal provider: its customers with their headcount, its services, and what the market looks like.

Every expected number is counted here from the files, without the code under test.
"""

import csv
import io
import os
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps

pytestmark = pytest.mark.skipif("STEWARD_DATA" not in os.environ, reason="STEWARD_DATA names no folder with real data")
CSV = {"content-type": "text/csv"}

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    path = Path(os.environ["STEWARD_DATA"]) / "shared-services-canada" / name
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def own_services() -> list[Row]:
    return [row for row in rows("service_inventory_2023_24.csv") if "Shared Services" in row["owner_org_title"]]


def headcounts() -> dict[str, dict[int, int]]:
    """Department, in lower case → year → employees."""
    counted: dict[str, dict[int, int]] = defaultdict(dict)
    for row in rows("headcount_by_department_2010_2025.csv"):
        counted[row["Department or agency"].casefold()][int(row["Year"])] = int(row["Number of employees"])
    return counted


def held(years: dict[int, int], year: int) -> int | None:
    """The last headcount that was counted until that year."""
    known = [at for at in years if at <= year]
    return years[max(known)] if known else None


def table(columns: list[str], lines: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *lines])
    return out.getvalue().encode()


async def imported(strategy: ServiceUnderTest, path: str, content: bytes) -> Made:
    answer = await strategy.client.post(f"/v1/{path}", content=content, headers=CSV)
    assert answer.is_success, answer.text
    result: Made = answer.json()
    assert result["rejected"] == 0, result["rejections"][:3]
    return result


async def departments(strategy: ServiceUnderTest) -> None:
    counted = rows("headcount_by_department_2010_2025.csv")
    await imported(strategy, "customer-imports", table(["name"], [[row["Department or agency"]] for row in counted]))
    sizes = [
        [row["Department or agency"], "headcount", row["Number of employees"], f"{row['Year']}-04-01"]
        for row in counted
    ]
    await imported(strategy, "customer-size-imports", table(["name", "measure", "quantity", "valid_from"], sizes))


async def large_ones(steps: Steps) -> Made:
    space = await steps.space("federal")
    rule = {"sizes": [{"measure": "headcount", "at_least": "5000"}]}
    said = {"code": "large", "name": "Large departments", "market_space_id": space["id"], "basis": "rule"}
    return await steps.post("/segments", {**said, "rule": rule, "valid_from": "2000-01-01"})


async def test_large_departments_are_found_as_of_any_year(strategy: ServiceUnderTest, steps: Steps) -> None:
    await departments(strategy)
    segment, counted = await large_ones(steps), headcounts()
    for year in range(2010, 2026):
        known = [size for years in counted.values() if (size := held(years, year)) is not None and size >= 5000]
        seen = await steps.get(f"/segments/{segment['id']}/count", on=f"{year}-12-31", measure="headcount")
        assert (seen["customers"], seen["sized"], seen["size"]) == (len(known), len(known), str(sum(known)))
    names = await steps.listed(f"/segments/{segment['id']}/members", "name", on="2023-12-31", limit=500)
    expected = {name for name, years in counted.items() if (held(years, 2023) or 0) >= 5000}
    assert {name.casefold() for name in names} == expected


def trigrams(name: str) -> set[str]:
    """Words of letters and digits with their accents off, as two blanks, the word, one blank."""
    plain = name.casefold().translate(str.maketrans("éèêëàâçîïôûùü", "eeeeaaciiouuu"))
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return {f"  {word} "[at : at + 3] for word in words for at in range(len(word) + 1)}


async def test_two_registers_of_one_government_have_names_that_are_nearly_one(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    await departments(strategy)
    titles = [row["applied_title_en"] or row["legal_title_en"] for row in rows("organizations.csv")]
    await imported(strategy, "customer-imports", table(["name"], [[title] for title in titles]))
    names: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = await steps.get("/customers", limit=500, **cursor)
        names += [item["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    expected = {
        frozenset(pair)
        for pair in combinations(names, 2)
        if 10 * len(trigrams(pair[0]) & trigrams(pair[1])) >= 6 * len(trigrams(pair[0]) | trigrams(pair[1]))
    }
    result = await steps.post("/customer-matches/search", {"least": "0.6"})
    assert (result["customers"], result["complete"]) == (len(names), True)
    found = (await steps.get("/customer-matches", limit=500, sort="-likeness"))["items"]
    assert {frozenset({it["one_name"], it["other_name"]}) for it in found} == expected
    assert {"Assisted Human Reproduction Agency of Canada", "Assisted Human Reproduction Canada"} in expected
    assert len(expected) > 20


async def test_services_of_a_program_without_an_offering_are_orphans_and_its_need_white_space(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    await departments(strategy)
    segment, services = await large_ones(steps), own_services()
    programs: dict[str, list[str]] = defaultdict(list)
    for row in services:
        programs[row["program_id"]].append(row["service_id"])
    known = {row["service_id"]: await steps.service_known(row["service_id"]) for row in services}
    for number, (program, ids) in enumerate(sorted(programs.items())):
        stated = {"statement": program, "asked_by": "Departments", "importance": 9 - number, "satisfaction": 5}
        need = await steps.post("/needs", {**stated, "segment_id": segment["id"]})
        if program != "BYE07":
            await steps.launched(program, services=[known[id] for id in ids], needs=[need])
    cells = (await steps.get("/coverage-matrix", limit=500))["items"]
    covered = {(cell["statement"], cell["service_code"]) for cell in cells if cell["service_code"]}
    assert covered == {(row["program_id"], row["service_id"]) for row in services if row["program_id"] != "BYE07"}
    assert sorted(await steps.listed("/orphans", "code")) == sorted(programs["BYE07"])
    assert await steps.listed("/white-spaces", "statement", segment_id=segment["id"]) == ["BYE07"]
    assert await steps.listed("/overlaps", "label") == []
