"""A fact and the change that it tells of commit together or vanish together."""

import gc

import pytest

from chassis.events import Event
from chassis.testing import ServiceUnderTest
from tests.chassis.events import addresses
from tests.chassis.post import SENT, Parcel


async def _sent(post: ServiceUnderTest) -> Parcel:
    parcel = Parcel.send(address="Elm 1")
    async with post.database.transaction() as session:
        session.add(parcel)
    return parcel


async def _fail_to_send(post: ServiceUnderTest, *, flushed: bool) -> None:
    async with post.database.transaction() as session:
        session.add(Parcel.send(address="Elm 1"))
        if flushed:
            await session.flush()
        raise LookupError


async def test_a_fact_is_in_the_outbox_when_its_change_is_committed(post: ServiceUnderTest) -> None:
    parcel = await _sent(post)
    [fact] = await post.announced(SENT)
    assert (fact.subject, fact.sequence, fact.data["address"]) == (str(parcel.id), 1, "Elm 1")
    assert await addresses(post.database) == ["Elm 1"]


async def test_a_fact_vanishes_with_its_change(post: ServiceUnderTest) -> None:
    with pytest.raises(LookupError):
        await _fail_to_send(post, flushed=True)
    assert (await post.announced(), await addresses(post.database)) == ([], [])


async def test_a_fact_is_kept_when_nothing_refers_to_its_aggregate_any_more(post: ServiceUnderTest) -> None:
    sent = await _sent(post)
    async with post.database.transaction() as session:
        parcel = await session.get_one(Parcel, sent.id)
        parcel.redirect(address="Oak 1")
        await session.flush()
        parcel.redirect(address="Oak 2")
        del parcel
        gc.collect()
    assert [fact.data["address"] for fact in await post.announced()] == ["Elm 1", "Oak 1", "Oak 2"]


async def test_a_fact_is_kept_though_no_column_of_its_aggregate_changes(post: ServiceUnderTest) -> None:
    sent = await _sent(post)
    async with post.database.transaction() as session:
        (await session.get_one(Parcel, sent.id)).weigh()
    assert [(fact.type, fact.sequence) for fact in await post.announced()] == [(SENT, 1), ("post.parcel-weighed.v1", 2)]


async def test_the_facts_of_a_deleted_aggregate_are_kept(post: ServiceUnderTest) -> None:
    sent = await _sent(post)
    async with post.database.transaction() as session:
        parcel = await session.get_one(Parcel, sent.id)
        parcel.weigh()
        await session.delete(parcel)
    assert len(await post.announced("post.parcel-weighed.v1")) == 1


async def test_a_rolled_back_fact_does_not_turn_up_in_a_later_transaction(post: ServiceUnderTest) -> None:
    with pytest.raises(LookupError):
        await _fail_to_send(post, flushed=False)
    await _sent(post)
    assert len(await post.announced()) == 1


def test_no_field_hides_the_type_of_a_fact() -> None:
    with pytest.raises(TypeError, match="hide the type"):

        class ShopOpened(Event, type="shop.shop-opened.v1"):
            type: str  # type: ignore[misc]
