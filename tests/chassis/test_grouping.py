"""Requests that are written together: as many as wait, each with an outcome of its own."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import Request, Response

from chassis import grouping
from chassis.cause import Cause
from chassis.grouping import Asked, Group, Waiting
from chassis.identity import Caller
from chassis.problems import Conflict, NotReady


class Refused(Conflict, code="test.grouping.refused"):
    """It is not to be."""


class Pen:
    """Writes what it is asked in groups, remembers them, and refuses what is in `bad`."""

    def __init__(self, *bad: str, error: type[Exception] = Refused) -> None:
        self.groups: list[list[str]] = []
        self._bad, self._error = bad, error

    async def write(self, group: Sequence[Waiting]) -> list[Response]:
        commands = [each.asked.command for each in group]
        self.groups.append(commands)
        await asyncio.sleep(0.01)
        if set(commands) & set(self._bad):
            raise self._error("no")
        return [Response(command) for command in commands]


def waiting(command: str) -> Waiting:
    asked: Asked[Any] = Asked(command, Caller("somebody"), datetime.now(UTC), Cause())
    return Waiting(Request({"type": "http"}), asked, None)


async def outcomes(pen: Pen, *commands: str) -> list[str]:
    group = Group(pen.write)
    done = await asyncio.gather(*(group.join(waiting(it)) for it in commands), return_exceptions=True)
    return [bytes(it.body).decode() if isinstance(it, Response) else type(it).__name__ for it in done]


async def test_who_comes_while_a_group_is_written_is_in_the_next_one() -> None:
    pen = Pen()
    assert await outcomes(pen, "a", "b", "c", "d") == ["a", "b", "c", "d"]
    assert pen.groups == [["a", "b", "c", "d"]]
    group = Group(pen.write)
    first = asyncio.create_task(group.join(waiting("e")))
    await asyncio.sleep(0.005)
    await asyncio.gather(first, group.join(waiting("f")), group.join(waiting("g")))
    assert pen.groups[1:] == [["e"], ["f", "g"]]


async def test_one_that_is_refused_takes_no_other_along() -> None:
    pen = Pen("c")
    assert await outcomes(pen, "a", "b", "c", "d", "e") == ["a", "b", "Refused", "d", "e"]


async def test_what_may_have_been_written_is_not_written_again() -> None:
    pen = Pen("b", error=ConnectionError)
    assert await outcomes(pen, "a", "b", "c") == ["ConnectionError"] * 3
    assert len(pen.groups) == 1


async def test_a_group_has_an_upper_limit_and_so_has_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST", 2)
    monkeypatch.setattr(grouping, "LONGEST_QUEUE", 3)
    pen = Pen()
    assert await outcomes(pen, "a", "b", "c", "d") == ["a", "b", "c", NotReady.__name__]
    assert pen.groups == [["a", "b"], ["c"]]


async def test_a_caller_who_leaves_harms_nobody() -> None:
    pen = Pen()
    group = Group(pen.write)
    left = asyncio.create_task(group.join(waiting("a")))
    stays = asyncio.create_task(group.join(waiting("b")))
    await asyncio.sleep(0.005)
    left.cancel()
    assert (await stays).body == b"b"
    assert (await group.join(waiting("c"))).body == b"c"
