"""What every operation guarantees: one transaction, an answer after its commit, a permission, a trail, a version."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from chassis.schema import audit_trail, idempotency_keys
from chassis.testing import ServiceUnderTest
from tests.chassis.events import addresses
from tests.chassis.post import SENT

ELM = {"address": "Elm 1"}


async def sent(client: httpx.AsyncClient, address: str = "Elm 1", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post("/v1/parcels", json={"address": address}, headers=named)


async def trail(post: ServiceUnderTest) -> list[tuple[str, str, str]]:
    columns = (audit_trail.c.actor, audit_trail.c.operation, audit_trail.c.outcome)
    async with post.database.transaction() as session:
        return [tuple(row) for row in await session.execute(select(*columns).order_by(audit_trail.c.position))]


async def test_an_answer_leaves_only_after_its_commit(post: ServiceUnderTest) -> None:
    answer = await sent(post.client, "limbo")
    assert answer.is_error
    assert (await addresses(post.database), await post.announced()) == ([], [])


async def test_no_answer_is_kept_in_caches(post: ServiceUnderTest) -> None:
    for answer in (await post.client.get("/v1/parcels"), await post.client.get("/v1/parcels", params={"zz": "1"})):
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_missing_permission_is_named_and_the_denial_is_on_the_trail(post: ServiceUnderTest) -> None:
    async with post.as_caller("post:parcel:read", subject="clerk") as clerk:
        answer = await sent(clerk)
        assert (answer.status_code, answer.json()["permission"]) == (403, "post:parcel:send")
        assert (await clerk.get("/v1/parcels")).status_code == 200
    assert await trail(post) == [("clerk", "send", "request.permission-missing")]


async def test_a_change_is_on_the_trail_and_a_refused_one_is_not(post: ServiceUnderTest) -> None:
    await sent(post.client)
    await post.client.post("/v1/parcels", json={"address": ""})
    assert await trail(post) == [("tester", "send", "done")]


async def test_a_change_needs_the_version_that_it_was_read_at(post: ServiceUnderTest) -> None:
    made = await sent(post.client)
    path, tag = f"/v1/parcels/{made.json()['id']}", made.headers["ETag"]
    assert (await post.client.put(path, json=ELM)).status_code == 428
    assert (await post.client.put(path, json=ELM, headers={"If-Match": tag})).headers["ETag"] == '"2"'
    stale = await post.client.put(path, json=ELM, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    assert (await post.client.get(path, headers={"If-None-Match": '"2"'})).status_code == 304
    assert (await post.client.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_of_writers_at_one_moment_one_wins(post: ServiceUnderTest) -> None:
    made = await sent(post.client)
    path, headers = f"/v1/parcels/{made.json()['id']}", {"If-Match": made.headers["ETag"]}
    answers = await asyncio.gather(
        *(post.client.put(path, json={"address": f"Oak {n}"}, headers=headers) for n in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    assert len(await post.announced(SENT)) == 2


async def test_a_repeated_key_gets_the_stored_answer_and_writes_nothing(post: ServiceUnderTest) -> None:
    first, again = [await sent(post.client, Idempotency_Key="k") for _ in range(2)]
    assert (again.status_code, again.content, again.headers["ETag"]) == (201, first.content, first.headers["ETag"])
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await addresses(post.database) == ["Elm 1"]


async def test_a_key_used_for_another_request_is_refused(post: ServiceUnderTest) -> None:
    await sent(post.client, Idempotency_Key="k")
    answer = await sent(post.client, "Oak 1", Idempotency_Key="k")
    assert (answer.status_code, answer.json()["code"]) == (409, "request.idempotency-key-reused")


async def test_keys_of_two_callers_have_nothing_to_do_with_each_other(post: ServiceUnderTest) -> None:
    await sent(post.client, Idempotency_Key="k")
    async with post.as_caller("post:*:*", subject="other") as other:
        assert (await sent(other, "Oak 1", Idempotency_Key="k")).status_code == 201


async def test_of_requests_with_one_key_at_one_moment_one_writes(post: ServiceUnderTest) -> None:
    answers = await asyncio.gather(*(sent(post.client, Idempotency_Key="k") for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 409)
    assert await addresses(post.database) == ["Elm 1"]


async def test_a_key_is_recorded_in_the_transaction_of_its_write(post: ServiceUnderTest) -> None:
    assert (await sent(post.client, "limbo", Idempotency_Key="k")).is_error
    async with post.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(idempotency_keys)) == 0
    assert (await sent(post.client, Idempotency_Key="k")).status_code == 201


@pytest.mark.parametrize(
    "query", ["colour=red", "limit=5&limit=6", "limit=0", "limit=501", "sort=weight", "cursor=x y"]
)
async def test_a_query_that_the_operation_does_not_know_is_refused(post: ServiceUnderTest, query: str) -> None:
    answer = await post.client.get(f"/v1/parcels?{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")


async def test_a_body_beyond_its_limit_is_refused_declared_or_not(post: ServiceUnderTest) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 100

    for content in (b" " * 2_001, endless()):
        headers = {"Content-Type": "application/json"}
        answer = await post.client.post("/v1/parcels", content=content, headers=headers)
        assert (answer.status_code, answer.json()["max_bytes"]) == (413, 2_000)


async def test_a_request_id_is_kept_if_it_is_one_and_else_made(post: ServiceUnderTest) -> None:
    assert (await sent(post.client, X_Request_Id="mine-1")).headers["X-Request-Id"] == "mine-1"
    made = (await sent(post.client, X_Request_Id="a b")).headers["X-Request-Id"]
    assert made != "a b"


async def test_a_fact_carries_who_caused_it_and_in_which_conversation(post: ServiceUnderTest) -> None:
    async with post.as_caller("post:*:*", subject="clerk") as clerk:
        await sent(clerk, X_Correlation_Id="talk-7")
    [fact] = await post.announced(SENT)
    assert (fact.actor, fact.correlationid, fact.causationid) == ("clerk", "talk-7", None)


async def test_what_a_reaction_announces_names_the_fact_that_caused_it(post: ServiceUnderTest) -> None:
    order = await post.deliver("shop.order-placed.v1", {"address": "Elm 1"})
    [fact] = await post.announced(SENT)
    assert (fact.causationid, fact.correlationid) == (str(order.id), order.correlationid)
