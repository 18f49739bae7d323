"""Old rows go, in bounded batches; what is still needed stays."""

from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select, text, update

from chassis import housekeeping
from chassis.housekeeping import tidy
from chassis.ids import uuid7
from chassis.schema import idempotency_keys, inbox, outbox
from chassis.testing import ServiceUnderTest
from tests.chassis.post import Parcel

OLD = func.now() - text("interval '200 days'")


async def write(post: ServiceUnderTest, table: Table, *rows: dict[str, Any]) -> None:
    async with post.database.transaction() as session:
        for row in rows:
            await session.execute(insert(table).values(row))


async def left(post: ServiceUnderTest, column: Any) -> list[Any]:
    async with post.database.transaction() as session:
        return list((await session.scalars(select(column).order_by(column))).all())


async def facts(post: ServiceUnderTest, *, published: int, waiting: int = 0) -> None:
    """So many published long ago, and so many that wait."""
    async with post.database.transaction() as session:
        session.add_all([Parcel.send(address="Elm 1") for _ in range(published + waiting)])
    async with post.database.transaction() as session:
        values = {"published_at": OLD, "feed_position": outbox.c.position}
        await session.execute(update(outbox).values(values).where(outbox.c.position <= published))


async def test_facts_published_long_ago_go_but_the_last_of_the_feed_stays(post: ServiceUnderTest) -> None:
    await facts(post, published=5)
    assert not await tidy(post.database, outbox_retention_days=90)
    assert await left(post, outbox.c.position) == [5]


async def test_a_fact_that_waits_never_goes(post: ServiceUnderTest) -> None:
    await facts(post, published=2, waiting=2)
    await tidy(post.database, outbox_retention_days=90)
    assert await left(post, outbox.c.position) == [2, 3, 4]


async def test_facts_stay_as_long_as_they_are_retained(post: ServiceUnderTest) -> None:
    await facts(post, published=3)
    await tidy(post.database, outbox_retention_days=365)
    assert await left(post, outbox.c.position) == [1, 2, 3]


async def test_no_more_than_a_batch_goes_at_once(post: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    await facts(post, published=6)
    assert await tidy(post.database, outbox_retention_days=90)
    assert await left(post, outbox.c.position) == [3, 4, 5, 6]


async def test_events_acted_on_are_known_longer_than_facts_are_kept(post: ServiceUnderTest) -> None:
    new, older, oldest = uuid7(), uuid7(), uuid7()
    await write(
        post,
        inbox,
        {"event_id": new},
        {"event_id": older, "received_at": func.now() - text("interval '100 days'")},
        {"event_id": oldest, "received_at": OLD},
    )
    await tidy(post.database, outbox_retention_days=90)
    assert await left(post, inbox.c.event_id) == sorted([new, older])


async def test_stored_answers_go_after_a_week(post: ServiceUnderTest) -> None:
    answer = {"caller": "x", "fingerprint": "", "status": 200, "headers": {}, "body": b""}
    await write(post, idempotency_keys, {**answer, "key": "new"}, {**answer, "key": "old", "recorded_at": OLD})
    await tidy(post.database, outbox_retention_days=90)
    assert await left(post, idempotency_keys.c.key) == ["new"]
