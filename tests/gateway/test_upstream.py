"""A request reaches a service over the network unchanged, and its answer comes back unchanged, as it streams."""

import asyncio
import gzip
from typing import Any

import pytest

from tests.gateway.behaving import CHUNKED, saying, upstream
from tests.gateway.carrying import begin, carry, scope_of
from tests.gateway.raw_service import OK, Call, RawService


async def test_path_query_and_fields_arrive_as_they_were_sent(service: RawService) -> None:
    fields = [(b"x-one", b"a, b"), (b"x-one", b"c"), (b"accept-encoding", b"gzip"), (b"cookie", b"a=1; b=%20")]

    await carry(upstream(service), "GET", "/v1/caf%C3%A9/a%20b?sort=-x&q=%2F&q=+&empty=", fields)

    call = service.calls[0]
    assert call.lines[0] == b"GET /v1/caf%C3%A9/a%20b?sort=-x&q=%2F&q=+&empty= HTTP/1.1"
    assert call.lines[2:] == [b"%b: %b" % field for field in fields]
    assert call.values(b"host") == [service.url.removeprefix("http://").encode()]


async def test_fields_between_neighbours_stay_between_them_in_both_directions(service: RawService) -> None:
    service.act = saying(
        b"HTTP/1.1 200 OK\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nX-End: 2\r\nKeep-Alive: timeout=5\r\n"
        b"Proxy-Authenticate: Basic\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    )
    sent = [
        *[(b"connection", b"close, x-mine"), (b"connection", b"x-other"), (b"x-mine", b"1"), (b"x-other", b"2")],
        *[(b"keep-alive", b"timeout=5"), (b"te", b"trailers"), (b"trailer", b"x"), (b"upgrade", b"websocket")],
        *[(b"proxy-authorization", b"Basic eDp5"), (b"proxy-connection", b"close"), (b"expect", b"100-continue")],
        *[(b"host", b"public.example"), (b"x-end", b"3")],
    ]

    answer = await carry(upstream(service), headers=sent)

    assert service.calls[0].lines[2:] == [b"x-end: 3"]
    assert answer.headers == [(b"x-end", b"2")]


async def test_every_set_cookie_line_is_kept(service: RawService) -> None:
    service.act = saying(
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT\r\nSet-Cookie: b=2\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    answer = await carry(upstream(service))
    assert answer.values(b"set-cookie") == [b"a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", b"b=2"]


async def test_an_encoded_body_stays_encoded(service: RawService) -> None:
    packed = gzip.compress(b"x" * 10_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    service.act = saying(head, packed)

    answer = await carry(upstream(service))

    assert answer.values(b"content-encoding") == [b"gzip"]
    assert answer.body == packed


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nX-T: 1\r\n\r\n",
            b"hello",
        ),
        (b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b'HTTP/1.1 304 Not Modified\r\nContent-Length: 1234\r\nETag: "3"\r\n\r\n', b""),
    ],
)
async def test_a_connection_serves_again_after_each_kind_of_answer(
    service: RawService, answer: bytes, body: bytes
) -> None:
    service.act = saying(answer)
    gate = upstream(service)

    assert [(await carry(gate)).body for _ in range(3)] == [body] * 3
    assert service.connections == 1


async def test_an_answer_that_ends_with_the_connection_is_whole(service: RawService) -> None:
    async def close(call: Call) -> None:
        await call.send(b"HTTP/1.0 200 OK\r\n\r\nall of it")
        call.writer.close()

    service.act = close
    assert (await carry(upstream(service))).body == b"all of it"


async def test_head_has_the_length_but_no_body(service: RawService) -> None:
    service.act = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")
    gate = upstream(service)
    for _ in range(2):
        answer = await carry(gate, "HEAD")
        assert (answer.values(b"content-length"), answer.body) == ([b"1234"], b"")


async def test_a_body_streams_out_before_it_is_complete(service: RawService) -> None:
    seen: asyncio.Queue[bytes] = asyncio.Queue()

    async def read(call: Call) -> None:
        while chunk := await call.chunk():
            seen.put_nowait(chunk)
        await call.send(OK)

    service.act = read
    carriage = begin(upstream(service), "POST", "/v1/imports", CHUNKED)
    for line in (b"one\n", b"two\n"):
        carriage.give(line)
        assert await asyncio.wait_for(seen.get(), 5) == line
    carriage.give(b"", more=False)
    await carriage.done()
    assert (await carriage.take())["status"] == 200


async def test_an_answer_streams_back_before_it_is_complete(service: RawService) -> None:
    more = asyncio.Event()

    async def drip(call: Call) -> None:
        await call.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        await more.wait()
        await call.send(b"1\r\nb\r\n0\r\n\r\n")

    service.act = drip
    carriage = begin(upstream(service), "GET", "/v1/feed")
    assert (await carriage.take())["status"] == 200
    assert (await carriage.take())["body"] == b"a"
    more.set()
    assert (await carriage.take())["body"] == b"b"
    await carriage.done()


async def test_a_service_is_not_read_faster_than_the_caller_takes(service: RawService) -> None:
    size, sent = 64 * 1024, 0

    async def flood(call: Call) -> None:
        nonlocal sent
        await call.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (1000 * size))
        for _ in range(1000):
            await call.send(b"x" * size)
            sent += size

    service.act = flood
    taking = asyncio.Event()
    received = 0

    async def slow(message: Any) -> None:
        nonlocal received
        await taking.wait()
        received += len(message.get("body", b""))

    task = asyncio.ensure_future(upstream(service)(scope_of("GET", "/v1/big"), asyncio.Queue().get, slow))
    before = -1
    while sent != before or not sent:
        before = sent
        await asyncio.sleep(0.3)
    assert sent < 200 * size, "the answer was piled up in memory"
    taking.set()
    await asyncio.wait_for(task, 20)
    assert received == 1000 * size


async def test_a_caller_is_not_read_faster_than_the_service_takes(service: RawService) -> None:
    reading = asyncio.Event()

    async def late(call: Call) -> None:
        await reading.wait()
        await call.body()
        await call.send(OK)

    service.act = late
    given = 0
    size = 256 * 1024

    async def produce() -> dict[str, Any]:
        nonlocal given
        given += 1
        return {"type": "http.request", "body": b"x" * size, "more_body": given < 200}

    gate = upstream(service, idle_seconds=10, first_byte_seconds=10)
    scope = scope_of("POST", "/v1/x", [(b"content-length", b"%d" % (200 * size))])
    answers: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.ensure_future(gate(scope, produce, answers.put))
    before = -1
    while given != before or not given:
        before = given
        await asyncio.sleep(0.3)
    assert given < 100, "the body was piled up in memory"
    reading.set()
    await asyncio.wait_for(task, 20)
    assert given == 200
