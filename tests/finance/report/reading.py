"""Short words for what tests do with reports: read them in each form, and follow what explains them."""

import csv
import json
from decimal import Decimal
from typing import Any

import httpx

from tests.finance.books import Books

YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}
FORMULAS = ("=", "+", "-", "@")


async def read(books: Books, report: str, **asked: Any) -> dict[str, Any]:
    answer = await books.client.get(f"/v1/{report}", params={**YEAR, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(books: Books, report: str, **asked: Any) -> str:
    answer = await books.client.get(f"/v1/{report}", params={**YEAR, **asked})
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["code"])


async def as_table(books: Books, report: str, media: str, **asked: Any) -> httpx.Response:
    answer = await books.client.get(f"/v1/{report}", params={**YEAR, **asked}, headers={"Accept": media})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(media)
    return answer


async def in_each_form(books: Books, report: str, rows: str, **asked: Any) -> list[dict[str, Any]]:
    """The rows as JSON, once CSV and NDJSON have been seen to say the same."""
    told: list[dict[str, Any]] = (await read(books, report, **asked))[rows]
    lines = (await as_table(books, report, "application/x-ndjson", **asked)).text.splitlines()
    assert [json.loads(line) for line in lines] == told
    table = list(csv.DictReader((await as_table(books, report, "text/csv", **asked)).text.splitlines()))
    assert table == [{name: _written(value) for name, value in row.items()} for row in told]
    return told


def _written(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULAS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


async def follow(books: Books, report: str, links: list[str]) -> dict[str, Any]:
    """Link → what it leads to, resolved as a browser would; each must answer."""
    found = {}
    for link in dict.fromkeys(links):
        answer = await books.client.get(httpx.URL(f"http://service/v1/{report}").join(link))
        assert answer.status_code == 200, f"{link}: {answer.text}"
        found[link] = answer.json()
    return found


def total(rows: list[dict[str, Any]], column: str = "amount") -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))
