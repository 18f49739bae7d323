"""What cost gets that names no cost object or no account: from ordered rules, the first that matches."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from finance.assignment_rule.matching import Condition, Rule, Rules
from tests.finance.cost_import.files import Imports

MAPPING = {
    "fields": {
        "posted_on": {"constant": "2025-04-03"},
        "cost_object": {"column": "team"},
        "amount": {"column": "cost", "kind": "number"},
        "currency": {"constant": "CAD"},
        "tags": {"column": "tags"},
    },
    "keep": ["provider"],
}


@pytest.fixture(autouse=True)
async def teams(imports: Imports) -> None:
    await imports.save("teams", MAPPING)


def when(column: str, **asks: str) -> dict[str, Any]:
    return {"column": column, **asks}


async def put(imports: Imports, rules: list[dict[str, Any]], version: int = 0) -> Any:
    headers = {"If-Match": f'"{version}"'}
    return await imports.books.client.put("/v1/assignment-rules", json={"rules": rules}, headers=headers)


async def imported(imports: Imports, *rows: str) -> dict[str, Any]:
    body = "\n".join(["team;cost;provider;tags".replace(";", ","), *rows, ""])
    return await imports.done(body, mapping="teams", default_account="5200")


async def test_the_first_rule_that_matches_gives_cost_object_and_account_each(imports: Imports) -> None:
    await put(
        imports,
        [
            {"conditions": [when("tags.app", equals="web"), when("provider", equals="A")], "cost_object": "MAIL"},
            {"conditions": [when("provider", starts_with="A")], "cost_object": "HOSTING", "account": "5100"},
            {"conditions": [when("provider", starts_with="A")], "cost_object": "MAIL", "account": "5200"},
        ],
    )
    made = await imported(imports, ',1,A,"{""app"": ""web""}"', ',2,AB,"{""app"": ""web""}"', ",4,B,", "MAIL,8,AB,")
    assert await imports.balances() == {
        ("5100", "MAIL"): Decimal(1 + 8),
        ("5100", "HOSTING"): Decimal(2),
        ("5200", "unassigned"): Decimal(4),
        ("2000", None): Decimal(-15),
    }
    rows = await imports.items(f"/v1/cost-imports/{made['id']}/rows")
    assert [row["assigned_by"] for row in rows] == [1, 2, None, None]
    assert rows[0]["attributes"] == {"provider": "A", "tags.app": "web"}
    assert made["rules_version"] == 1


async def test_a_new_rule_moves_unassigned_cost_when_its_file_is_imported_again(imports: Imports) -> None:
    assert (await imported(imports, "Team 7,5,A,"))["unassigned"] == 1
    await put(imports, [{"conditions": [when("cost_object", equals="Team 7")], "cost_object": "MAIL"}])
    again = await imported(imports, "Team 7,5,A,")
    assert (again["changed"], again["unassigned"]) == (True, 0)
    assert await imports.balances() == {("5200", "MAIL"): Decimal(5), ("2000", None): Decimal(-5)}


@pytest.mark.parametrize("tags", ["[1]", "{", "{'a': 1}", '{""a"": {""b"": 1}}'])
async def test_tags_that_are_no_object_of_texts_reject_the_row(imports: Imports, tags: str) -> None:
    made = await imported(imports, f',1,A,"{tags}"', ",2,A,")
    assert (made["accepted"], made["rejections"][0]["column"]) == (1, "tags")


async def test_rules_change_only_for_who_has_seen_them(imports: Imports) -> None:
    rules = [{"conditions": [when("provider", equals="A")], "cost_object": "MAIL"}]
    assert (await put(imports, rules)).json()["version"] == 1
    assert (await put(imports, [])).status_code == 412
    emptied = await put(imports, [], version=1)
    assert (emptied.json()["version"], emptied.json()["rules"]) == (2, [])
    assert (await imports.books.client.get("/v1/assignment-rules")).headers["etag"] == '"2"'


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"conditions": [when("a", equals="b")], "cost_object": "NOBODY"}, "finance.assignment-rule.target-unknown"),
        ({"conditions": [when("a", equals="b")], "account": "9999"}, "finance.assignment-rule.target-unknown"),
        ({"conditions": [when("a", equals="b")]}, "request.invalid"),
        ({"conditions": [], "account": "5100"}, "request.invalid"),
        ({"conditions": [when("a")], "account": "5100"}, "request.invalid"),
        ({"conditions": [when("a", equals="b", starts_with="b")], "account": "5100"}, "request.invalid"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused(imports: Imports, rule: dict[str, Any], code: str) -> None:
    answer = await put(imports, [rule])
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def rule(position: int, *conditions: Condition, to: UUID | None = None) -> Rule:
    return Rule(position, conditions, to or uuid4(), None)


def test_a_row_without_the_column_meets_no_condition() -> None:
    rules = Rules([rule(1, Condition("a", None, "x")), rule(2, Condition("b", "y", None))])
    assert rules.first({}) == (None, None)


def test_judging_alike_rows_once_does_not_mix_up_others() -> None:
    first, second = rule(1, Condition("a", "x", None)), rule(2, Condition("b", None, "y"))
    rules = Rules([first, second])
    for _ in range(2):
        assert rules.first({"a": "x", "b": "yes"})[0] is first
        assert rules.first({"a": "z", "b": "yes"})[0] is second
        assert rules.first({"a": "z", "b": "no"})[0] is None
