"""Unassigned cost goes to whom later rules give it, once, by a correction that is linked to its import."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.finance.cost_import.files import Imports, cost_file, when

CLOUD = cost_file(
    "2025-04-03,5100,,10.00,CAD,web",
    "2025-04-04,5100,,5.50,CAD,mail",
    "2025-04-05,5200,,2.00,USD,web",
    "2025-04-06,5100,HOSTING,7.00,CAD,web",
    "2025-05-02,5100,,1.25,CAD,web",
)
TO_MAIL = when("description", "web", cost_object="MAIL")


async def moved(imports: Imports, **asked: Any) -> dict[str, Any]:
    answer = await imports.ask("/v1/cost-reassignments", **{"source": "erp", "period": "2025-26", **asked})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


@pytest.fixture
async def made(imports: Imports) -> dict[str, Any]:
    return await imports.done(CLOUD, rates="USD:1.5")


async def test_a_correction_takes_cost_from_unassigned_to_whom_the_rule_names(
    imports: Imports, made: dict[str, Any]
) -> None:
    await imports.rule(TO_MAIL)
    result = await moved(imports)
    [one] = result["reassignments"]
    assert (result["changed"], one["cost_import_id"], one["row_count"]) == (True, made["id"], 3)
    assert await imports.balances() == {
        ("5100", "MAIL"): Decimal("11.25"),
        ("5200", "MAIL"): Decimal("3.00"),
        ("5100", "unassigned"): Decimal("5.50"),
        ("5100", "HOSTING"): Decimal("7.00"),
        ("2000", None): Decimal("-26.75"),
    }
    entries = await imports.items("/v1/journal-entries", posting_id=one["posting_id"])
    assert [it["reference"] for it in entries] == [
        f"{made['id']}/reassignment/{one['id']}/2025-26-P{month:02}" for month in (1, 2)
    ]
    assert (await imports.items(f"/v1/cost-imports/{made['id']}/reassignments"))[0]["id"] == one["id"]


async def test_rows_and_counts_tell_what_was_moved_and_by_which_rule(imports: Imports, made: dict[str, Any]) -> None:
    await imports.rule(when("description", "nothing", cost_object="HOSTING"), TO_MAIL)
    [one] = (await moved(imports))["reassignments"]
    rows = await imports.items(f"/v1/cost-imports/{made['id']}/rows")
    told = [(row["cost_object"], row["assigned_by"], row["reassignment_id"]) for row in rows]
    by_rule, still = ("MAIL", 2, one["id"]), ("unassigned", None, None)
    assert told == [by_rule, still, by_rule, ("HOSTING", None, None), by_rule]
    shown = (await imports.books.client.get(f"/v1/cost-imports/{made['id']}")).json()
    assert (made["unassigned"], shown["unassigned"]) == (4, 1)


@pytest.mark.usefixtures("made")
async def test_done_again_there_is_nothing_to_do(imports: Imports, finance: ServiceUnderTest) -> None:
    await imports.rule(TO_MAIL)
    await moved(imports)
    again = await moved(imports)
    assert (again["changed"], again["reassignments"], again["rules_version"]) == (False, [], 1)
    assert len(await finance.announced("finance.cost-posted.v1")) == 2


@pytest.mark.usefixtures("made")
async def test_two_at_once_leave_one_correction(imports: Imports) -> None:
    await imports.rule(TO_MAIL)
    results = await asyncio.gather(*(moved(imports) for _ in range(3)))
    assert sorted(result["changed"] for result in results) == [False, False, True]
    assert (await imports.balances())["5100", "MAIL"] == Decimal("11.25")


async def test_the_same_file_again_agrees_with_the_correction(imports: Imports, made: dict[str, Any]) -> None:
    await imports.rule(TO_MAIL)
    await moved(imports)
    again = await imports.done(CLOUD, rates="USD:1.5")
    assert (again["changed"], again["id"]) == (False, made["id"])


async def test_a_rule_gives_the_account_too_unless_the_row_names_one(imports: Imports) -> None:
    await imports.save(
        "bare",
        {
            "fields": {
                "posted_on": {"constant": "2025-04-03"},
                "account": {"column": "account"},
                "amount": {"column": "cost", "kind": "number"},
                "currency": {"constant": "CAD"},
                "description": {"column": "what"},
            }
        },
    )
    body = "account,cost,what\n,1.00,web\n5100,2.00,web\n"
    await imports.done(body, mapping="bare", default_account="5200")
    await imports.books.make("/v1/accounts", {"code": "5300", "name": "Cloud", "type": "expense", "nature": "Cloud"})
    await imports.rule(TO_MAIL | {"account": "5300"})
    await moved(imports)
    assert await imports.balances() == {
        ("5300", "MAIL"): Decimal(1),
        ("5100", "MAIL"): Decimal(2),
        ("2000", None): Decimal(-3),
    }
    assert not (await imports.done(body, mapping="bare", default_account="5200"))["changed"]


@pytest.mark.usefixtures("made")
async def test_a_closed_period_refuses_and_an_open_one_is_corrected_alone(imports: Imports) -> None:
    await imports.books.move("2025-26-P01", "closing")
    await imports.rule(TO_MAIL)
    refused = await imports.ask("/v1/cost-reassignments", source="erp", period="2025-26")
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.fiscal-period.not-open")
    assert ("5100", "MAIL") not in await imports.balances()
    await moved(imports, period="2025-26-P02")
    assert (await imports.balances())["5100", "MAIL"] == Decimal("1.25")


@pytest.mark.usefixtures("made")
async def test_a_soft_closed_period_takes_it_as_an_adjustment(imports: Imports) -> None:
    await imports.books.move("2025-26-P01", "soft-closing")
    await imports.rule(TO_MAIL)
    asked = {"source": "erp", "period": "2025-26-P01"}
    assert (await imports.ask("/v1/cost-reassignments", **asked)).status_code == 409
    assert (await moved(imports, period="2025-26-P01", adjustment=True))["changed"]


@pytest.mark.usefixtures("made")
async def test_cost_that_was_reversed_is_not_moved(imports: Imports) -> None:
    await imports.rule(TO_MAIL)
    for entry in await imports.entries():
        await imports.ask(f"/v1/journal-entries/{entry['id']}/reversal", reason="Wrong")
    refused = await imports.ask("/v1/cost-reassignments", source="erp", period="2025-26")
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.cost-import.not-as-posted")
    assert await imports.balances() == {}


@pytest.mark.usefixtures("made")
async def test_rows_of_an_import_that_was_superseded_are_left_alone(imports: Imports) -> None:
    await imports.done(cost_file("2025-04-03,5100,,4.00,CAD,web"), period="2025-26-P01")
    await imports.rule(TO_MAIL)
    result = await moved(imports)
    assert sorted(it["row_count"] for it in result["reassignments"]) == [1, 1]
    assert await imports.balances() == {("5100", "MAIL"): Decimal("5.25"), ("2000", None): Decimal("-5.25")}


@pytest.mark.usefixtures("made")
async def test_another_source_keeps_its_unassigned_cost(imports: Imports) -> None:
    await imports.done(cost_file("2025-04-03,5100,,4.00,CAD,web"), source="payroll")
    await imports.rule(TO_MAIL)
    await moved(imports)
    assert (await imports.balances())["5100", "unassigned"] == Decimal("9.50")
