"""What every caller meets at the gateway: who they are, what they may send, how often, and honest refusals."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from gateway.clients import register
from gateway.problems import UpstreamUnreachable
from tests.gateway.doors import Echo, door, listening, vouched


async def failing(scope: Scope, receive: Receive, send: Send) -> None:
    raise UpstreamUnreachable


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(5)


def code(answer: httpx.Response) -> str:
    assert answer.headers["Content-Type"] == "application/problem+json"
    known: str = answer.json()["code"]
    return known


async def test_a_service_sees_whom_the_gateway_vouches_for_and_no_identity_that_a_caller_made_up() -> None:
    async with door().client("strategist") as caller:
        forged = {"X-Forwarded-User": "root", "X-Steward-Identity": "root"}
        answer = await caller.get("/portfolio/v1/services", headers=forged)
    seen = vouched(answer)
    assert seen.subject == "dashboard"
    assert seen.may("strategy:need:write")
    assert not seen.may("portfolio:service:write")


async def test_query_and_body_go_through_as_they_are() -> None:
    async with door().client() as caller:
        answer = await caller.post("/portfolio/v1/services?a=%20b&a=c%2Fd", content=b'{"x": 1}')
    assert (answer.json()["query"], answer.json()["body"]) == ("a=%20b&a=c%2Fd", '{"x": 1}')


async def test_no_content_is_guessed_at() -> None:
    async with door().client() as caller:
        for path in ("/portfolio/v1/services", "/nowhere", "/openapi.json"):
            assert (await caller.get(path)).headers["X-Content-Type-Options"] == "nosniff"


async def test_every_set_cookie_line_comes_back() -> None:
    echo = Echo(headers=[(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")])
    async with door(echo).client() as caller:
        answer = await caller.get("/portfolio/v1/services")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/portfolio/v1/nothing", 404),
        ("GET", "/port", 404),
        ("GET", "/portfolio/v1/services/", 404),
        ("DELETE", "/portfolio/v1/services", 405),
        ("GET", "/portfolio/livez", 404),
        ("GET", "/portfolio/metrics", 404),
    ],
)
async def test_only_what_the_contract_names_is_public(method: str, path: str, status: int) -> None:
    async with door().client() as caller:
        answer = await caller.request(method, path)
    assert answer.status_code == status
    assert code(answer)
    assert ("Allow" in answer.headers) == (status == 405)


async def test_without_a_token_nothing_is_carried() -> None:
    echo = Echo()
    async with door(echo).stranger() as stranger:
        answer = await stranger.get("/portfolio/v1/services")
    assert (answer.status_code, code(answer)) == (401, "gateway.token.missing")
    assert "WWW-Authenticate" in answer.headers
    assert echo.scopes == []


async def test_a_body_beyond_its_limit_is_refused_declared_or_streamed() -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b"x" * 100

    async with door().client() as caller:
        for content in (b"x" * 1001, endless()):
            answer = await caller.post("/portfolio/v1/services", content=content)
            assert answer.status_code == 413
            assert code(answer)


async def test_who_asks_too_often_is_told_when_to_come_back_and_others_are_not() -> None:
    gate = door(rate_limit="3 per minute")
    async with gate.client(subject="busy") as busy, gate.client(subject="calm") as calm:
        answers = [await busy.get("/portfolio/v1/services") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert code(answers[-1]) == "gateway.rate.exceeded"
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert (await calm.get("/portfolio/v1/services")).status_code == 200


async def test_a_page_of_another_origin_may_read_refusals_too() -> None:
    gate = door(cors_origins="https://board.example")
    async with gate.stranger() as page:
        origin = {"Origin": "https://board.example"}
        refused = await page.get("/portfolio/v1/services", headers=origin)
        assert refused.status_code == 401
        assert refused.headers["Access-Control-Allow-Origin"] == "https://board.example"
        asked = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        assert (await page.options("/portfolio/v1/services", headers=asked)).is_success
        other = await page.get("/portfolio/v1/services", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in other.headers


async def test_a_service_that_fails_again_and_again_is_left_alone_for_a_while() -> None:
    async with door(failing).client() as caller:
        answers = [await caller.get("/portfolio/v1/services") for _ in range(20)]
    assert all(answer.status_code >= 500 for answer in answers)
    assert code(answers[-1]) == "gateway.upstream.suspended"
    assert int(answers[-1].headers["Retry-After"]) >= 1


async def test_a_service_that_does_not_answer_in_time_is_given_up_with_a_reason() -> None:
    async with door(slow, answer_seconds=0.2).client() as caller:
        answer = await caller.post("/portfolio/v1/services", content=b"{}")
    assert answer.status_code == 504
    assert code(answer)


async def test_a_registered_client_gets_a_token_and_a_wrong_secret_gets_none(tmp_path: Any) -> None:
    file = tmp_path / "clients.json"
    client_id, secret = register(file, name="Dashboard", roles=["auditor"])
    async with door(clients_file=file, failures_limit="3 per minute").stranger() as stranger:
        form = {"grant_type": "client_credentials"}
        granted = await stranger.post("/oauth/token", data=form, auth=(client_id, secret))
        token = granted.json()["access_token"]
        answer = await stranger.get("/portfolio/v1/services", headers={"Authorization": f"Bearer {token}"})
        assert vouched(answer).may("finance:account:read")
        wrong = [await stranger.post("/oauth/token", data=form, auth=(client_id, "guess")) for _ in range(5)]
        assert (wrong[0].status_code, wrong[0].json()["error"]) == (401, "invalid_client")
        assert wrong[-1].status_code == 429
        other = await stranger.post("/oauth/token", data={"grant_type": "password"}, auth=(client_id, secret))
        assert other.status_code in (400, 429)


async def test_the_reference_loads_nothing_from_elsewhere() -> None:
    async with door().stranger() as stranger:
        page = await stranger.get("/docs")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "//" not in page.text.replace("<!doctype html>", "").replace("http://www.w3.org/2000/svg", "")
        contract = (await stranger.get("/openapi.json")).json()
        assert "/portfolio/v1/services" in contract["paths"]


SMUGGLED = {
    "two lengths": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length and chunks": b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded field": b"X-A: 1\r\n folded\r\nContent-Length: 0\r\n\r\n",
    "a bad chunk": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a blank before the colon": b"Content-Length : 2\r\n\r\n{}",
    "a negative length": b"Content-Length: -1\r\n\r\n",
}


@pytest.mark.parametrize("name", SMUGGLED)
async def test_a_request_that_could_be_read_in_two_ways_reaches_no_service(name: str) -> None:
    echo = Echo()
    gate = door(echo)
    async with listening(gate.gateway) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /portfolio/v1/services HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {gate.token()}\r\n"
        writer.write(head.encode() + SMUGGLED[name])
        await writer.drain()
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        await writer.wait_closed()
    assert echo.scopes == []
    assert answer.split(b" ")[1][:1] == b"4"
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "gateway.head.refused"
