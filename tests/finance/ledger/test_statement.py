"""An account's statement, and balances as of any day."""

from typing import Any

import pytest

from tests.finance.books import Books, entry, line


@pytest.fixture
async def posted(books: Books) -> Books:
    for number, day in enumerate(("2025-04-15", "2025-04-30", "2025-05-10", "2025-05-20"), 1):
        assert (await books.post(entry(str(number), f"{number}.00", posted_on=day))).status_code == 201
    return books


async def statement(books: Books, account: str, starts_on: str, ends_on: str, more: str = "") -> Any:
    found = (await books.client.get("/v1/accounts?limit=100")).json()["items"]
    (id,) = [each["id"] for each in found if each["code"] == account]
    path = f"/v1/accounts/{id}/statement?starts_on={starts_on}&ends_on={ends_on}{more}"
    return (await books.client.get(path)).json()


async def test_opening_and_lines_are_the_closing_balance(posted: Books) -> None:
    shown = await statement(posted, "5200", "2025-04-20", "2025-05-15")
    (cad,) = shown["balances"]
    assert (cad["opening"]["balance"], cad["closing"]["balance"]) == ("1.00", "6.00")
    assert [(it["posted_on"], it["amount"], it["cost_object"]) for it in shown["lines"]["items"]] == [
        ("2025-04-30", "2.00", "MAIL"),
        ("2025-05-10", "3.00", "MAIL"),
    ]


async def test_an_account_that_nothing_moved_has_neither_balances_nor_lines(posted: Books) -> None:
    shown = await statement(posted, "1000", "2025-04-01", "2026-04-01")
    assert (shown["balances"], shown["lines"]["items"]) == ([], [])


async def test_lines_of_one_entry_are_each_shown_once_over_pages(books: Books) -> None:
    lines = [line("5200", f"{number}.00") for number in range(1, 8)] + [line("2000", "-28.00")]
    assert (await books.post(entry(lines=lines))).status_code == 201
    seen, cursor = [], ""
    while cursor is not None:
        shown = await statement(books, "5200", "2025-04-01", "2025-05-01", f"&limit=3{cursor}")
        seen += [it["amount"] for it in shown["lines"]["items"]]
        cursor = shown["lines"]["next_cursor"] and f"&cursor={shown['lines']['next_cursor']}"
    assert seen == [f"{number}.00" for number in range(1, 8)]


@pytest.mark.parametrize(
    ("day", "held"),
    [
        ("2025-04-14", None),
        ("2025-04-15", "1.00"),
        ("2025-04-30", "3.00"),
        ("2025-05-19", "6.00"),
        ("2025-12-31", "10.00"),
    ],
)
async def test_the_trial_balance_as_of_a_day_holds_all_up_to_it(posted: Books, day: str, held: str | None) -> None:
    shown = (await posted.client.get(f"/v1/trial-balance?as_of={day}")).json()
    assert {it["account"]: it["balance"] for it in shown["rows"]}.get("5200") == held
    assert shown["base_total"]["balance"] in ("0", "0.00")


async def test_an_account_shows_the_sum_of_those_below_it_when_rolled_up(books: Books) -> None:
    await books.make("/v1/accounts", {"code": "6000", "name": "Hardware", "type": "expense"})
    for code in ("6100", "6200"):
        below = {"code": code, "name": code, "type": "expense", "parent": "6000"}
        await books.make("/v1/accounts", below)
    lines = [line("6100", "10"), line("6200", "5"), line("2000", "-15")]
    assert (await books.post(entry(lines=lines))).status_code == 201
    shown = (await books.client.get("/v1/trial-balance?fiscal_year=2025-26&rolled_up=true")).json()
    assert {it["account"]: (it["balance"], it["is_leaf"]) for it in shown["rows"]} == {
        "2000": ("-15", True),
        "6000": ("15", False),
        "6100": ("10", True),
        "6200": ("5", True),
    }
    assert shown["base_total"]["debit"] == "15"


async def test_as_of_goes_with_no_range(books: Books) -> None:
    answer = await books.client.get("/v1/trial-balance?as_of=2025-04-30&fiscal_year=2025-26")
    assert answer.status_code == 422
