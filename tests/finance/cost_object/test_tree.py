"""Cost objects form a tree: none stands below itself, however many move at once."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.finance.books import Books


async def put_below(books: Books, code: str, parent: str | None) -> httpx.Response:
    (found,) = (await books.client.get(f"/v1/cost-objects?code={code}")).json()["items"]
    body = {"name": found["name"], "kind": found["kind"], "parent": parent}
    version = {"If-Match": f'"{found["version"]}"'}
    return await books.client.put(f"/v1/cost-objects/{found['id']}", json=body, headers=version)


@pytest.fixture
async def tree(books: Books) -> Books:
    """CC above TEAM above MAIL; HOSTING beside them."""
    await books.make("/v1/cost-objects", {"code": "CC", "name": "Center", "kind": "cost_center"})
    await books.make("/v1/cost-objects", {"code": "TEAM", "name": "Team", "kind": "cost_center", "parent": "CC"})
    assert (await put_below(books, "MAIL", "TEAM")).status_code == 200
    return books


@pytest.mark.parametrize(("code", "parent"), [("CC", "CC"), ("CC", "TEAM"), ("CC", "MAIL"), ("TEAM", "MAIL")])
async def test_nothing_stands_below_itself(tree: Books, code: str, parent: str) -> None:
    answer = await put_below(tree, code, parent)
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.cost-object.below-itself")


async def test_two_moves_at_once_make_no_loop(tree: Books) -> None:
    answers = await asyncio.gather(put_below(tree, "CC", "HOSTING"), put_below(tree, "HOSTING", "MAIL"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_what_stood_below_may_stand_by_itself_again(tree: Books) -> None:
    answer = await put_below(tree, "MAIL", None)
    assert (answer.status_code, answer.json()["parent_id"]) == (200, None)


async def test_there_is_no_unknown_parent(tree: Books) -> None:
    assert (await put_below(tree, "MAIL", "NOWHERE")).status_code == 404


async def load(books: Books, *rows: str) -> dict[str, Any]:
    content = "\n".join(("code,name,kind,parent", *rows))
    answer = await books.client.post("/v1/cost-object-imports", content=content, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 200, answer.text
    loaded: dict[str, Any] = answer.json()
    return loaded


async def test_a_file_brings_a_tree_whose_parents_come_first(books: Books) -> None:
    rows = ("CC,Center,cost_center,", "TEAM,Team,cost_center,CC", "MAIL,Mail,service,TEAM")
    loaded = await load(books, *rows)
    assert (loaded["created"], loaded["changed"], loaded["rejected"]) == (2, 1, 0), loaded
    assert (await load(books, *rows))["unchanged"] == 3
    assert (await put_below(books, "CC", "MAIL")).json()["code"] == "finance.cost-object.below-itself"


async def test_a_row_that_names_no_parent_leaves_it_and_one_that_makes_a_loop_is_rejected(tree: Books) -> None:
    loaded = await load(tree, "MAIL,E-mail,service,", "CC,Center,cost_center,MAIL", "HOSTING,Hosting,service,NOWHERE")
    assert [(it["line"], it["column"]) for it in loaded["rejections"]] == [(3, "parent"), (4, "parent")]
    assert (await put_below(tree, "CC", "MAIL")).status_code == 409
