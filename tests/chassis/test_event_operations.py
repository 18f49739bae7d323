"""Every service shows the facts that it published, and the events that it could not act on."""

from typing import Any

import pytest
from sqlalchemy import update

from chassis import event_operations
from chassis.ids import uuid7
from chassis.schema import outbox
from chassis.testing import ServiceUnderTest
from tests.chassis.events import addresses, bodies, deferred, event
from tests.chassis.post import SENT, Parcel


async def publish(post: ServiceUnderTest, *addresses: str, weighed: bool = False) -> None:
    """As if the relay had published all: in the order of writing."""
    async with post.database.transaction() as session:
        for address in addresses:
            parcel = Parcel.send(address=address)
            session.add(parcel)
            if weighed:
                parcel.weigh()
    async with post.database.transaction() as session:
        await session.execute(update(outbox).values(published_at=outbox.c.recorded_at, feed_position=outbox.c.position))


async def feed(post: ServiceUnderTest, **asked: Any) -> tuple[list[str], int]:
    answer = await post.client.get("/v1/events", params=asked)
    assert answer.status_code == 200, answer.text
    items = [item["data"].get("address", item["type"]) for item in answer.json()["items"]]
    return items, answer.json()["after"]


async def test_the_feed_goes_on_from_where_a_reader_was(post: ServiceUnderTest) -> None:
    await publish(post, "Elm 1", "Elm 2", "Elm 3")
    assert await feed(post, limit=2) == (["Elm 1", "Elm 2"], 2)
    assert await feed(post, limit=2, after=2) == (["Elm 3"], 3)
    assert await feed(post, after=3) == ([], 3)


async def test_the_feed_shows_events_as_they_were_published(post: ServiceUnderTest) -> None:
    await publish(post, "Elm 1")
    [fact] = await post.announced()
    assert fact.encode() in (await post.client.get("/v1/events")).content


async def test_the_feed_holds_nothing_that_is_not_published(post: ServiceUnderTest) -> None:
    async with post.database.transaction() as session:
        session.add(Parcel.send(address="Elm 1"))
    assert await feed(post) == ([], 0)


async def test_a_reader_of_one_type_gets_past_all_others(
    post: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_operations, "SCANNED", 3)
    await publish(post, "Elm 1", "Elm 2")
    await publish(post, "Elm 3", weighed=True)
    assert await feed(post, type="post.parcel-weighed.v1") == ([], 3)
    assert await feed(post, type="post.parcel-weighed.v1", after=3) == (["post.parcel-weighed.v1"], 4)
    assert await feed(post, type=SENT, limit=2, after=1) == (["Elm 2", "Elm 3"], 3)


@pytest.mark.parametrize("asked", ["after=-1", "after=9223372036854775808", "limit=501", "kind=x"])
async def test_the_feed_refuses_what_it_does_not_know(post: ServiceUnderTest, asked: str) -> None:
    assert (await post.client.get(f"/v1/events?{asked}")).status_code == 422


async def test_parked_events_are_listed_page_by_page(post: ServiceUnderTest) -> None:
    parked = [event() for _ in range(3)]
    await post.inbox.receive(bodies(*parked))
    first = (await post.client.get("/v1/parked-events?limit=2&include=total")).json()
    rest = (await post.client.get("/v1/parked-events", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert first["total"] == 3
    assert [item["id"] for item in first["items"] + rest["items"]] == [str(each.id) for each in parked]
    assert first["items"][0]["error"] == "/address: Field required"


async def test_a_parked_event_is_shown_as_it_arrived(post: ServiceUnderTest) -> None:
    parked = event(amount="1.00")
    await post.inbox.receive(bodies(parked))
    answer = (await post.client.get(f"/v1/parked-events/{parked.id}")).json()
    assert answer["body"].encode() == parked.encode()
    assert (await post.client.get(f"/v1/parked-events/{uuid7()}")).status_code == 404


async def test_bytes_that_are_no_text_can_be_shown(post: ServiceUnderTest) -> None:
    await post.inbox.receive([b"\x00\xff"])
    [parked] = await deferred(post.database)
    assert (await post.client.get(f"/v1/parked-events/{parked.id}")).json()["body"] == "\x00�"


async def test_a_replayed_event_is_tried_again(post: ServiceUnderTest) -> None:
    parked = event()
    await post.inbox.receive(bodies(parked))
    assert (await post.client.post(f"/v1/parked-events/{parked.id}/replay")).status_code == 202
    [waiting] = await deferred(post.database)
    assert (waiting.parked_at, waiting.tries) == (None, 0)
    assert (await post.client.get("/v1/parked-events")).json()["items"] == []
    assert (await post.client.post(f"/v1/parked-events/{parked.id}/replay")).status_code == 404
    assert await addresses(post.database) == []


async def test_reading_events_does_not_allow_replaying_them(post: ServiceUnderTest) -> None:
    parked = event()
    await post.inbox.receive(bodies(parked))
    reader, stranger = post.as_caller("post:event:read"), post.as_caller("post:parcel:read")
    assert (await reader.get("/v1/parked-events")).status_code == 200
    assert (await reader.post(f"/v1/parked-events/{parked.id}/replay")).status_code == 403
    assert (await stranger.get("/v1/parked-events")).status_code == 403
    assert (await stranger.get("/v1/events")).status_code == 403
