"""Customers and their sizes come in by files: once, in any order, and without removing anybody."""

import csv
import io
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps

CSV = {"Content-Type": "text/csv"}
COUNTS = ("created", "changed", "unchanged", "rejected")


async def send(strategy: ServiceUnderTest, path: str, body: str | bytes, **query: str) -> Made:
    answer = await strategy.client.post(f"/v1/{path}", content=body, params=query, headers=CSV)
    assert answer.status_code == 200, answer.text
    result: Made = answer.json()
    return result


async def customers(strategy: ServiceUnderTest, body: str) -> tuple[int, ...]:
    result = await send(strategy, "customer-imports", body)
    return tuple(result[name] for name in COUNTS)


async def sizes(strategy: ServiceUnderTest, body: str) -> tuple[int, ...]:
    result = await send(strategy, "customer-size-imports", body)
    return tuple(result[name] for name in COUNTS)


TREE = "code,name,kind,parent_code\nunit,Unit,,branch\nbranch,Branch,,agency\nagency,Agency,external_organization,\n"


async def test_parents_may_come_after_their_children(strategy: ServiceUnderTest, steps: Steps) -> None:
    assert await customers(strategy, TREE) == (3, 0, 0, 0)
    [agency] = (await steps.get("/customers", code="agency"))["items"]
    assert agency["kind"] == "external_organization"
    assert await steps.listed("/customers", "code", below=agency["id"]) == ["branch", "unit"]
    facts = {fact.data["code"]: fact.data for fact in await strategy.announced("strategy.customer-registered.v1")}
    assert facts["branch"]["parent_id"] == agency["id"]


async def test_the_same_file_again_changes_nothing(strategy: ServiceUnderTest) -> None:
    await customers(strategy, TREE)
    before = await strategy.announced()
    assert await customers(strategy, TREE) == (0, 0, 3, 0)
    assert await strategy.announced() == before


async def test_a_row_changes_what_it_says_and_leaves_the_rest(strategy: ServiceUnderTest, steps: Steps) -> None:
    await customers(strategy, TREE)
    assert await customers(strategy, "code,name\nagency,The Agency\nunit,Unit\n") == (0, 1, 1, 0)
    [agency] = (await steps.get("/customers", code="agency"))["items"]
    assert (agency["name"], agency["kind"]) == ("The Agency", "external_organization")
    assert len(await steps.listed("/customers", "code", below=agency["id"])) == 2


async def test_two_customers_can_swap_their_places_but_not_close_a_loop(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    await customers(strategy, TREE)
    looped = "code,name,parent_code\nagency,Agency,unit\nx,X,y\ny,Y,x\n"
    assert await customers(strategy, looped) == (0, 0, 0, 3)
    moved = "code,name,parent_code\nother,Other,\nbranch,Branch,other\nagency,Agency,branch\n"
    assert await customers(strategy, moved) == (1, 2, 0, 0)
    [other] = await steps.listed("/customers", "id", code="other")
    assert await steps.listed("/customers", "code", below=other) == ["agency", "branch", "unit"]


async def test_rows_that_contradict_what_is_known_are_refused_with_a_reason(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    await steps.customer("A", external_ids=[{"source": "erp", "external_id": "1"}])
    rows = ["erp,1,B,B,", ",,C,a,", ",,D,D,nobody", "erp,,E,E,", ",,F,F,"]
    result = await send(strategy, "customer-imports", "source,external_id,code,name,parent_code\n" + "\n".join(rows))
    assert (result["created"], result["rejected"]) == (1, 4)
    refused = {rejection["line"]: (rejection["column"], rejection["reason"]) for rejection in result["rejections"]}
    assert refused[2] == ("external_id", "belongs to the customer with the code A")
    assert refused[3] == ("name", "is the name of the customer with the code A")
    assert refused[4] == ("parent_code", "there is no customer with the code nobody")
    assert "external_id needs its source" in refused[5][1]
    assert await steps.listed("/customers", "code") == ["A", "F"]


async def test_a_row_without_a_code_belongs_to_the_customer_with_its_id_or_name(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    await steps.customer("CRA", name="Canada Revenue Agency")
    file = "source,external_id,name\nerp,1,CANADA REVENUE AGENCY\nerp,2,Café Ltd\nerp,3,Café, Ltd.\n"
    quoted = file.replace("Café, Ltd.", '"Café, Ltd."')
    assert await customers(strategy, quoted) == (2, 1, 0, 0)
    assert await steps.listed("/customers", "code") == ["2", "3", "CRA"]
    renamed = "source,external_id,name\nerp,2,Tea Ltd\n"
    assert await customers(strategy, renamed) == (0, 1, 0, 0)
    assert await steps.listed("/customers", "name", code="2") == ["Tea Ltd"]


async def test_names_alone_get_codes_that_differ(strategy: ServiceUnderTest, steps: Steps) -> None:
    assert await customers(strategy, "name\nA b\nA-b\na.b\nA B\n財務省\n外務省\n") == (5, 0, 1, 0)
    assert await steps.listed("/customers", "code") == ["a-b", "a-b-2", "a-b-3", "customer", "customer-2"]
    assert await steps.listed("/customers", "name", code="a-b") == ["A b"]


async def test_a_source_that_goes_on_naming_a_merged_customer_does_not_bring_it_back(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    file = "source,external_id,name\nerp,old,Old name\nerp,new,New name\n"
    await customers(strategy, file)
    [old], [new] = [(await steps.get("/customers", code=code))["items"] for code in ("old", "new")]
    await steps.post(f"/customers/{old['id']}/merge", {"survivor_id": new["id"]}, of=old)
    assert await customers(strategy, file) == (0, 0, 2, 0)
    assert await customers(strategy, "code,name\nold,Old name\n") == (0, 0, 1, 0)
    assert await steps.listed("/customers", "name") == ["New name"]
    measured = "source,external_id,measure,quantity,valid_from\nerp,old,headcount,5,2024-04-01\n"
    both = measured + "erp,new,headcount,50,2024-04-01\n"
    assert await sizes(strategy, both) == (1, 1, 0, 0)
    assert await sizes(strategy, both) == (0, 0, 2, 0)
    assert await steps.listed("/customer-sizes", "quantity", measure="headcount") == ["50"]


async def test_sizes_are_stated_for_customers_by_id_code_or_name(strategy: ServiceUnderTest, steps: Steps) -> None:
    await steps.customer("A", external_ids=[{"source": "erp", "external_id": "1"}])
    await steps.customer("B", name="Branch")
    rows = [
        "erp,1,,,headcount,10,2024-04-01",
        ",,A,,headcount,11,2025-04-01",
        ",,,BRANCH,headcount,7,2024-04-01",
        ",,,Nobody,headcount,1,2024-04-01",
        ",,A,,headcount,-1,2024-04-01",
        ",,A,,headcount,1,0",
        ",,,,headcount,1,2024-04-01",
    ]
    file = "source,external_id,code,name,measure,quantity,valid_from\n" + "\n".join(rows)
    assert await sizes(strategy, file) == (3, 0, 0, 4)
    assert await sizes(strategy, file.replace(",10,", ",12,")) == (0, 1, 2, 4)
    facts = await strategy.announced("strategy.customer-sized.v1")
    assert sorted(fact.data["quantity"] for fact in facts) == ["10", "11", "12", "7"]
    assert await steps.listed("/customer-sizes", "quantity", measure="headcount", on="2024-06-01") == ["12", "7"]


async def test_the_last_of_several_rows_about_one_day_counts(strategy: ServiceUnderTest, steps: Steps) -> None:
    await steps.customer("A")
    rows = "A,headcount,1,2024-04-01\nA,headcount,2,2024-04-01\n"
    assert await sizes(strategy, f"code,measure,quantity,valid_from\n{rows}") == (1, 1, 0, 0)
    assert await steps.listed("/customer-sizes", "quantity", measure="headcount") == ["2"]


async def test_five_thousand_customers_take_a_few_statements(strategy: ServiceUnderTest) -> None:
    """What is bounded is the number of round trips: new rows go in batches, known ones are not asked for one by one."""
    rows = "".join(f"C{n},Customer {n},{f'C{n // 10}' if n >= 10 else ''}\n" for n in range(5_000))
    statements: list[str] = []
    engine = strategy.database.engine.sync_engine

    def note(*seen: Any) -> None:
        statements.append(seen[2])

    event.listen(engine, "before_cursor_execute", note)
    assert await customers(strategy, f"code,name,parent_code\n{rows}") == (5_000, 0, 0, 0)
    assert len(statements) < 50
    assert await customers(strategy, f"code,name,parent_code\n{rows}") == (0, 0, 5_000, 0)
    assert len(statements) < 70
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("body", [b"code,name\nA,\xff\n", b'code,name\nA,"open\n', b"", b"code,surname\nA,B\n"])
async def test_a_file_that_cannot_be_read_stores_nothing(strategy: ServiceUnderTest, steps: Steps, body: bytes) -> None:
    answer = await strategy.client.post("/v1/customer-imports", content=body, headers=CSV)
    assert answer.status_code in (400, 422), answer.text
    assert await steps.listed("/customers", "code") == []


@pytest.mark.skipif("STEWARD_DATA" not in os.environ, reason="STEWARD_DATA names no folder with real data")
async def test_the_departments_of_a_real_government_come_in_with_their_headcount(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    path = Path(os.environ["STEWARD_DATA"]) / "shared-services-canada/headcount_by_department_2010_2025.csv"
    text = path.read_text("utf-8")
    department = {"column": "Department or agency"}
    mapping = {"fields": {"name": department}}
    measured = {
        "date_formats": ["%Y-%m-%d"],
        "fields": {
            "name": department,
            "measure": {"constant": "headcount"},
            "quantity": {"column": "Number of employees", "kind": "number"},
            "valid_from": {"column": "Year", "suffix": "-04-01"},
        },
    }
    for name, content in (("departments", mapping), ("headcount", measured)):
        saved = await strategy.client.put(f"/v1/import-mappings/{name}", json=content)
        assert saved.is_success, saved.text
    rows = list(csv.DictReader(io.StringIO(text)))
    result = await send(strategy, "customer-imports", text, mapping="departments")
    assert (result["rejected"], result["created"] + result["unchanged"]) == (0, len(rows))
    assert result["created"] == len({row["Department or agency"].casefold() for row in rows})
    stated = await send(strategy, "customer-size-imports", text, mapping="headcount")
    assert (stated["created"], stated["rejected"]) == (len(rows), 0)
    again = await send(strategy, "customer-size-imports", text, mapping="headcount")
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, len(rows))
    sizes_2023 = await steps.get("/customer-sizes", measure="headcount", on="2023-12-31", limit=500)
    in_2023 = [row for row in rows if row["Year"] == "2023"]
    known = sum(int(row["Number of employees"]) for row in in_2023)
    assert sum(int(item["quantity"]) for item in sizes_2023["items"] if item["valid_from"] == "2023-04-01") == known
