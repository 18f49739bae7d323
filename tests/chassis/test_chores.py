"""Chores: done by the clock in the worker, one worker at a time, each piece in a transaction of its own."""

import asyncio
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.in_process import InProcess
from chassis.chores import carry_out
from chassis.manifest import Chore, Manifest
from chassis.testing import ServiceUnderTest
from tests.chassis.events import addresses, until
from tests.chassis.post import Parcel, manifest
from tests.chassis.test_worker import working


async def send_one(session: AsyncSession, at: datetime) -> bool:
    """Three parcels are waiting, each a piece of its own."""
    sent = await session.scalar(select(func.count()).select_from(Parcel)) or 0
    session.add(Parcel.send(address=f"Elm {sent + 1}, {at.year}"))
    return sent < 2


async def refuse(session: AsyncSession, at: datetime) -> bool:
    await send_one(session, at)
    await session.flush()
    raise LookupError("nobody lives there")


SENDING = Chore("send parcels", send_one, every_seconds=3600)


def doing(*chores: Chore) -> Manifest:
    return replace(manifest, chores=chores)


async def count(post: ServiceUnderTest) -> int:
    return len(await addresses(post.database))


async def test_a_worker_goes_on_with_a_chore_until_there_is_no_more(post: ServiceUnderTest) -> None:
    async with working(post, InProcess(["post"]), doing(SENDING)):
        await until(lambda: _reached(post, 3))
        await asyncio.sleep(0.2)
    assert await addresses(post.database) == ["Elm 1, 2026", "Elm 2, 2026", "Elm 3, 2026"]


async def test_a_chore_is_asked_again_after_its_seconds(post: ServiceUnderTest) -> None:
    async with working(post, InProcess(["post"]), doing(replace(SENDING, every_seconds=0.05))):
        await until(lambda: _reached(post, 5))


async def test_while_one_worker_is_at_a_chore_no_other_is(post: ServiceUnderTest) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(session: AsyncSession, at: datetime) -> bool:
        begun.set()
        await go_on.wait()
        return await send_one(session, at)

    chore = replace(SENDING, do=slowly)
    first = asyncio.create_task(carry_out(chore, post.database, post.clock()))
    await begun.wait()
    assert not await carry_out(chore, post.database, post.clock())
    assert await count(post) == 0
    go_on.set()
    assert await first
    assert await count(post) == 1


async def test_a_chore_that_fails_leaves_nothing_and_keeps_no_other_from_being_done(post: ServiceUnderTest) -> None:
    failing = Chore("refuse parcels", refuse, every_seconds=3600)
    async with working(post, InProcess(["post"]), doing(failing, SENDING)):
        await until(lambda: _reached(post, 3))
    assert await count(post) == 3


async def test_facts_of_a_chore_say_that_the_clock_did_it(post: ServiceUnderTest) -> None:
    await carry_out(SENDING, post.database, post.clock())
    (fact,) = await post.announced("post.parcel-sent.v1")
    assert fact.actor == "clock"


async def _reached(post: ServiceUnderTest, many: int) -> bool:
    return await count(post) >= many
