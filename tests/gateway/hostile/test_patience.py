"""Callers that take for ever hold up nobody else, and none of them is waited for longer than a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from gateway.front import MAX_HEAD_BYTES
from tests.chassis.events import until
from tests.gateway.behaving import saying
from tests.gateway.hostile.corpus import ASK, CHUNKED, END, INNER, SEND, TOKEN
from tests.gateway.hostile.gates import Gate
from tests.gateway.hostile.wire import Wire, wire

MANY = 100
MEGABYTE = 1 << 20
IN_FLIGHT = 32 * MEGABYTE  # that the two sockets may hold before a caller notices that it is not heard any more
UPLOAD = SEND.replace(b"/services", b"/service-imports").replace(b"application/json", b"text/csv")


async def said_by_many(stack: AsyncExitStack, gate: Gate, part: bytes) -> list[Wire]:
    """Each speaks as soon as it is connected: the gateway waits a second for a head, however many are still to come."""
    lines = []
    for _ in range(MANY):
        lines.append(await stack.enter_async_context(wire(gate.port)))
        await lines[-1].say(part.replace(TOKEN, gate.token.encode()))
    return lines


SLOW = {
    "a caller that says nothing": (b"", []),
    "a header that does not end": (ASK, []),
    "a second header that does not end": (b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /li", [200]),
    "a body that does not come": (SEND + b"Content-Length: 100\r\n\r\n{", [408]),
    "a chunk that does not end": (CHUNKED + b"ffffffffffffffff\r\n{", [408]),
    "chunks that do not end": (CHUNKED + b"1\r\n{\r\n", [408]),
    "fields behind the body that do not end": (CHUNKED + b"2\r\n{}\r\n0\r\nX:", [408]),
    "a body that nobody has asked for": (CHUNKED.replace(TOKEN, b"x") + b"1\r\n{\r\n", [401]),
    "an answer to CONTINUE that does not come": (SEND + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", [408]),
}


@pytest.mark.parametrize("name", SLOW)
async def test_a_hundred_slow_callers_hold_up_nobody_and_are_sent_away(quiet_gate: Gate, name: str) -> None:
    part, statuses = SLOW[name]
    async with AsyncExitStack() as stack:
        lines = await said_by_many(stack, quiet_gate, part)
        assert await quiet_gate.serves_others()
        await asyncio.gather(*(line.hear() for line in lines))
        assert [[status for status in line.statuses if status != 100] for line in lines] == [statuses] * MANY
    assert [call.lines[0].split(b" ")[0] for call in quiet_gate.service.calls] == [b"GET"]  # the one who behaves


ENDLESS = {
    "an address": (ASK.partition(b"services")[0], b"x" * 8192),
    "the name of a field": (ASK, b"x" * 8192),
    "the value of a field": (ASK + b"X: ", b"x" * 8192),
    "fields": (ASK, b"X: y\r\n" * 1024),
    "empty lines before a request": (b"", b"\r\n" * 4096),
    "the size of a chunk": (CHUNKED, b"0" * 8192),
    "an extension of a chunk": (CHUNKED + b"2;a=", b"x" * 8192),
    "fields behind a body": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n" * 1024),
    "fields behind a body that nobody has asked for": (CHUNKED.replace(TOKEN, b"x") + b"0\r\n", b"X: y\r\n" * 1024),
    "a field behind a body": (CHUNKED + b"2\r\n{}\r\n0\r\nX:", b"x" * 8192),
}


@pytest.mark.parametrize("name", ENDLESS)
async def test_what_does_not_end_is_ended_before_it_is_kept(quiet_gate: Gate, name: str) -> None:
    start, more = ENDLESS[name]
    async with wire(quiet_gate.port) as line:
        await line.say(start.replace(TOKEN, quiet_gate.token.encode()))
        poured = await line.pour(more, most=8 * IN_FLIGHT)
        assert MAX_HEAD_BYTES <= poured < IN_FLIGHT
        await line.hear()
        assert all(400 <= status < 500 for status in line.statuses)
    assert quiet_gate.service.calls == []
    assert await quiet_gate.serves_others()


@pytest.mark.parametrize("token", [TOKEN, b"x"])
async def test_of_a_body_that_does_not_end_no_more_is_taken_than_the_operation_takes(
    quiet_gate: Gate, token: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes after the refusal is thrown away for a moment, so that a caller who writes before it reads is told."""
    monkeypatch.setattr("gateway.front.LINGER_SECONDS", 10)
    async with wire(quiet_gate.port) as line:
        await line.say(CHUNKED.replace(TOKEN, token).replace(TOKEN, quiet_gate.token.encode()))
        await line.pour(b"2000\r\n" + b" " * 8192 + b"\r\n", most=8 * IN_FLIGHT)
        assert (await line.hear(statuses=1)).statuses == [413 if token == TOKEN else 401]
    assert quiet_gate.service.calls == []


async def test_a_body_in_chunks_of_one_byte_is_a_body(quiet_gate: Gate) -> None:
    async with wire(quiet_gate.port) as line:
        await line.say(CHUNKED.replace(TOKEN, quiet_gate.token.encode()), b"1\r\n \r\n" * 100_000, END)
        assert (await line.hear(statuses=1)).statuses == [200]
    (call,) = quiet_gate.service.calls
    assert call.values(b"content-type") == [b"application/json"]


@pytest.mark.parametrize("length", [1, 1000])
async def test_a_length_that_lies_brings_no_second_request(quiet_gate: Gate, length: int) -> None:
    said = SEND + b"Content-Length: %d\r\n\r\n{" % length
    async with wire(quiet_gate.port) as line:
        await line.say(said.replace(TOKEN, quiet_gate.token.encode()))
        await asyncio.sleep(0.05)
        await line.say(b"}" + INNER.replace(TOKEN, quiet_gate.token.encode()))
        await line.hear()
    assert line.statuses == [200, 400] if length == 1 else [408]
    assert not [call for call in quiet_gate.service.calls if b"smuggled" in call.head]


BIG = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (8 * MEGABYTE) + bytes(8 * MEGABYTE)
NOT_READING = 20


@pytest.fixture
async def not_reading(quiet_gate: Gate, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Wire]]:
    """Callers that ask for more than fits on the way to them, and leave it there."""
    monkeypatch.setattr(quiet_gate.service, "act", saying(BIG))
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(wire(quiet_gate.port, takes=4096)) for _ in range(NOT_READING)]
        for line in lines:
            await line.say((ASK + b"\r\n").replace(TOKEN, quiet_gate.token.encode()))
        yield lines


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_callers_that_do_not_read_are_given_up(
    quiet_gate: Gate, monkeypatch: pytest.MonkeyPatch, not_reading: list[Wire]
) -> None:
    monkeypatch.setattr("gateway.front.UNREAD_SECONDS", 0.3)
    before = descriptors()
    await until(lambda: asyncio.sleep(0, descriptors() <= before - NOT_READING))  # the gateway's ends are closed
    assert await quiet_gate.serves_others("/livez")


async def test_a_service_is_not_blamed_for_callers_that_read_slowly(
    quiet_gate: Gate, not_reading: list[Wire], caplog: pytest.LogCaptureFixture
) -> None:
    broken = "broke off"
    await until(lambda: asyncio.sleep(0, sum(broken in record.message for record in caplog.records) >= NOT_READING))
    assert not quiet_gate.door.gateway.breakers["portfolio"].is_open
    assert await quiet_gate.serves_others("/livez")
