"""The effect of a decision is measured on its follow-up day, once and for good, and set against what was expected."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.chores import carry_out
from chassis.testing import ServiceUnderTest
from portfolio.app import manifest
from tests.portfolio.evidence.test_evidence import posted, total
from tests.portfolio.review.test_review import decided, opened
from tests.portfolio.services import Services, made, refused

(FOLLOW_UP,) = [chore for chore in manifest.chores if chore.name == "follow up reviews"]
COST_80 = {"measure": "cost_per_period", "expected": "80", "currency": "CAD"}
FEWER = {"measure": "subscribed_quantity", "expected": "5"}
CHEAPER = {
    "decision": "remediate",
    "reason": "The second site is given up.",
    "follow_up_on": "2026-05-10",
    "expected_effects": [COST_80, FEWER],
}


@pytest.fixture
async def mail(portfolio: ServiceUnderTest, services: Services) -> dict[str, Any]:
    """It cost 100 a month until the review, of which it is the 15th of January, and has 10 units."""
    mail = await services.operational("mail")
    await services.subscribe(mail, await services.customer(), quantity="10")
    await posted(portfolio, *(total(mail, f"2025-{month}", "100.00") for month in ("10", "11", "12")))
    return mail


async def decide(
    portfolio: ServiceUnderTest, service: dict[str, Any], command: dict[str, Any] | None = None
) -> dict[str, Any]:
    review = await opened(portfolio, service)
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        return made(await decided(board, review, command or CHEAPER))


async def follow_up(client: httpx.AsyncClient, review: dict[str, Any]) -> httpx.Response:
    headers = {"If-Match": f'"{review["version"]}"'}
    return await client.post(f"/v1/reviews/{review['id']}/follow-up", headers=headers)


async def tick(portfolio: ServiceUnderTest) -> None:
    assert await carry_out(FOLLOW_UP, portfolio.database, portfolio.clock()) is False


async def read(portfolio: ServiceUnderTest, review: dict[str, Any]) -> dict[str, Any]:
    return made(await portfolio.client.get(f"/v1/reviews/{review['id']}"))


async def test_a_decision_says_what_it_is_to_bring_beside_what_the_evidence_says_before(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    review = await decide(portfolio, mail)
    assert review["expected_effects"] == [
        {**COST_80, "before": "100.0000"},
        {**FEWER, "currency": None, "before": "10"},
    ]
    assert (review["follow_up"], review["followed_up_at"]) == (None, None)


async def test_on_its_day_the_clock_measures_the_effect_over_the_whole_months_since(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    """90 in February and 80 in March are 85 a month, which is better than 100 but not yet 80."""
    review = await decide(portfolio, mail)
    await posted(portfolio, total(mail, "2026-01", "500.00"), total(mail, "2026-02", "90.00"))
    await posted(portfolio, total(mail, "2026-03", "80.00"), total(mail, "2026-05", "700.00"))
    portfolio.clock.now = datetime(2026, 5, 9, 23, 59, tzinfo=UTC)
    await tick(portfolio)
    assert (await read(portfolio, review))["follow_up"] is None

    portfolio.clock.now = datetime(2026, 5, 10, 0, 1, tzinfo=UTC)
    await tick(portfolio)
    await tick(portfolio)
    shown = await read(portfolio, review)
    assert (shown["followed_up_by"], shown["followed_up_at"]) == ("clock", "2026-05-10T00:01:00Z")
    told = shown["follow_up"]
    assert (told["starts_on"], told["ends_on"], told["months"]) == ("2026-02-01", "2026-05-01", 3)
    cost, quantity = told["effects"]
    assert (cost["before"], cost["measured"], cost["difference"]) == ("100.0000", "85.0000", "5.0000")
    assert (cost["outcome"], quantity["outcome"], quantity["measured"]) == ("partly", "missed", "10")
    assert told["evidence"]["cost"]["cost"] == "170.00"
    changed = {it["measure"]: (it["before"], it["after"], it["change"]) for it in told["changes"]}
    assert changed["cost_per_period"] == ("100.0000", "85.0000", "-0.1500")
    (fact,) = await portfolio.announced("portfolio.review-followed-up.v1")
    assert (fact.actor, fact.subject, fact.data["decision"]) == ("clock", review["id"], "remediate")
    assert fact.data["effects"][0] == {
        "measure": "cost_per_period",
        "currency": "CAD",
        "before": "100.0000",
        "expected": "80",
        "measured": "85.0000",
        "outcome": "partly",
    }


async def test_it_can_be_measured_at_once_and_only_once(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    review = await decide(portfolio, mail)
    portfolio.clock.advance(days=1)
    shown = made(await follow_up(portfolio.client, review))
    assert (shown["followed_up_by"], shown["follow_up"]["months"]) == ("tester", 0)
    outcomes = [effect["outcome"] for effect in shown["follow_up"]["effects"]]
    assert outcomes == ["not_measured", "missed"]
    refused(await follow_up(portfolio.client, shown), 409, "portfolio.review.already-followed-up")
    portfolio.clock.advance(days=365)
    await tick(portfolio)
    assert len(await portfolio.announced("portfolio.review-followed-up.v1")) == 1
    assert (await read(portfolio, review))["followed_up_by"] == "tester"


async def test_of_two_who_measure_at_one_moment_one_does(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    review = await decide(portfolio, mail)
    portfolio.clock.advance(days=1)
    answers = await asyncio.gather(*(follow_up(portfolio.client, review) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 412])
    assert len(await portfolio.announced("portfolio.review-followed-up.v1")) == 1


async def test_what_is_open_or_was_decided_today_has_no_effect_yet(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    open_one = await opened(portfolio, await services.operational("fax"))
    refused(await follow_up(portfolio.client, open_one), 409, "portfolio.review.not-decided")
    review = await decide(portfolio, mail)
    refused(await follow_up(portfolio.client, review), 409, "portfolio.review.decided-today")


async def test_measuring_needs_the_version_that_was_read_and_the_right_to_write(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    review = await decide(portfolio, mail)
    portfolio.clock.advance(days=1)
    path = f"/v1/reviews/{review['id']}/follow-up"
    assert (await portfolio.client.post(path)).status_code == 428
    refused(await follow_up(portfolio.client, {**review, "version": 9}), 412, "request.version-stale")
    unknown = {"id": str(uuid4()), "version": 1}
    assert (await follow_up(portfolio.client, unknown)).status_code == 404
    async with portfolio.as_caller("portfolio:review:read") as reader:
        refused(await follow_up(reader, review), 403, "request.permission-missing")


@pytest.mark.parametrize(
    "change",
    [
        "decision = 'continue'",
        "expected_effects = '[]'",
        "follow_up_on = NULL",
        "evidence = '{}'",
        "cause = '{}'",
        "reason = 'Another.'",
    ],
)
async def test_the_database_itself_keeps_a_decision_when_the_effect_is_added(
    portfolio: ServiceUnderTest, mail: dict[str, Any], change: str
) -> None:
    await decide(portfolio, mail)
    added = "follow_up = '{}', followed_up_at = now(), followed_up_by = 'x'"
    with pytest.raises(DBAPIError, match="never change"):
        async with portfolio.database.transaction() as session:
            await session.execute(text(f"UPDATE reviews SET {change}, {added}"))


@pytest.mark.parametrize(
    "change", ["follow_up = '{}'", "followed_up_at = now()", "follow_up = NULL, followed_up_at = NULL"]
)
async def test_the_database_itself_keeps_what_came_of_a_decision(
    portfolio: ServiceUnderTest, mail: dict[str, Any], change: str
) -> None:
    review = await decide(portfolio, mail)
    portfolio.clock.advance(days=1)
    made(await follow_up(portfolio.client, review))
    with pytest.raises(DBAPIError, match="never change"):
        async with portfolio.database.transaction() as session:
            await session.execute(text(f"UPDATE reviews SET {change}"))


async def test_those_that_are_to_be_measured_are_listed_by_their_day(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    review = await decide(portfolio, mail)
    await decide(portfolio, await services.operational("fax"), {"decision": "continue", "reason": "It is needed."})

    async def due(day: str) -> list[str]:
        listed = made(await portfolio.client.get("/v1/reviews", params={"follow_up_due_by": day}))["items"]
        return [it["id"] for it in listed]

    assert (await due("2026-05-09"), await due("2026-05-10")) == ([], [review["id"]])
    portfolio.clock.advance(days=1)
    made(await follow_up(portfolio.client, review))
    assert await due("2026-05-10") == []


async def test_the_effect_of_a_retirement_is_what_it_saves(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    """Decided in January, retired on the 1st of March; 300 are still posted for March, nothing for April to June."""
    fax = await services.operational("fax")
    await posted(portfolio, *(total(fax, f"2025-{month}", "400.00") for month in ("11", "12")))
    retire = {
        "decision": "retire",
        "reason": "Nobody sends any.",
        "follow_up_on": "2026-07-02",
        "retirement": {"retires_on": "2026-03-01"},
        "expected_effects": [{**COST_80, "expected": "0"}, {"measure": "health", "expected": "1"}],
    }
    review = await decide(portfolio, fax, retire)
    await posted(portfolio, total(fax, "2026-02", "400.00"), total(fax, "2026-03", "300.00"))
    portfolio.clock.now = datetime(2026, 3, 1, 6, tzinfo=UTC)
    made(await services.step(fax, "retirement"))
    portfolio.clock.now = datetime(2026, 7, 2, 6, tzinfo=UTC)
    await tick(portfolio)
    told = (await read(portfolio, review))["follow_up"]
    assert (told["starts_on"], told["ends_on"], told["months"]) == ("2026-03-01", "2026-07-01", 4)
    assert told["retired_on"] == "2026-03-01"
    assert told["saving"] == "It retired on 2026-03-01, which saves 325.00 CAD of its cost per period."
    assert [effect["outcome"] for effect in told["effects"]] == ["partly", "not_measured"]


async def test_decisions_of_different_days_are_measured_in_one_go_each_over_its_own(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    first = await decide(portfolio, mail)
    portfolio.clock.now = datetime(2026, 3, 31, tzinfo=UTC)
    second = await decide(portfolio, await services.operational("fax"), {**CHEAPER, "expected_effects": []})
    portfolio.clock.now = datetime(2026, 5, 10, tzinfo=UTC)
    await tick(portfolio)
    ranges = [(await read(portfolio, review))["follow_up"]["starts_on"] for review in (first, second)]
    assert ranges == ["2026-02-01", "2026-04-01"]


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"expected_effects": [COST_80, COST_80]}, 422, "request.invalid"),
        ({"follow_up_on": None}, 422, "request.invalid"),
        ({"expected_effects": [{**COST_80, "currency": None}]}, 422, "request.invalid"),
        ({"expected_effects": [{**FEWER, "currency": "CAD"}]}, 422, "request.invalid"),
        ({"expected_effects": [{**FEWER, "expected": "NaN"}]}, 422, "request.invalid"),
        ({"expected_effects": [{**FEWER, "expected": 5}]}, 422, "request.invalid"),
        ({"expected_effects": [FEWER] * 7}, 422, "request.invalid"),
        ({"expected_effects": [{**COST_80, "currency": "USD"}]}, 409, "portfolio.review.currency-differs"),
    ],
)
async def test_what_cannot_be_measured_cannot_be_expected_and_leaves_the_review_open(
    portfolio: ServiceUnderTest, mail: dict[str, Any], wrong: dict[str, Any], status: int, code: str
) -> None:
    review = await opened(portfolio, mail)
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        refused(await decided(board, review, {**CHEAPER, **wrong}), status, code)
    assert (await read(portfolio, review))["status"] == "open"
