"""What the portfolio learns about customers from the strategy service."""

from sqlalchemy import select

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from portfolio.known_customer.model import KnownCustomer
from tests.portfolio.services import Services, made, refused

A_TO_B, B_TO_C = ("a", "b"), ("b", "c")


async def names(portfolio: ServiceUnderTest) -> list[str | None]:
    async with portfolio.database.transaction() as session:
        return list((await session.scalars(select(KnownCustomer.name).order_by(KnownCustomer.code))).all())


async def test_a_customer_is_known_by_its_newest_name_whatever_the_order(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    id = await services.customer("cra", sequence=2)
    changed = {"customer_id": str(id), "code": "cra", "name": "Older", "kind": "internal_unit", "parent_id": None}
    await portfolio.deliver("strategy.customer-changed.v1", changed, subject=id, sequence=1)
    assert await names(portfolio) == ["CRA"]
    await portfolio.deliver("strategy.customer-changed.v1", changed | {"name": "Newer"}, subject=id, sequence=3)
    assert await names(portfolio) == ["Newer"]


async def test_a_merged_customer_subscribes_as_the_one_that_lives_on(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    merged, survivor = await services.customer("a"), await services.customer("b")
    await services.merge(merged, survivor)
    assert made(await services.subscribe(mail, merged))["customer_id"] == str(survivor)
    refused(await services.subscribe(mail, survivor), 409, "portfolio.subscription.overlapping")


async def test_subscriptions_of_a_merged_customer_go_to_the_one_that_lives_on(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    merged, survivor = await services.customer("a"), await services.customer("b")
    for customer in (merged, survivor):
        made(await services.subscribe(mail, customer))
    await services.merge(merged, survivor)
    for asked in (merged, survivor):
        listed = made(await portfolio.client.get("/v1/subscriptions", params={"customer_id": str(asked)}))["items"]
        assert [item["customer_id"] for item in listed] == [str(survivor)] * 2
    assert sorted(item["version"] for item in listed) == [1, 2]
    assert len(await portfolio.announced("portfolio.subscription-started.v1")) == 2


async def test_chained_mergers_lead_to_the_last_survivor_in_any_order(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    for number, order in enumerate(([A_TO_B, B_TO_C], [B_TO_C, A_TO_B])):
        ids = {name: await services.customer(f"{name}{number}") for name in "abc"}
        for merged, into in order:
            await services.merge(ids[merged], ids[into])
        subscription = made(await services.subscribe(mail, ids["a"]))
        assert subscription["customer_id"] == str(ids["c"])


async def test_a_merger_that_is_heard_of_first_is_kept(portfolio: ServiceUnderTest, services: Services) -> None:
    mail, merged, survivor = await services.operational("mail"), uuid7(), uuid7()
    await services.merge(merged, survivor)
    await services.customer("b", id=survivor)
    await services.customer("a", id=merged, sequence=1)
    assert await names(portfolio) == ["A", "B"]
    assert made(await services.subscribe(mail, merged))["customer_id"] == str(survivor)


async def test_a_merger_heard_twice_changes_nothing_more(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.operational("mail")
    merged, survivor = await services.customer("a"), await services.customer("b")
    subscription = made(await services.subscribe(mail, merged))
    for _ in range(2):
        await services.merge(merged, survivor)
    shown = made(await portfolio.client.get(f"/v1/subscriptions/{subscription['id']}"))
    assert (shown["customer_id"], shown["version"]) == (str(survivor), 2)
