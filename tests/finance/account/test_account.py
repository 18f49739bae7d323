"""The chart of accounts: a tree whose leaves take postings."""

import pytest

from finance.account.model import Account, AccountType, TakesPostings
from tests.finance.books import Books, entry, line

CSV = {"Content-Type": "text/csv"}
CHART = """code,name,type,nature,parent
5000,Cost,expense,,
5010,Cloud,expense,Hosting,5000
5011,Backup,expense,Hosting,5010
"""


def account() -> Account:
    return Account.open(code="5000", name="Cost", type=AccountType.EXPENSE, nature=None, parent_id=None)


def test_an_account_with_another_one_below_it_is_no_leaf() -> None:
    cost = account()
    assert cost.is_leaf
    cost.take_below(has_postings=False)
    assert not cost.is_leaf


def test_an_account_with_postings_stays_a_leaf() -> None:
    cost = account()
    with pytest.raises(TakesPostings):
        cost.take_below(has_postings=True)
    assert cost.is_leaf


async def test_an_account_is_opened_below_one_that_then_takes_no_postings(books: Books) -> None:
    body = {"code": "5210", "name": "Database licences", "type": "expense", "parent": "5200"}
    child = await books.make("/v1/accounts", body)
    refused = await books.post(entry())
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.ledger.not-a-leaf")
    below = await books.client.get(f"/v1/accounts?parent_id={child['parent_id']}")
    assert [it["code"] for it in below.json()["items"]] == ["5210"]


async def test_no_account_is_opened_below_one_that_has_postings(books: Books) -> None:
    await books.post(entry())
    body = {"code": "5210", "name": "Database licences", "type": "expense", "parent": "5200"}
    refused = await books.client.post("/v1/accounts", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.account.takes-postings")
    unknown = await books.client.post("/v1/accounts", json={**body, "parent": "nothing"})
    assert unknown.status_code == 404


async def test_a_code_belongs_to_one_account(books: Books) -> None:
    answer = await books.client.post("/v1/accounts", json={"code": "5200", "name": "Again", "type": "expense"})
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.account.code-taken")


async def test_name_and_nature_change_at_the_version_that_was_read(books: Books) -> None:
    [found] = (await books.client.get("/v1/accounts?type=income")).json()["items"]
    path, body = f"/v1/accounts/{found['id']}", {"name": "Recovered", "nature": "Recovery"}
    assert (await books.client.put(path, json=body)).status_code == 428
    changed = await books.client.put(path, json=body, headers={"If-Match": f'"{found["version"]}"'})
    assert (changed.status_code, changed.json()["name"]) == (200, "Recovered")
    assert (await books.client.put(path, json=body, headers={"If-Match": '"0"'})).status_code == 412


async def test_a_chart_is_imported_with_parents_above_children_and_again_changes_nothing(books: Books) -> None:
    first = (await books.client.post("/v1/account-imports", content=CHART, headers=CSV)).json()
    assert (first["created"], first["rejected"]) == (3, 0), first
    again = (await books.client.post("/v1/account-imports", content=CHART, headers=CSV)).json()
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 3)
    renamed = CHART.replace("Backup", "Archive")
    third = (await books.client.post("/v1/account-imports", content=renamed, headers=CSV)).json()
    assert (third["changed"], third["unchanged"]) == (1, 2)
    accounts = {it["code"]: it["is_leaf"] for it in (await books.client.get("/v1/accounts")).json()["items"]}
    assert {code: accounts[code] for code in ("5000", "5010", "5011")} == {"5000": False, "5010": False, "5011": True}


async def test_rows_that_break_the_chart_are_rejected_and_the_others_taken(books: Books) -> None:
    await books.post(entry(lines=[line("5200", "1"), line("2000", "-1")]))
    rows = ["5900,Orphan,expense,,nothing", "5100,Salaries,asset,Labour,", "5201,Below,expense,,5200", "x,Y,cost,,"]
    body = CHART + "\n".join(rows)
    result = (await books.client.post("/v1/account-imports", content=body, headers=CSV)).json()
    assert (result["created"], result["rejected"]) == (3, 4)
    assert [(it["line"], it["column"]) for it in result["rejections"]] == [
        (5, "parent"),
        (6, "type"),
        (7, "parent"),
        (8, "type"),
    ]
