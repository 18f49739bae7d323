"""The relay publishes every fact in order, marks it after its confirm, and goes on whatever breaks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from chassis import outbox as relaying
from chassis.bus.in_process import InProcess
from chassis.outbox import Relay, republish
from chassis.pulse import Pulse
from chassis.schema import outbox
from chassis.testing import ServiceUnderTest
from tests.chassis.events import Ear, consuming, running, until
from tests.chassis.post import SENT, Parcel

KILL_RELAYS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def bus(ear: Ear) -> AsyncIterator[InProcess]:
    bus = InProcess(["ear"])
    async with consuming(bus, "ear", [SENT], ear.receive):
        yield bus


async def send(post: ServiceUnderTest, *addresses: str) -> None:
    async with post.database.transaction() as session:
        session.add_all([Parcel.send(address=address) for address in addresses])


async def unpublished(post: ServiceUnderTest) -> int:
    async with post.database.transaction() as session:
        return len((await session.scalars(select(outbox.c.id).where(outbox.c.published_at.is_(None)))).all())


async def all_published(post: ServiceUnderTest) -> bool:
    return not await unpublished(post)


def relay(post: ServiceUnderTest, bus: InProcess) -> Relay:
    return Relay(post.database, bus, Pulse("the relay"))


def heard(ear: Ear) -> list[str]:
    return [fact.data["address"] for fact in ear.events()]


async def test_facts_are_published_in_the_order_of_their_writing(
    post: ServiceUnderTest, bus: InProcess, ear: Ear
) -> None:
    await send(post, "Elm 1", "Elm 2")
    async with running(relay(post, bus).run()):
        await send(post, "Elm 3")
        await until(lambda: all_published(post))
    assert heard(ear) == ["Elm 1", "Elm 2", "Elm 3"]


async def test_the_bytes_on_the_bus_are_those_in_the_outbox(post: ServiceUnderTest, bus: InProcess, ear: Ear) -> None:
    await send(post, "Elm 1")
    async with running(relay(post, bus).run()):
        await until(lambda: all_published(post))
    async with post.database.transaction() as session:
        assert ear.heard == (await session.scalars(select(outbox.c.envelope))).all()


async def test_the_feed_counts_on_without_gaps(post: ServiceUnderTest, bus: InProcess) -> None:
    async with running(relay(post, bus).run()):
        for round_ in range(3):
            await send(post, *(f"Elm {round_}-{number}" for number in range(4)))
            await until(lambda: all_published(post))
            async with post.database.transaction() as session:  # which uses up a number in the order of writing
                session.add(Parcel.send(address="nowhere"))
                await session.flush()
                await session.rollback()
    async with post.database.transaction() as session:
        places = (await session.scalars(select(outbox.c.feed_position).order_by(outbox.c.position))).all()
    assert places == list(range(1, 13))


async def test_a_fact_is_marked_only_after_its_confirm(post: ServiceUnderTest, bus: InProcess, ear: Ear) -> None:
    ear.patient.clear()
    await send(post, "Elm 1")
    async with running(relay(post, bus).run()):
        await until(lambda: asyncio.sleep(0, ear.asked == 1))
        assert await unpublished(post) == 1
        ear.patient.set()
        await until(lambda: all_published(post))


async def test_a_bus_that_fails_is_tried_again_in_the_same_order(
    post: ServiceUnderTest, bus: InProcess, ear: Ear
) -> None:
    ear.deaf = True
    await send(post, "Elm 1", "Elm 2")
    async with running(relay(post, bus).run()):
        await until(lambda: asyncio.sleep(0, ear.asked >= 4))
        assert await unpublished(post) == 2
        ear.deaf = False
        await until(lambda: all_published(post))
    assert heard(ear) == ["Elm 1", "Elm 2"]


async def test_a_commit_wakes_the_relay(
    post: ServiceUnderTest, bus: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "POLL_SECONDS", 3600)
    await send(post, "Elm 1")
    async with running(relay(post, bus).run()):
        await until(lambda: all_published(post))
        await send(post, "Elm 2")
        await until(lambda: all_published(post))


async def test_the_relay_looks_by_itself_when_nothing_wakes_it(post: ServiceUnderTest, bus: InProcess) -> None:
    async with running(relay(post, bus).run()):
        await send(post, "Elm 1")
        await until(lambda: all_published(post))
        async with post.database.transaction() as session:
            await session.execute(outbox.update().values(published_at=None, feed_position=None))
        await until(lambda: all_published(post))


async def test_of_two_relays_one_publishes_until_it_ends(post: ServiceUnderTest, bus: InProcess, ear: Ear) -> None:
    numbers = [f"Elm {number}" for number in range(30)]
    async with running(relay(post, bus).run()):
        async with running(relay(post, bus).run()):
            for address in numbers[:15]:
                await send(post, address)
            await until(lambda: all_published(post))
        await send(post, *numbers[15:])
        await until(lambda: all_published(post))
    assert heard(ear) == numbers


async def test_the_relay_goes_on_after_its_connection_is_lost(post: ServiceUnderTest, bus: InProcess, ear: Ear) -> None:
    async with running(relay(post, bus).run()):
        for address in ("Elm 1", "Elm 2"):
            await send(post, address)
            await until(lambda: all_published(post))
            async with post.database.transaction() as session:
                assert (await session.scalars(KILL_RELAYS)).all() == [True]
        await send(post, "Elm 3")
        await until(lambda: all_published(post))
    assert heard(ear) == ["Elm 1", "Elm 2", "Elm 3"]


async def test_a_relay_that_loses_its_lock_while_publishing_marks_nothing(
    post: ServiceUnderTest, bus: InProcess, ear: Ear
) -> None:
    ear.patient.clear()
    await send(post, "Elm 1")
    async with running(relay(post, bus).run()):
        await until(lambda: asyncio.sleep(0, ear.asked == 1))
        async with post.database.transaction() as session:
            await session.execute(KILL_RELAYS)
        ear.patient.set()
        await until(lambda: asyncio.sleep(0, len(ear.heard) == 2))
        await until(lambda: all_published(post))
    assert heard(ear) == ["Elm 1", "Elm 1"]


async def test_facts_of_the_past_can_be_published_again(post: ServiceUnderTest, bus: InProcess, ear: Ear) -> None:
    await send(post, "Elm 1", "Elm 2")
    async with running(relay(post, bus).run()):
        await until(lambda: all_published(post))
    ear.heard.clear()
    start = datetime.now(UTC)
    assert await republish(post.database, bus, since=start - timedelta(hours=1), types=[SENT]) == 2
    assert heard(ear) == ["Elm 1", "Elm 2"]
    assert await republish(post.database, bus, since=start - timedelta(hours=1), types=["post.parcel-lost.v1"]) == 0
    assert await republish(post.database, bus, since=start + timedelta(hours=1)) == 0


async def test_what_waits_for_its_publishing_is_not_published_out_of_turn(
    post: ServiceUnderTest, bus: InProcess
) -> None:
    await send(post, "Elm 1")
    assert await republish(post.database, bus, since=datetime(2000, 1, 1, tzinfo=UTC)) == 0
