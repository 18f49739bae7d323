"""Before a rule is put in force, a preview says what it would catch, and what catches that now."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.assignment_rule.matching import Rule, with_rule
from tests.finance.cost_import.files import Imports, cost_file, when

ROWS = cost_file(
    "2025-04-03,5100,,10.00,CAD,web",
    "2025-04-04,5100,,5.50,CAD,mail",
    "2025-04-05,5200,,2.00,USD,web",
    "2025-04-06,5100,HOSTING,7.00,CAD,web",
    "2025-05-02,5100,,1.25,CAD,web",
)


@pytest.fixture(autouse=True)
async def stored(imports: Imports) -> None:
    await imports.rule(when("description", "web", cost_object="HOSTING"))
    await imports.done(ROWS, rates="USD:1.5")


async def preview(imports: Imports, **asked: Any) -> dict[str, Any]:
    answer = await imports.ask("/v1/assignment-rule-previews", **{"period": "2025-26", **asked})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_a_rule_behind_all_others_catches_what_they_leave(imports: Imports) -> None:
    shown = await preview(imports, rule=when("currency", "CAD", cost_object="MAIL"))
    [rule] = shown["rules"]
    assert (rule["position"], rule["account"], shown["row_count"]) == (2, None, 5)
    caught = rule["cost_object"]
    assert (caught["row_count"], caught["amounts"]) == (1, [{"currency": "CAD", "amount": "5.50"}])
    assert caught["now"] == [{"rule": None, "row_count": 1, "amounts": [{"currency": "CAD", "amount": "5.50"}]}]
    assert [(row["line"], row["description"]) for row in caught["samples"]] == [(3, "mail")]
    assert (shown["unassigned_now"]["row_count"], shown["unassigned_then"]["row_count"]) == (1, 0)


async def test_a_rule_in_front_takes_rows_from_the_one_in_force(imports: Imports) -> None:
    shown = await preview(imports, rule=when("currency", "CAD", cost_object="MAIL"), position=1)
    caught = shown["rules"][0]["cost_object"]
    assert (caught["row_count"], caught["amounts"][0]["amount"]) == (3, "16.75")
    assert {it["rule"]: (it["row_count"], Decimal(it["amounts"][0]["amount"])) for it in caught["now"]} == {
        1: (2, Decimal("11.25")),
        None: (1, Decimal("5.50")),
    }


async def test_amounts_of_different_currencies_are_never_added(imports: Imports) -> None:
    shown = await preview(imports, rule=when("description", "web", cost_object="MAIL"), position=1)
    assert shown["rules"][0]["cost_object"]["amounts"] == [
        {"currency": "CAD", "amount": "11.25"},
        {"currency": "USD", "amount": "2.00"},
    ]


async def test_a_changed_list_is_shown_rule_by_rule(imports: Imports) -> None:
    rules = [when("currency", "USD", cost_object="MAIL"), when("description", "mail", cost_object="MAIL")]
    shown = await preview(imports, rules=rules)
    assert [rule["cost_object"]["row_count"] for rule in shown["rules"]] == [1, 1]
    assert [it["rule"] for rule in shown["rules"] for it in rule["cost_object"]["now"]] == [1, None]
    assert shown["unassigned_then"]["amounts"] == [{"currency": "CAD", "amount": "11.25"}]


async def test_without_rules_everything_that_names_nobody_is_unassigned(imports: Imports) -> None:
    shown = await preview(imports, rules=[])
    assert (shown["rules"], shown["unassigned_then"]["row_count"]) == ([], 4)


async def test_an_account_is_given_only_to_rows_that_name_none(imports: Imports) -> None:
    shown = await preview(imports, rule=when("description", "web", account="5200"))
    assert shown["rules"][0]["account"]["row_count"] == 0
    assert shown["rules"][0]["cost_object"] is None


async def test_only_rows_that_the_ledger_holds_are_looked_at(imports: Imports) -> None:
    await imports.done(cost_file("2025-04-03,5100,,4.00,CAD,web"), period="2025-26-P01")
    assert (await preview(imports, rules=[]))["row_count"] == 2
    assert (await preview(imports, rules=[], period="2025-26-P02"))["row_count"] == 1
    assert (await preview(imports, rules=[], source="payroll"))["row_count"] == 0
    assert (await preview(imports, rules=[], view="effective"))["row_count"] == 0


async def test_a_preview_keeps_nothing(imports: Imports) -> None:
    before = await imports.balances()
    await preview(imports, rule=when("description", "mail", cost_object="MAIL"))
    assert await imports.balances() == before
    assert len((await imports.books.client.get("/v1/assignment-rules")).json()["rules"]) == 1


async def test_what_the_preview_says_is_what_the_rules_do(imports: Imports) -> None:
    rules = [when("currency", "USD", cost_object="MAIL"), when("description", "mail", cost_object="MAIL")]
    shown = await preview(imports, rules=rules)
    await imports.rule(*rules)
    made = await imports.done(ROWS, rates="USD:1.5")
    rows = await imports.items(f"/v1/cost-imports/{made['id']}/rows")
    by_rule = [sum(row["assigned_by"] == position for row in rows) for position in (1, 2)]
    assert [rule["cost_object"]["row_count"] for rule in shown["rules"]] == by_rule
    assert shown["unassigned_then"]["row_count"] == made["unassigned"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "request.invalid"),
        ({"rules": [], "rule": when("a", "b", cost_object="MAIL")}, "request.invalid"),
        ({"rules": [], "position": 1}, "request.invalid"),
        ({"rule": when("a", "b", cost_object="MAIL"), "position": 0}, "request.invalid"),
        ({"rule": when("a", "b", cost_object="NOBODY")}, "finance.assignment-rule.target-unknown"),
        ({"rules": [], "period": "1999-00"}, "finance.cost-import.period-unknown"),
    ],
)
async def test_a_preview_that_makes_no_sense_is_refused(imports: Imports, asked: dict[str, Any], code: str) -> None:
    answer = await imports.ask("/v1/assignment-rule-previews", **{"period": "2025-26", **asked})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@given(st.integers(0, 20), st.data())
def test_a_rule_put_in_between_leaves_all_others_in_their_order(count: int, data: st.DataObject) -> None:
    ordered = [Rule(at, (), None, None) for at in range(1, count + 1)]
    position = data.draw(st.integers(1, count + 1))
    new = Rule(position, (), None, None)
    listed = with_rule(ordered, new)
    assert [rule.position for rule in listed] == list(range(1, count + 2))
    assert listed[position - 1] is new
