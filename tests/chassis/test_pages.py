"""Keyset pages: every item once, in a total order, whatever is added meanwhile; cursors that cannot be bent."""

import base64
import json
from typing import Any

import httpx
import pytest

from chassis.testing import ServiceUnderTest

STREETS = ["Elm", "Elm", "Elm", "Oak", "Ash", "Ash", "Yew"]


@pytest.fixture
async def filled(post: ServiceUnderTest) -> httpx.AsyncClient:
    for street in STREETS:
        await post.client.post("/v1/parcels", json={"address": street})
    return post.client


async def walk(client: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    """Follows the Link from page to page."""
    items: list[dict[str, Any]] = []
    path: str | None = f"/v1/parcels?{query}"
    while path:
        answer = await client.get(path)
        items += answer.json()["items"]
        link = answer.headers.get("Link", "")
        path = f"/v1/parcels{link.partition('<')[2].partition('>')[0]}" if link else None
    return items


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
@pytest.mark.parametrize("sort", ["address", "-address"])
async def test_every_item_comes_once_and_in_order_however_many_a_page_holds(
    filled: httpx.AsyncClient, limit: int, sort: str
) -> None:
    items = await walk(filled, f"limit={limit}&sort={sort}")
    assert [item["address"] for item in items] == sorted(STREETS, reverse=sort.startswith("-"))
    assert len({item["id"] for item in items}) == len(STREETS)


async def test_what_is_added_meanwhile_moves_nothing(filled: httpx.AsyncClient) -> None:
    first = (await filled.get("/v1/parcels?limit=3")).json()
    await filled.post("/v1/parcels", json={"address": "Aaa"})
    rest = await walk(filled, f"limit=3&cursor={first['next_cursor']}")
    assert [item["address"] for item in first["items"] + rest] == sorted(STREETS)


async def test_a_filter_goes_from_page_to_page_and_the_total_counts_what_it_lets_through(
    filled: httpx.AsyncClient,
) -> None:
    assert len(await walk(filled, "limit=1&address=Elm")) == 3
    assert (await filled.get("/v1/parcels?limit=1&address=Elm&include=total")).json()["total"] == 3
    assert (await filled.get("/v1/parcels?limit=1")).json()["total"] is None


def bent(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


async def test_a_cursor_of_another_list_or_made_up_is_refused(filled: httpx.AsyncClient) -> None:
    cursor = (await filled.get("/v1/parcels?limit=1")).json()["next_cursor"]
    fingerprint = json.loads(base64.urlsafe_b64decode(cursor))[0]
    for query in (
        f"cursor={cursor}&address=Elm",
        f"cursor={cursor}&sort=-address",
        "cursor=AAAA",
        f"cursor={bent()}",
        f"cursor={bent(fingerprint, 'Elm', 'no id')}",
        f"cursor={bent(fingerprint, ['Elm'], None)}",
        f"cursor={bent(fingerprint, 'El' + chr(0), '0198c0de-0000-7000-8000-000000000001')}",
        f"cursor={bent(fingerprint, chr(0xD800), '0198c0de-0000-7000-8000-000000000001')}",
    ):
        answer = await filled.get(f"/v1/parcels?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "request.cursor-invalid"), query
