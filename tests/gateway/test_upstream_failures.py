"""At most once: what fails on the way to a service is never sent twice, and never taken for an answer."""

import asyncio

import pytest

from gateway.problems import UpstreamBusy, UpstreamCut, UpstreamTooLate, UpstreamUnreachable
from gateway.request_body import CallerGone
from gateway.upstream import HttpUpstream
from tests.gateway.behaving import CHUNKED, KEY, cutting, cutting_the_old_one, saying, silent, upstream
from tests.gateway.carrying import begin, carry
from tests.gateway.raw_service import OK, Call, RawService, raw_service


async def test_a_post_that_is_not_answered_in_time_is_sent_once(service: RawService) -> None:
    service.act = silent
    with pytest.raises(UpstreamTooLate):
        await carry(upstream(service, first_byte_seconds=0.3), "POST", body=b"{}")
    await asyncio.sleep(0.2)
    assert len(service.calls) == 1


@pytest.mark.parametrize("warm", [True, False])
async def test_a_post_that_is_cut_off_is_sent_once(service: RawService, warm: bool) -> None:
    gate = upstream(service)
    if warm:
        await carry(gate)
    service.act = cutting
    before = len(service.calls)
    with pytest.raises(UpstreamCut):
        await carry(gate, "POST", body=b"{}")
    assert len(service.calls) - before == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_no_change_is_sent_twice(service: RawService, method: str) -> None:
    gate = upstream(service)
    await carry(gate)
    service.act = cutting
    with pytest.raises(UpstreamCut):
        await carry(gate, method, body=b"{}" if method != "DELETE" else None)
    assert len(service.calls) == 2


async def test_a_question_on_a_connection_that_has_ended_is_asked_once_more(service: RawService) -> None:
    gate = upstream(service)
    await carry(gate)
    service.act = cutting_the_old_one(service, [])
    assert (await carry(gate)).body == b"ok"
    assert (len(service.calls), service.connections) == (3, 2)


async def test_a_change_with_a_key_on_a_connection_that_has_ended_is_sent_once_more_as_it_was(
    service: RawService,
) -> None:
    gate = upstream(service)
    await carry(gate)
    heard: list[bytes] = []
    service.act = cutting_the_old_one(service, heard)
    assert (await carry(gate, "POST", headers=[KEY], body=b"{}")).body == b"ok"
    _, cut, answered = service.calls
    assert heard == [b"{}", b"{}"]
    assert cut.head == answered.head


async def test_a_change_with_a_key_is_sent_once_on_a_new_connection(service: RawService) -> None:
    service.act = cutting
    with pytest.raises(UpstreamCut):
        await carry(upstream(service), "POST", headers=[KEY], body=b"{}")
    assert len(service.calls) == 1


async def test_a_change_with_a_key_whose_body_comes_in_pieces_is_sent_once(service: RawService) -> None:
    gate = upstream(service)
    await carry(gate)
    service.act = cutting
    carriage = begin(gate, "POST", "/v1/x", [KEY, *CHUNKED])
    carriage.give(b"{")
    carriage.give(b"}", more=False)
    with pytest.raises(UpstreamCut):
        await carriage.done()
    assert len(service.calls) == 2


async def test_a_question_on_a_new_connection_is_asked_once(service: RawService) -> None:
    service.act = cutting
    with pytest.raises(UpstreamCut):
        await carry(upstream(service))
    assert len(service.calls) == 1


async def test_a_question_whose_answer_has_begun_is_not_asked_again(service: RawService) -> None:
    gate = upstream(service)
    await carry(gate)
    service.act = saying(b"HTTP/1.1 200 O", cut=True)
    with pytest.raises(UpstreamCut):
        await carry(gate)
    assert len(service.calls) == 2


async def test_connections_that_a_restart_ended_are_not_used(service: RawService) -> None:
    gate = upstream(service)
    await carry(gate)
    service.drop_connections()
    await asyncio.sleep(0.1)
    assert gate.pool.open == 0
    assert (await carry(gate, "POST", body=b"{}")).status == 200


async def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(service: RawService) -> None:
    service.act = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", cut=True)
    with pytest.raises(UpstreamCut):
        await carry(upstream(service))
    service.act = saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", cut=True)
    with pytest.raises(UpstreamCut):
        await carry(upstream(service))


async def test_an_answer_that_stops_coming_is_given_up(service: RawService) -> None:
    async def stall(call: Call) -> None:
        await call.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        await asyncio.sleep(10)

    service.act = stall
    with pytest.raises(UpstreamTooLate):
        await carry(upstream(service, idle_seconds=0.3))


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 777 Lucky\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x-a: 1\r\n" * 20_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000,
    ],
)
async def test_what_is_no_proper_answer_is_refused(service: RawService, answer: bytes) -> None:
    service.act = saying(answer)
    with pytest.raises(UpstreamCut):
        await carry(upstream(service))


async def test_an_answer_that_nobody_asked_for_reaches_nobody(service: RawService) -> None:
    service.act = saying(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
    gate = upstream(service)
    assert [(await carry(gate)).body for _ in range(3)] == [b"ok"] * 3
    assert service.connections == 3


async def test_an_answer_that_comes_while_idle_ends_the_connection(service: RawService) -> None:
    gate = upstream(service)
    await carry(gate)
    await service.calls[0].send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
    await asyncio.sleep(0.1)
    assert (await carry(gate)).body == b"ok"
    assert service.connections == 2


async def test_an_early_refusal_of_a_long_body_comes_through(service: RawService) -> None:
    service.act = saying(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
    gate = upstream(service)
    carriage = begin(gate, "POST", "/v1/imports", CHUNKED)
    carriage.give(b"the first of many")
    assert (await carriage.take())["status"] == 413
    assert (await carriage.take())["body"] == b"big"
    await carriage.done()
    await asyncio.sleep(0.1)
    assert gate.pool.open == 0


async def test_a_caller_who_leaves_in_the_middle_leaves_no_complete_request(service: RawService) -> None:
    ended: asyncio.Queue[bytes] = asyncio.Queue()

    async def read(call: Call) -> None:
        assert await call.chunk() == b"half"
        ended.put_nowait(await call.reader.read())

    service.act = read
    carriage = begin(upstream(service), "POST", "/v1/imports", CHUNKED)
    carriage.give(b"half")
    carriage.leave()
    with pytest.raises(CallerGone):
        await carriage.done()
    assert await asyncio.wait_for(ended.get(), 5) == b""


async def test_nothing_is_read_for_a_caller_who_has_left(service: RawService) -> None:
    async def endless(call: Call) -> None:
        await call.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not call.writer.is_closing():
            await call.send(b"1\r\na\r\n")
            await asyncio.sleep(0.02)

    service.act = endless
    gate = upstream(service)
    carriage = begin(gate, "GET", "/v1/feed")
    await carriage.take()
    await carriage.take()
    carriage.leave()
    with pytest.raises(CallerGone):
        await carriage.done()
    await asyncio.sleep(0.1)
    assert gate.pool.open == 0


async def test_a_body_of_another_length_than_declared_goes_nowhere(service: RawService) -> None:
    service.act = silent
    for body in (b"longer than declared", b"x"):
        carriage = begin(upstream(service), "POST", "/v1/x", [(b"content-length", b"5")])
        carriage.give(body, more=False)
        with pytest.raises(ValueError, match="Content-Length"):
            await carriage.done()
    assert service.calls == []


async def test_a_field_with_a_line_break_goes_nowhere(service: RawService) -> None:
    with pytest.raises(ValueError, match="line break"):
        await carry(upstream(service), headers=[(b"x", b"1\r\nauthorization: Bearer x")])
    assert service.calls == []


async def test_a_service_that_is_not_there_is_unreachable() -> None:
    async with raw_service() as service:
        url = service.url
    with pytest.raises(UpstreamUnreachable):
        await carry(HttpUpstream(url), "POST", body=b"{}")


async def test_no_more_connections_than_allowed_and_no_endless_wait(service: RawService) -> None:
    service.act = silent
    gate = upstream(service, connections=2, first_byte_seconds=1, wait_seconds=0.2)
    outcomes = await asyncio.gather(*(carry(gate) for _ in range(5)), return_exceptions=True)
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["UpstreamBusy"] * 3 + ["UpstreamTooLate"] * 2
    assert service.connections == 2


async def test_who_waits_gets_the_connection_that_becomes_free(service: RawService) -> None:
    async def slowly(call: Call) -> None:
        await asyncio.sleep(0.02)
        await call.send(OK)

    service.act = slowly
    gate = upstream(service, connections=2, wait_seconds=5)
    answers = await asyncio.gather(*(carry(gate) for _ in range(20)))
    assert [answer.body for answer in answers] == [b"ok"] * 20
    assert (service.connections, gate.pool.open, gate.pool.idle) == (2, 2, 2)


async def test_the_pool_survives_callers_who_give_up_while_they_wait(service: RawService) -> None:
    async def slowly(call: Call) -> None:
        await asyncio.sleep(0.05)
        await call.send(OK)

    service.act = slowly
    gate = upstream(service, connections=1, wait_seconds=5)
    tasks = [asyncio.ensure_future(carry(gate)) for _ in range(10)]
    await asyncio.sleep(0.02)
    for task in tasks[1:8]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert [task.cancelled() for task in tasks] == [False] + [True] * 7 + [False] * 2
    assert (await carry(gate)).body == b"ok"
    assert gate.pool.open == 1


async def test_a_cancelled_request_ends_its_connection(service: RawService) -> None:
    service.act = silent
    gate = upstream(service)
    task = asyncio.ensure_future(carry(gate))
    await asyncio.sleep(0.2)
    assert service.calls
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0.05)
    assert gate.pool.open == 0


def test_only_http_addresses_are_services() -> None:
    for url in ("ftp://x", "portfolio:8000", "http://", "unix:/x"):
        with pytest.raises(ValueError, match="no http"):
            HttpUpstream(url)


def test_busy_names_a_wait() -> None:
    assert UpstreamBusy(retry_after_seconds=1).context == {"retry_after_seconds": 1}
