"""What the catalog asks for a service: the prices of finance that hold today."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services, made


def item(service: dict[str, Any] | None, price: str, code: str = "box") -> dict[str, Any]:
    return {
        "cost_object_code": service["code"] if service else "HQ",
        "service_id": service["id"] if service else None,
        "code": code,
        "name": f"Mailbox {code}",
        "unit": "mailbox",
        "metered": False,
        "model": "per_unit",
        "price": price,
        "package_size": None,
        "percent": None,
        "tiers": [],
        "included": None,
        "minimum": "1.00",
        "maximum": None,
    }


async def publish(
    portfolio: ServiceUnderTest, *items: dict[str, Any], starts_on: str, ends_on: str | None = None, book: str = "2026"
) -> UUID:
    id = uuid7()
    fact = {"price_version_id": str(id), "price_book_id": str(uuid7()), "price_book_code": book, "number": 1}
    fact |= {"currency": "CAD", "starts_on": starts_on, "ends_on": ends_on, "supersedes_id": None, "services": []}
    await portfolio.deliver("finance.price-version-published.v1", {**fact, "items": list(items)}, subject=id)
    return id


async def asked(portfolio: ServiceUnderTest) -> list[tuple[str, str, str]]:
    (entry,) = made(await portfolio.client.get("/v1/catalog"))["items"]
    return [(option["price_book"], option["name"], option["price"]) for option in entry["options"]]


async def test_the_catalog_shows_the_prices_that_hold_today(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.operational("mail")
    await publish(portfolio, item(mail, "4.50"), item(mail, "9.00", "large"), item(None, "1"), starts_on="2026-01-01")
    await publish(portfolio, item(mail, "5.00"), starts_on="2026-02-01", book="next")
    await publish(portfolio, item(mail, "3.00"), starts_on="2025-01-01", ends_on="2026-01-01", book="last")
    assert await asked(portfolio) == [("2026", "Mailbox box", "4.50"), ("2026", "Mailbox large", "9.00")]
    (entry,) = made(await portfolio.client.get("/v1/catalog"))["items"]
    shown = entry["options"][0]
    assert (shown["currency"], shown["unit"], shown["model"], shown["minimum"]) == (
        "CAD",
        "mailbox",
        "per_unit",
        "1.00",
    )
    portfolio.clock.advance(days=20)
    assert await asked(portfolio) == [
        ("2026", "Mailbox box", "4.50"),
        ("2026", "Mailbox large", "9.00"),
        ("next", "Mailbox box", "5.00"),
    ]


async def test_a_version_that_supersedes_another_takes_its_place_whichever_is_heard_first(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    portfolio.clock.advance(hours=1)
    await publish(portfolio, item(mail, "5.00"), starts_on="2026-01-10")
    portfolio.clock.now -= timedelta(hours=1)
    await publish(portfolio, item(mail, "4.50"), item(mail, "9.00", "large"), starts_on="2026-01-01")
    assert await asked(portfolio) == [("2026", "Mailbox box", "5.00")]


async def test_prices_that_ended_are_not_shown(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.operational("mail")
    id = await publish(portfolio, item(mail, "4.50"), starts_on="2026-01-01")
    ended = {"price_version_id": str(id), "price_book_code": "2026", "ends_on": "2026-01-20"}
    await portfolio.deliver("finance.price-version-ended.v1", ended, subject=id)
    assert len(await asked(portfolio)) == 1
    portfolio.clock.advance(days=5)
    assert await asked(portfolio) == []


async def test_a_publication_from_before_items_were_announced_changes_nothing(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await services.operational("mail")
    fact = {"price_version_id": str(uuid7()), "price_book_id": str(uuid7()), "price_book_code": "2026", "number": 1}
    fact |= {"currency": "CAD", "starts_on": "2026-01-01", "ends_on": None, "supersedes_id": None, "services": []}
    await portfolio.deliver("finance.price-version-published.v1", fact)
    assert await asked(portfolio) == []
