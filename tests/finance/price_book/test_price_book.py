"""Versions of a price book follow one another; what was published is ended or superseded, never changed."""

import asyncio
from typing import Any

import pytest

from tests.finance.price_book.price_lists import PER_GB, PriceList, item
from tests.finance.price_book.terms import tiers


async def states(prices: PriceList) -> list[str]:
    found = (await prices.client.get(f"/v1/price-books/{prices.id}/versions")).json()["items"]
    return [version["state"] for version in found]


async def test_a_version_is_a_draft_until_published_and_then_in_force_by_date(prices: PriceList) -> None:
    drafted = await prices.draft("2026-01-16")
    assert (drafted["state"], drafted["number"], drafted["item_count"]) == ("draft", 1, 1)
    assert (await prices.do(drafted, "publication")).json()["state"] == "scheduled"
    prices.books.finance.clock.advance(days=1)
    assert await states(prices) == ["in_force"]
    shown = (await prices.client.get(f"/v1/price-versions/{drafted['id']}")).json()
    assert (await prices.do(shown, "ending", ends_on="2026-01-16", reason="Wrong")).json()["state"] == "ended"


async def test_only_a_draft_can_be_changed(prices: PriceList) -> None:
    drafted = await prices.draft("2026-02-01")
    path, match = f"/v1/price-versions/{drafted['id']}", {"If-Match": '"1"'}
    other = {"starts_on": "2026-03-01", "items": [item("TB"), item("SEAT", meter=None)]}
    changed = (await prices.client.put(path, json=other, headers=match)).json()
    assert (changed["starts_on"], changed["item_count"], changed["version"]) == ("2026-03-01", 2, 2)
    assert (await prices.client.put(path, json=other, headers=match)).status_code == 412
    published = await prices.publish(changed)
    refused = await prices.client.put(path, json=other, headers={"If-Match": f'"{published["version"]}"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.price-book.not-a-draft")
    items = (await prices.client.get(f"{path}/items")).json()["items"]
    assert [(each["terms"]["code"], each["cost_object_code"]) for each in items] == [
        ("SEAT", "HOSTING"),
        ("TB", "HOSTING"),
    ]


async def test_published_versions_never_hold_on_the_same_day(prices: PriceList) -> None:
    await prices.published("2026-02-01", ends_on="2026-04-01")
    for starts_on, ends_on in (("2026-03-31", None), ("2026-01-20", "2026-02-02"), ("2026-02-10", "2026-02-20")):
        refused = await prices.do(await prices.draft(starts_on, ends_on=ends_on), "publication", reason="x")
        assert (refused.status_code, refused.json()["code"]) == (409, "finance.price-book.versions-overlap")
    await prices.published("2026-04-01")
    await prices.published("2026-01-20", ends_on="2026-02-01")


async def test_of_two_published_at_once_for_the_same_days_one_holds(prices: PriceList) -> None:
    drafts = [await prices.draft("2026-02-01") for _ in range(4)]
    answers = await asyncio.gather(*(prices.do(draft, "publication") for draft in drafts))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_version_that_has_started_ends_on_a_day_from_today_on(prices: PriceList) -> None:
    held = await prices.published("2025-04-01")
    early = await prices.do(held, "ending", ends_on="2026-01-14", reason="Too dear")
    assert (early.status_code, early.json()["code"]) == (409, "finance.price-book.end-refused")
    ended = (await prices.do(held, "ending", ends_on="2026-02-01", reason="Too dear")).json()
    assert (ended["ends_on"], ended["end_reason"], ended["ended_by"]) == ("2026-02-01", "Too dear", "tester")
    later = await prices.do(ended, "ending", ends_on="2026-03-01", reason="Longer after all")
    assert later.json()["code"] == "finance.price-book.end-refused"
    drafted = await prices.draft("2026-02-01")
    assert (await prices.do(drafted, "ending", ends_on="2026-02-01", reason="x")).json()["code"] == (
        "finance.price-book.not-published"
    )


async def test_days_that_have_passed_are_priced_anew_for_a_stated_reason_only(prices: PriceList) -> None:
    held = await prices.published("2025-04-01")
    draft = await prices.draft("2025-06-01")
    unsaid = await prices.do(draft, "publication", supersede=True)
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "finance.price-book.reason-missing")
    made = await prices.publish(draft, supersede=True, reason="The supplier gave a rebate")
    assert (made["supersedes_id"], made["reason"]) == (held["id"], "The supplier gave a rebate")
    before = (await prices.client.get(f"/v1/price-versions/{held['id']}")).json()
    assert (before["ends_on"], before["end_reason"], before["state"]) == (
        "2025-06-01",
        "The supplier gave a rebate",
        "ended",
    )
    for on, number in (("2025-05-31", 1), ("2025-06-01", 2)):
        shown = await prices.preview(as_of=on, quantities=[{"item": "GB", "quantity": "1"}])
        assert shown.json()["number"] == number


async def test_a_version_supersedes_the_rest_of_one_other_and_no_more(prices: PriceList) -> None:
    await prices.published("2025-04-01", ends_on="2026-04-01")
    await prices.published("2026-04-01")
    for starts_on, ends_on in (("2025-06-01", "2025-07-01"), ("2025-06-01", None), ("2025-01-01", "2026-04-01")):
        draft = await prices.draft(starts_on, ends_on=ends_on)
        refused = await prices.do(draft, "publication", supersede=True, reason="x")
        assert (refused.status_code, refused.json()["code"]) == (409, "finance.price-book.cannot-supersede")
    whole = await prices.draft("2025-04-01", ends_on="2026-04-01")
    assert (await prices.publish(whole, supersede=True))["state"] == "in_force"
    assert await states(prices) == ["ended", "scheduled", "draft", "draft", "draft", "in_force"]


async def test_a_publication_is_announced_with_the_services_it_prices(prices: PriceList) -> None:
    made = await prices.published("2026-02-01", item(), item("MB", "MAIL"), item("TB"))
    (fact,) = await prices.books.finance.announced("finance.price-version-published.v1")
    assert (fact.data["price_version_id"], fact.data["number"], fact.data["price_book_code"]) == (
        made["id"],
        1,
        "standard",
    )
    assert [each["cost_object_code"] for each in fact.data["services"]] == ["HOSTING", "MAIL"]
    told = {each["code"]: (each["cost_object_code"], each["model"], each["price"]) for each in fact.data["items"]}
    assert told == {
        code: (of, "per_unit", "0.10") for code, of in (("GB", "HOSTING"), ("MB", "MAIL"), ("TB", "HOSTING"))
    }


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ({"model": "flat", "amount": "9"}, {"price": "9"}),
        ({"model": "package", "size": "10", "price": "3"}, {"price": "3", "package_size": "10"}),
        ({"model": "percentage", "percent": "-5"}, {"percent": "-5"}),
        ({"model": "cost_plus", "markup_percent": "7.5"}, {"percent": "7.5"}),
        (
            {"model": "volume", "tiers": tiers(("5", "2"), (None, "1.5"))},
            {"tiers": [{"up_to": "5", "unit_price": "2"}, {"up_to": None, "unit_price": "1.5"}]},
        ),
    ],
)
async def test_each_kind_of_price_is_announced(prices: PriceList, price: dict[str, Any], said: dict[str, Any]) -> None:
    await prices.published("2026-02-01", item(price=price, meter=None))
    (fact,) = await prices.books.finance.announced("finance.price-version-published.v1")
    nothing: dict[str, Any] = {"price": None, "package_size": None, "percent": None, "tiers": []}
    (told,) = fact.data["items"]
    assert {name: told[name] for name in nothing} == nothing | said


async def test_the_end_of_a_version_is_announced(prices: PriceList) -> None:
    made = await prices.published("2026-02-01")
    answer = await prices.do(made, "ending", ends_on="2026-03-01", reason="Too dear")
    assert answer.status_code == 200, answer.text
    (fact,) = await prices.books.finance.announced("finance.price-version-ended.v1")
    assert fact.data == {"price_version_id": made["id"], "price_book_code": "standard", "ends_on": "2026-03-01"}


PERCENT = {"model": "percentage", "percent": "5"}
TIERED = {"model": "graduated", "tiers": tiers(("10", "2"), ("5", "1"), (None, "0"))}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"items": [item(cost_object="NOTHING")]}, "finance.price-book.unknown-cost-object"),
        ({"items": [item(), item()]}, "request.invalid"),
        ({"items": []}, "request.invalid"),
        ({"items": [item(price=TIERED)]}, "request.invalid"),
        ({"items": [item(price={**PER_GB, "unit_price": "1e999999"})]}, "request.invalid"),
        ({"items": [item(price={**PER_GB, "unit_price": "NaN"})]}, "request.invalid"),
        ({"items": [item("P", meter=None, price={**PERCENT, "of": ["Q"]})]}, "request.invalid"),
        (
            {"items": [item("P", meter=None, price={**PERCENT, "of": ["Q"]}), item("Q", meter=None, price=PERCENT)]},
            "request.invalid",
        ),
        (
            {"items": [item(code, price={"model": "cost_plus", "markup_percent": "0"}) for code in "AB"]},
            "request.invalid",
        ),
        ({"ends_on": "2026-01-01"}, "request.invalid"),
    ],
)
async def test_a_version_that_makes_no_sense_is_refused(prices: PriceList, body: dict[str, Any], code: str) -> None:
    said = {"starts_on": "2026-02-01", "items": [item()], **body}
    answer = await prices.client.post(f"/v1/price-books/{prices.id}/versions", json=said)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await states(prices) == []


async def test_a_book_has_a_code_of_its_own_and_a_currency_that_exists(prices: PriceList) -> None:
    body = {"code": "standard", "name": "Other", "currency": "CAD"}
    taken = await prices.client.post("/v1/price-books", json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "finance.price-book.code-taken")
    assert (await prices.client.post("/v1/price-books", json={**body, "currency": "XXX"})).status_code == 422
