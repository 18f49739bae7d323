"""A budget of the books, and short words for what tests do with it."""

from typing import Any

import httpx

from tests.finance.books import Books

OTHER = "finance:budget:approve"


async def begun(books: Books, code: str = "it", **more: str) -> str:
    said = {"code": code, "name": code, "fiscal_year": "2025-26", **more}
    return str((await books.make("/v1/budgets", said))["id"])


async def headers(books: Books, budget_id: str) -> dict[str, str]:
    held = (await books.client.get(f"/v1/budgets/{budget_id}")).json()
    return {"If-Match": f'"{held["version"]}"'}


async def drafted(books: Books, budget_id: str, *lines: dict[str, Any], document: str = "Main") -> int:
    said = {"document": document, "lines": lines}
    return int((await books.make(f"/v1/budgets/{budget_id}/versions", said))["number"])


async def move(books: Books, budget_id: str, number: int, verb: str, **body: str) -> httpx.Response:
    path = f"/v1/budgets/{budget_id}/versions/{number}/{verb}"
    return await books.client.post(path, json=body or None, headers=await headers(books, budget_id))


async def approve(books: Books, budget_id: str, number: int) -> httpx.Response:
    """By somebody who did not submit it."""
    known = await headers(books, budget_id)
    async with books.finance.as_caller(OTHER, subject="controller") as controller:
        return await controller.post(f"/v1/budgets/{budget_id}/versions/{number}/approval", headers=known)


async def in_force(books: Books, *lines: dict[str, Any], code: str = "it", **more: str) -> str:
    """A budget whose first version with these lines is approved."""
    budget_id = await begun(books, code, **more)
    number = await drafted(books, budget_id, *lines)
    assert (await move(books, budget_id, number, "submission")).status_code == 200
    answer = await approve(books, budget_id, number)
    assert answer.status_code == 200, answer.text
    return budget_id


async def positions(books: Books, budget_id: str) -> dict[str, dict[str, Any]]:
    found = (await books.client.get(f"/v1/budgets/{budget_id}/positions")).json()
    return {each["line"]: each for each in found}
