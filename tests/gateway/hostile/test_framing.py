"""No request that could be read in two ways reaches a service, and none brings another one with it."""

import asyncio

import pytest

from tests.gateway.hostile.corpus import ASK, INNER, REFUSED, SEND, SERVED, TOKEN, Attack
from tests.gateway.hostile.gates import Gate
from tests.gateway.hostile.wire import Wire, wire

FAREWELL = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
A_MOMENT = 0.05


async def attacked(gate: Gate, attack: Attack) -> Wire:
    """All that came back, until the connection was closed."""
    async with wire(gate.port) as line:
        for part in attack.said(gate.token):
            await line.say(part)
            await asyncio.sleep(A_MOMENT)
        await line.hear(statuses=1)
        await line.say(FAREWELL)  # closes a connection that is still in use
        return await line.hear()


@pytest.mark.parametrize("attack", REFUSED, ids=lambda attack: attack.name)
async def test_what_could_be_read_in_two_ways_reaches_no_service(quiet_gate: Gate, attack: Attack) -> None:
    line = await attacked(quiet_gate, attack)
    assert 400 <= line.statuses[0] < 500, line.heard
    assert line.statuses[1:] in ([], [200]), line.heard  # the answer to the farewell, where it was heard at all
    assert quiet_gate.service.calls == []
    assert await quiet_gate.serves_others()


@pytest.mark.parametrize("attack", SERVED, ids=lambda attack: attack.name)
async def test_what_has_one_meaning_reaches_the_service_once(quiet_gate: Gate, attack: Attack) -> None:
    line = await attacked(quiet_gate, attack)
    assert line.statuses[0] == 200, line.heard
    (call,) = quiet_gate.service.calls
    assert call.lines[0].split(b" ")[1] == b"/v1/services"
    assert not call.values(b"x-steward-identity") + call.values(b"if-match")


async def test_every_attack_is_another_one() -> None:
    said = [attack.parts for attack in REFUSED + SERVED]
    assert len(set(said)) == len(said) > 100


async def test_the_inner_request_would_be_served_if_it_were_taken_for_one(quiet_gate: Gate) -> None:
    """Else nothing above would have shown anything."""
    async with wire(quiet_gate.port) as line:
        await line.say((ASK + b"\r\n" + INNER).replace(TOKEN, quiet_gate.token.encode()))
        assert (await line.hear()).statuses == [200, 200]
    assert [call.lines[0].split(b" ")[1] for call in quiet_gate.service.calls] == [
        b"/v1/services",
        b"/v1/services?smuggled",
    ]


async def test_fields_that_a_caller_names_as_its_own_do_not_take_those_of_the_gateway_along(quiet_gate: Gate) -> None:
    named = b"Connection: authorization, x-request-id, x-forwarded-for, content-length, x-mine\r\nX-Mine: 1\r\n"
    async with wire(quiet_gate.port) as line:
        await line.say((SEND + named + b"Content-Length: 2\r\n\r\n{}").replace(TOKEN, quiet_gate.token.encode()))
        assert (await line.hear(statuses=1)).statuses == [200]
    (call,) = quiet_gate.service.calls
    assert all(call.values(name) for name in (b"authorization", b"x-request-id", b"x-forwarded-for", b"content-length"))
    assert not call.values(b"x-mine")
