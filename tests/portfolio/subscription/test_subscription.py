"""Customers subscribe to services of the catalog."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from portfolio.subscription.model import AlreadyEnded, EndsBeforeStart, Subscription
from tests.portfolio.services import Services, made, refused

DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 20))
ENDS = st.one_of(st.none(), DAYS)


def running(starts_on: date, ends_on: date | None) -> Subscription:
    return Subscription(
        service_id=uuid7(),
        customer_id=uuid7(),
        quantity=Decimal(1),
        option=None,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def days(starts_on: date, ends_on: date | None) -> set[date]:
    """An open end counts until the last day that is looked at, and a bit more."""
    last = ends_on or date(2026, 2, 1)
    return {starts_on + timedelta(days=number) for number in range((last - starts_on).days)}


@given(DAYS, ENDS, DAYS, ENDS)
def test_two_subscriptions_meet_exactly_when_they_have_a_day_in_common(
    start: date, end: date | None, other_start: date, other_end: date | None
) -> None:
    if (end and end < start) or (other_end and other_end < other_start):
        return
    meets = running(start, end).meets(None, other_start, other_end)
    assert meets == bool(days(start, end) & days(other_start, other_end))


def test_another_option_is_another_subscription() -> None:
    assert not running(date(2026, 1, 1), None).meets("premium", date(2026, 1, 1), None)


def test_an_end_comes_nearer_and_is_never_put_off() -> None:
    subscription = running(date(2026, 1, 1), None)
    subscription.end(on=date(2026, 6, 1))
    subscription.end(on=date(2026, 5, 1))
    with pytest.raises(AlreadyEnded):
        subscription.end(on=date(2026, 5, 1))
    with pytest.raises(EndsBeforeStart):
        subscription.end(on=date(2025, 12, 31))
    assert (subscription.ends_on, subscription.sequence) == (date(2026, 5, 1), 2)


async def test_a_subscription_starts_and_ends_and_others_hear_of_it(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail, customer = await services.operational("mail"), await services.customer()
    subscription = made(await services.subscribe(mail, customer, quantity="120.50", option="gold"))
    assert (await portfolio.announced("portfolio.subscription-started.v1"))[0].data == {
        "subscription_id": subscription["id"],
        "service_id": mail["id"],
        "customer_id": str(customer),
        "quantity": "120.50",
        "option": "gold",
        "starts_on": "2026-01-01",
    }
    ended = await portfolio.client.post(
        f"/v1/subscriptions/{subscription['id']}/termination", json={"on": "2026-10-01"}, headers={"If-Match": '"1"'}
    )
    assert (made(ended)["ends_on"], made(ended)["version"]) == ("2026-10-01", 2)
    (fact,) = await portfolio.announced("portfolio.subscription-ended.v1")
    assert (fact.data["ended_on"], fact.sequence) == ("2026-10-01", 2)


async def test_a_subscription_for_a_fixed_term_announces_its_end_at_once(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    made(await services.subscribe(mail, await services.customer(), ends_on="2026-04-01"))
    (fact,) = await portfolio.announced("portfolio.subscription-ended.v1")
    assert fact.data["ended_on"] == "2026-04-01"


async def test_only_an_operational_service_takes_subscriptions(portfolio: ServiceUnderTest, services: Services) -> None:
    customer = await services.customer()
    for service in (await services.proposed("new"), await services.retiring("old")):
        refused(await services.subscribe(service, customer), 409, "portfolio.subscription.not-operational")
    assert await portfolio.announced("portfolio.subscription-started.v1") == []


async def test_only_a_known_customer_subscribes(services: Services) -> None:
    mail = await services.operational("mail")
    refused(await services.subscribe(mail, uuid7()), 409, "portfolio.known-customer.unknown")


async def test_a_customer_has_one_subscription_per_service_option_and_day(services: Services) -> None:
    mail, customer = await services.operational("mail"), await services.customer()
    made(await services.subscribe(mail, customer, ends_on="2026-03-01"))
    overlap = await services.subscribe(mail, customer, starts_on="2026-02-28")
    refused(overlap, 409, "portfolio.subscription.overlapping")
    made(await services.subscribe(mail, customer, starts_on="2026-03-01"))
    made(await services.subscribe(mail, customer, option="gold"))
    made(await services.subscribe(mail, await services.customer("other")))


async def test_of_two_equal_subscriptions_started_at_once_one_exists(services: Services) -> None:
    mail, customer = await services.operational("mail"), await services.customer()
    answers = await asyncio.gather(*(services.subscribe(mail, customer) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "0"},
        {"quantity": "-1"},
        {"quantity": 1},
        {"quantity": "NaN"},
        {"starts_on": "2026-02-30"},
        {"starts_on": 0},
        {"ends_on": "2025-12-31"},
        {"option": ""},
        {"external_id": "7"},
    ],
)
async def test_terms_that_do_not_fit_are_refused_and_nothing_is_stored(
    portfolio: ServiceUnderTest, services: Services, wrong: dict[str, object]
) -> None:
    mail, customer = await services.operational("mail"), await services.customer()
    assert (await services.subscribe(mail, customer, **wrong)).status_code == 422
    assert made(await portfolio.client.get("/v1/subscriptions"))["items"] == []


async def test_a_list_shows_who_subscribes_on_a_day(portfolio: ServiceUnderTest, services: Services) -> None:
    mail, customer = await services.operational("mail"), await services.customer()
    made(await services.subscribe(mail, customer, ends_on="2026-03-01"))

    async def found(**asked: str) -> int:
        return len(made(await portfolio.client.get("/v1/subscriptions", params=asked))["items"])

    assert await found(active_on="2026-02-28") == 1
    assert await found(active_on="2026-03-01") == 0
    assert await found(active_on="2025-12-31") == 0
    assert await found(service_id=mail["id"], customer_id=str(customer)) == 1
    assert await found(customer_id=str(uuid7())) == 0


async def test_who_acts_for_a_unit_sees_only_its_subscriptions(portfolio: ServiceUnderTest, services: Services) -> None:
    mail, ours, theirs = await services.operational("mail"), await services.customer("a"), await services.customer("b")
    own, other = [made(await services.subscribe(mail, customer)) for customer in (ours, theirs)]
    async with portfolio.as_caller("portfolio:subscription:*", unit=ours) as consumer:
        listed = made(await consumer.get("/v1/subscriptions"))
        assert [item["id"] for item in listed["items"]] == [own["id"]]
        refused(await consumer.get(f"/v1/subscriptions/{other['id']}"), 404, "request.no-such-resource")
        ended = await consumer.post(
            f"/v1/subscriptions/{other['id']}/termination", json={"on": "2026-10-01"}, headers={"If-Match": '"1"'}
        )
        refused(ended, 404, "request.no-such-resource")
        started = await consumer.post(
            "/v1/subscriptions",
            json={"service_id": mail["id"], "customer_id": str(theirs), "quantity": "1", "starts_on": "2027-01-01"},
        )
        refused(started, 404, "request.no-such-resource")
