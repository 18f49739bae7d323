"""A service acts on each event once, in order per subject, and keeps what it cannot act on."""

import asyncio
from dataclasses import replace

import pytest

from chassis.arrivals import Reader
from chassis.database import Database
from chassis.deferral import MAX_TRIES, PAUSES
from chassis.events import Reading
from chassis.ids import uuid7
from chassis.inbox import Inbox
from chassis.manifest import Reaction
from chassis.testing import ServiceUnderTest
from tests.chassis.events import addresses, bodies, deferred, event, order
from tests.chassis.post import SENT, manifest, send_parcel, tried, unreachable


async def test_an_event_has_one_effect_however_often_it_comes(post: ServiceUnderTest) -> None:
    once = bodies(order("Elm 1"))
    await post.inbox.receive(once + once)
    await post.inbox.receive(once)
    assert await addresses(post.database) == ["Elm 1"]


async def test_an_event_has_one_effect_when_several_consumers_receive_it_at_once(post: ServiceUnderTest) -> None:
    batch = bodies(*(order(f"Elm {number}") for number in range(20)))
    inboxes = [Inbox(manifest, post.database, clock=post.clock) for _ in range(4)]
    await asyncio.gather(*(inbox.receive(batch[shift:] + batch[:shift]) for shift, inbox in enumerate(inboxes)))
    while await post.inbox.retry_due():
        post.clock.advance(minutes=1)
    assert sorted(await addresses(post.database)) == sorted(f"Elm {number}" for number in range(20))
    assert await deferred(post.database) == []


async def test_what_a_reaction_announces_names_who_and_what_caused_it(post: ServiceUnderTest) -> None:
    first, second = order("Elm 1"), order("Elm 2")
    await post.inbox.receive(bodies(first, second))
    announced = await post.announced(SENT)
    assert [fact.causationid for fact in announced] == [str(first.id), str(second.id)]
    assert {(fact.correlationid, fact.actor) for fact in announced} == {("a conversation", "a customer")}


async def test_an_event_that_nobody_reacts_to_leaves_nothing(post: ServiceUnderTest) -> None:
    await post.inbox.receive(bodies(event(type="shop.order-paid.v1", amount="1.00")))
    assert (await addresses(post.database), await deferred(post.database)) == ([], [])


async def test_a_failing_reaction_leaves_no_trace_and_lets_the_others_through(post: ServiceUnderTest) -> None:
    unreachable.add("Elm 4")
    await post.inbox.receive(bodies(*(order(f"Elm {number}") for number in range(9))))
    assert await addresses(post.database) == [f"Elm {number}" for number in range(9) if number != 4]
    assert len(await post.announced(SENT)) == 8
    [waiting] = await deferred(post.database)
    assert (waiting.error, waiting.tries) == ("LookupError: nobody lives at Elm 4", 1)


async def test_later_events_of_a_subject_wait_behind_one_that_failed(post: ServiceUnderTest) -> None:
    one, other = uuid7(), uuid7()
    unreachable.add("Elm 1")
    await post.inbox.receive(bodies(order("Elm 1", subject=one), order("Elm 2", subject=one)))
    await post.inbox.receive(bodies(order("Elm 3", subject=one), order("Oak 1", subject=other)))
    assert await addresses(post.database) == ["Oak 1"]
    unreachable.clear()
    post.clock.advance(seconds=1)
    while await post.inbox.retry_due():
        pass
    assert await addresses(post.database) == ["Oak 1", "Elm 1", "Elm 2", "Elm 3"]
    assert await deferred(post.database) == []


async def test_an_event_that_waits_is_not_tried_before_its_pause_is_over(post: ServiceUnderTest) -> None:
    unreachable.add("Elm 1")
    await post.inbox.receive(bodies(order("Elm 1")))
    tried.clear()
    assert await post.inbox.retry_due() == 0
    assert tried == []


async def test_a_later_event_does_not_overtake_one_whose_pause_is_not_over(post: ServiceUnderTest) -> None:
    subject = uuid7()
    unreachable.add("Elm 1")
    await post.inbox.receive(bodies(order("Elm 1", subject=subject), order("Elm 2", subject=subject)))
    assert await post.inbox.retry_due() == 0
    assert await addresses(post.database) == []


async def test_pauses_grow_until_an_event_is_parked(post: ServiceUnderTest) -> None:
    unreachable.add("Elm 1")
    await post.inbox.receive(bodies(order("Elm 1")))
    for tries, pause in enumerate(PAUSES, start=1):
        [waiting] = await deferred(post.database)
        assert (waiting.tries, waiting.parked_at) == (tries, None)
        assert waiting.next_try_at == post.clock() + pause
        post.clock.now += pause
        assert await post.inbox.retry_due() == 1
    [parked] = await deferred(post.database)
    assert (parked.tries, parked.parked_at) == (MAX_TRIES, post.clock())
    assert sorted(PAUSES) == PAUSES


async def test_the_subject_of_a_parked_event_flows_on(post: ServiceUnderTest) -> None:
    subject = uuid7()
    unreachable.add("Elm 1")
    await post.inbox.receive(bodies(order("Elm 1", subject=subject), order("Elm 2", subject=subject)))
    await _exhaust(post)
    await post.inbox.receive(bodies(order("Elm 3", subject=subject)))
    while await post.inbox.retry_due():
        pass
    assert await addresses(post.database) == ["Elm 2", "Elm 3"]


async def test_a_parked_event_can_be_replayed(post: ServiceUnderTest) -> None:
    unreachable.add("Elm 1")
    parked = order("Elm 1")
    await post.inbox.receive(bodies(parked))
    await _exhaust(post)
    assert await post.inbox.replay([uuid7()]) == 0
    assert await post.inbox.retry_due() == 0
    unreachable.clear()
    assert await post.inbox.replay([parked.id]) == 1
    assert await post.inbox.retry_due() == 1
    assert await addresses(post.database) == ["Elm 1"]
    assert await deferred(post.database) == []


async def test_all_parked_events_can_be_replayed_at_once(post: ServiceUnderTest) -> None:
    unreachable.update({"Elm 1", "Oak 1"})
    await post.inbox.receive(bodies(order("Elm 1"), order("Oak 1")))
    await _exhaust(post)
    assert await post.inbox.replay() == 2


async def test_a_parked_event_that_comes_again_stays_parked(post: ServiceUnderTest) -> None:
    unreachable.add("Elm 1")
    parked = bodies(order("Elm 1"))
    await post.inbox.receive(parked)
    await _exhaust(post)
    tried.clear()
    await post.inbox.receive(parked)
    assert (tried, len(await deferred(post.database))) == ([], 1)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"\x00\xff not json", "/: Invalid JSON"),
        (b'{"id": "x", "type": "shop.\\u0000", "subject": "\\ud800"}', ""),
        (b"[" * 5000, "/: Invalid JSON"),
        (event().encode(), "/address: Field required"),
        (event(address=7).encode(), "/address: Input should be a valid string"),
        (event(type="shop.order-placed.v2", address="Elm 1").encode(), "shop.order-placed.v2 is newer"),
        (event(address="Elm 1").model_copy(update={"subject": "a\x00b"}).encode(), "its type or subject holds a NUL"),
    ],
    ids=["no json", "no storable text", "too deep", "a field is missing", "a field is wrong", "newer version", "NUL"],
)
async def test_what_cannot_be_read_is_parked_at_once_and_once(post: ServiceUnderTest, body: bytes, error: str) -> None:
    await post.inbox.receive([body, *bodies(order("Oak 1"))])
    await post.inbox.receive([body])
    [parked] = await deferred(post.database)
    assert parked.parked_at == post.clock()
    assert error in parked.error
    assert parked.envelope == body
    assert await addresses(post.database) == ["Oak 1"]


async def test_what_still_cannot_be_read_after_a_replay_is_parked_again(post: ServiceUnderTest) -> None:
    await post.inbox.receive(bodies(event()))
    assert await post.inbox.replay() == 1
    assert await post.inbox.retry_due() == 1
    [parked] = await deferred(post.database)
    assert parked.parked_at is not None


def test_an_older_version_than_the_one_that_is_read_is_ignored() -> None:
    class OrderPlaced(Reading, type="shop.order-placed.v3"):
        pass

    reader = Reader([Reaction(OrderPlaced, send_parcel)])
    assert reader.read(event(type="shop.order-placed.v2").encode()) is None


async def test_an_event_that_waits_is_dropped_when_nobody_reacts_to_it_any_more(post: ServiceUnderTest) -> None:
    unreachable.add("Elm 1")
    await post.inbox.receive(bodies(order("Elm 1")))
    post.clock.advance(seconds=1)
    assert await Inbox(replace(manifest, reactions=[]), post.database, clock=post.clock).retry_due() == 1
    assert await deferred(post.database) == []


async def test_of_two_workers_that_retry_at_once_one_acts(post: ServiceUnderTest) -> None:
    unreachable.add("Elm 1")
    await post.inbox.receive(bodies(order("Elm 1")))
    unreachable.clear()
    post.clock.advance(seconds=1)
    await asyncio.gather(*(post.inbox.retry_due() for _ in range(4)))
    assert await addresses(post.database) == ["Elm 1"]


async def test_receiving_raises_when_the_database_does_not_answer(post: ServiceUnderTest) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none", "post")
    with pytest.raises(OSError, match="Connect"):
        await Inbox(manifest, away).receive(bodies(order("Elm 1"), order("Elm 2")))
    with pytest.raises(OSError, match="Connect"):
        await Inbox(manifest, away).receive([])
    await away.close()


async def _exhaust(post: ServiceUnderTest) -> None:
    """Time passes until all that keeps failing is parked."""
    for pause in PAUSES:
        post.clock.now += pause
        await post.inbox.retry_due()
