"""The short way of a small request gives every caller and every service what the ordinary way would give them."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.gateway.behaving import cutting, saying
from tests.gateway.hostile.gates import Gate, gate
from tests.gateway.hostile.wire import Wire, wire
from tests.gateway.raw_service import OK, Act, Call, RawService, say_ok

OWN = re.compile(rb"(?m)^(x-request-id|ratelimit|date): [^\r]*\r\n")
ASK = b"GET /portfolio/v1/services HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer @token@\r\n"
POST = b"POST /portfolio/v1/services HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer @token@\r\n"


@dataclass
class Road:
    """A gateway that knows its caller and has a connection to the service: nothing is in the way of the short way."""

    gate: Gate
    tasks: list[int] = field(default_factory=list)

    @property
    def service(self) -> RawService:
        return self.gate.service

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Wire]:
        async with wire(self.gate.port) as line:
            yield line

    def said(self, request: bytes) -> bytes:
        return request.replace(b"@token@", self.gate.token.encode())

    async def asked(self, request: bytes = ASK, more: bytes = b"\r\n") -> bytes:
        """The whole answer, behind which the connection is closed."""
        async with self.line() as line:
            await line.say(self.said(request + b"Connection: close\r\n" + more))
            return (await line.hear()).heard

    def watching(self, act: Act) -> None:
        """Notes at each request how many the server carries by a task."""

        async def watched(call: Call) -> None:
            names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]
            self.tasks.append(sum(name.endswith("run_asgi") for name in names))
            await act(call)

        self.service.act = watched


def lines_of(answer: bytes) -> list[bytes]:
    """In any order, and without what is another at each request."""
    head, _, body = OWN.sub(b"", answer).partition(b"\r\n\r\n")
    return [*sorted(head.split(b"\r\n")), re.sub(rb"request:[\w-]+", b"", body)]


@asynccontextmanager
async def warm(service: RawService, **given: str) -> AsyncIterator[Road]:
    async with gate(service, **given) as there:
        road = Road(there)
        assert await there.serves_others()
        service.calls.clear()
        yield road


@pytest.fixture
async def road(service: RawService) -> AsyncIterator[Road]:
    async with warm(service) as it:
        yield it


async def test_a_small_request_of_a_known_caller_needs_no_task(road: Road) -> None:
    road.watching(say_ok)
    async with road.line() as line:
        for count in range(1, 4):
            await line.say(road.said(ASK + b"\r\n"))
            await line.hear(statuses=count)
        await line.say(road.said(POST + b"Content-Length: 2\r\n\r\n{}"))
        await line.hear(statuses=4)
    assert (road.tasks, road.service.connections) == ([0, 0, 0, 0], 1)
    assert line.statuses == [200] * 4
    assert [call.values(b"content-length") for call in road.service.calls] == [[], [], [], [b"2"]]


@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.1 201 Created\r\nLocation: /v1/x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nETag: 3\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nX-Request-Id: of-the-service\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 404 Not Found\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 777 Lucky\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000,
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
async def test_both_ways_give_the_same_answer(road: Road, answer: bytes) -> None:
    road.service.act = saying(answer)
    short = await road.asked()
    road.service.drop_connections()
    await asyncio.sleep(0.05)
    ordinary = await road.asked()
    assert lines_of(short) == lines_of(ordinary)
    assert short.lower().count(b"\r\ndate: ") == short.count(b"\r\nx-request-id: ") == 1


async def test_both_ways_ask_the_same(road: Road) -> None:
    fields = b"Accept: a, b\r\nX-Forwarded-For: 1.2.3.4\r\nX_Y: 1\r\nTE: trailers\r\n"
    request = ASK.replace(b"services", b"services?x=%20&y") + fields
    await road.asked(request)
    road.service.drop_connections()
    await asyncio.sleep(0.05)
    await road.asked(request)
    short, ordinary = (OWN.sub(b"", call.head) for call in road.service.calls)
    assert sorted(short.split(b"\r\n")) == sorted(ordinary.split(b"\r\n"))
    assert short.startswith(b"GET /v1/services?x=%20&y HTTP/1.1\r\n")
    assert road.service.calls[0].values(b"x-forwarded-for") == [b"127.0.0.1"]


async def test_what_one_of_two_connection_fields_names_goes_no_further(road: Road) -> None:
    await road.asked(ASK + b"Connection: x-mine\r\nX-Mine: 1\r\n")
    assert road.service.calls[0].values(b"x-mine") == []


async def test_an_answer_that_is_late_or_comes_in_pieces_arrives_whole(road: Road) -> None:
    async def slowly(call: Call) -> None:
        await asyncio.sleep(0.15)
        await call.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
        await asyncio.sleep(0.05)
        await call.send(b"half")

    road.service.act = slowly
    assert (await road.asked()).endswith(b"\r\n\r\nhalfhalf")
    assert len(road.service.calls) == 1


@pytest.mark.parametrize(
    ("request_line", "more"), [(ASK, b"\r\n"), (POST, b"Idempotency-Key: 1\r\nContent-Length: 2\r\n\r\n{}")]
)
async def test_what_may_be_repeated_is_sent_once_more_when_its_connection_had_ended(
    road: Road, request_line: bytes, more: bytes
) -> None:
    async def cut_the_old_one(call: Call) -> None:
        if call.writer is first:
            call.cut()
        else:
            await say_ok(call)

    await road.asked()
    first = road.service.calls[0].writer
    road.service.act = cut_the_old_one
    assert b" 200 OK" in await road.asked(request_line, more)
    assert len(road.service.calls) == 3


async def test_a_change_whose_connection_had_ended_is_not_sent_again(road: Road) -> None:
    await road.asked()
    road.service.act = cutting
    assert b" 502 " in await road.asked(POST, b"Content-Length: 2\r\n\r\n{}")
    assert len(road.service.calls) == 2


async def test_an_answer_that_breaks_off_breaks_off_for_the_caller(road: Road) -> None:
    road.service.act = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", cut=True)
    async with road.line() as line:
        await line.say(road.said(ASK + b"\r\n"))
        await line.hear()
    assert line.is_closed
    assert line.heard.endswith(b"half")


async def test_a_caller_who_leaves_disturbs_nobody(road: Road) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def wait(call: Call) -> None:
        asked.set()
        await go_on.wait()
        await call.send(OK)

    road.service.act = wait
    async with road.line() as line:
        await line.say(road.said(ASK + b"\r\n"))
        await asked.wait()
    await asyncio.sleep(0.02)
    go_on.set()
    road.service.act = say_ok
    assert b" 200 OK" in await road.asked()


async def test_requests_in_a_row_are_answered_in_their_order(road: Road) -> None:
    async def telling(call: Call) -> None:
        name = call.lines[0].split(b"?")[1][:1]
        await asyncio.sleep(0.1 if name == b"1" else 0)
        await call.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsaid" + name)

    road.service.act = telling
    async with road.line() as line:
        await line.say(
            *(road.said(ASK.replace(b"services", b"services?%d" % number) + b"\r\n") for number in (1, 2, 3))
        )
        await line.hear(statuses=3)
        await asyncio.sleep(0.05)
    assert re.findall(rb"said\d", line.heard) == [b"said1", b"said2", b"said3"]


@pytest.mark.parametrize("version", [b"1.1\r\nConnection: close", b"1.0"])
async def test_a_connection_that_is_not_to_be_kept_is_closed_behind_the_answer(road: Road, version: bytes) -> None:
    async with road.line() as line:
        await line.say(road.said(ASK.replace(b"1.1", version) + b"\r\n"))
        await line.hear()
    assert line.is_closed
    assert b"connection: close" in line.heard
    assert line.heard.endswith(b"ok")


async def test_who_asks_too_often_is_refused_and_each_request_counts_once(service: RawService) -> None:
    async with warm(service, rate_limit="4 per minute") as road, road.line() as line:
        for count in range(1, 6):
            await line.say(road.said(ASK + b"\r\n"))
            await line.hear(statuses=count)
        assert line.statuses == [200, 200, 200, 429, 429]
        assert len(service.calls) == 3
        service.act = say_ok
        assert road.gate.door.gateway.remote["portfolio"].pool.idle == 1


async def test_a_service_that_fails_on_the_short_way_is_left_alone_in_time(road: Road) -> None:
    road.service.act = cutting
    heard = [await road.asked(POST, b"Content-Length: 2\r\n\r\n{}") for _ in range(7)]
    statuses = [int(answer.split(b" ")[1]) for answer in heard]
    assert statuses == [502] * 5 + [503] * 2


async def test_a_body_beyond_its_limit_is_refused_as_ever(road: Road) -> None:
    heard = await road.asked(POST, b"Content-Length: 2000000\r\n\r\n")
    assert b" 413 " in heard
    assert road.service.calls == []


async def test_each_request_is_counted_once(road: Road) -> None:
    for _ in range(3):
        await road.asked()
    figures = road.gate.door.gateway.observation.figures().decode()
    counted = 'steward_gateway_requests_total{operation="list_services",service="portfolio",status="200"} 4.0'
    assert counted in figures  # with the one that has made it known


async def test_a_connection_is_closed_when_it_has_been_idle_and_not_before(
    service: RawService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.front.KEEP_SECONDS", 0.5)
    async with warm(service) as road, road.line() as line:
        for count in range(1, 5):
            await line.say(road.said(ASK + b"\r\n"))
            await line.hear(statuses=count)
            await asyncio.sleep(0.2)
        assert line.statuses == [200] * 4
        begun = asyncio.get_running_loop().time()
        assert (await line.hear()).is_closed
        assert 0.1 < asyncio.get_running_loop().time() - begun < 2


async def test_a_request_that_is_still_answered_is_not_idle(
    service: RawService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slowly(call: Call) -> None:
        await asyncio.sleep(0.7)
        await call.send(OK)

    monkeypatch.setattr("gateway.front.KEEP_SECONDS", 0.3)
    async with warm(service) as road, road.line() as line:
        await line.say(road.said(ASK + b"\r\n"))
        await line.hear(statuses=1)
        service.act = slowly
        await line.say(road.said(ASK + b"\r\n"))
        assert (await line.hear(statuses=2)).statuses == [200, 200]
