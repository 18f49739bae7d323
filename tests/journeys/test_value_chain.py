"""The whole chain: a need is identified, a service for it is funded, launched, offered, charged, judged and retired."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from standalone.client import Json, Steward
from tests.journeys.conftest import Journey
from tests.journeys.organization import consumer, cost_object, customer, month_after, open_books, service, spend, take
from tests.journeys.test_business_case import REPLACE, answered, set_policy, step, submitted
from tests.journeys.test_investment_plan import PATH, solved

ATTEMPTS = 300


@dataclass
class Chain:
    """The story, told of one need in the fiscal year that begins with this month."""

    story: Journey
    need: Json = field(default_factory=dict)
    mail: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.manager, self.board = self.story.manager, self.story.board
        self.launched_on = self.story.clock().date()
        self.first = self.launched_on.replace(day=1)
        self.year = {"starts_on": str(self.first), "ends_on": str(self.first.replace(year=self.first.year + 1))}

    async def seen(self, holds: Callable[[Json], Any]) -> Json:
        """The value chain of the need, once the facts that it waits for have come."""
        path = f"/strategy/v1/needs/{self.need['id']}/value-chain"
        return await self.manager.until(lambda chain: bool(holds(chain)), path, **self.year)

    def later(self, days: int) -> None:
        self.story.clock.advance(days=days)
        for caller in (self.manager, self.board):
            caller.forget_token()

    async def identify(self) -> None:
        space = {"code": "offices", "name": "Offices", "owner": "Ada"}
        place = await self.manager.post("/strategy/v1/market-spaces", space)
        said = {"statement": "Write to each other", "asked_by": "All offices", "importance": 9, "satisfaction": 3}
        self.need = await self.manager.post("/strategy/v1/needs", {**said, "market_space_id": place["id"]})

    async def fund(self) -> None:
        """A case that two approve, in a plan that somebody else approves than who made it."""
        await set_policy(self.manager)
        analyzed = await service(self.manager, "mail", up_to="analysis")
        case = await answered(self.manager, await submitted(self.manager, analyzed, "BC-mail", REPLACE))
        case = await step(self.board, case, "approval")
        async with self.story.as_role("finance_controller") as controller:
            await step(controller, case, "approval")
        approved = await take(self.manager, analyzed, "approval", waiver=None)
        period = {"code": "now", **self.year}
        begun = {"code": "plan", "name": "Investments", "currency": "CAD", "periods": [period]}
        plan = await self.manager.post(PATH, begun)
        path = f"{PATH}/{plan['id']}"
        taken = await self.manager.post(f"{path}/case-imports", {"category": "run"}, version=plan["version"])
        scenario = {"objective": {"npv": "1"}, "budgets": [{"period": "now", "amount": "50000"}]}
        plan = await self.manager.put(f"{path}/scenarios/base", scenario, version=taken["version"])
        said = {"solution_id": (await solved(self.manager, plan))["id"], "reason": "It is worth most"}
        plan = await self.manager.post(f"{path}/submission", said, version=plan["version"])
        await self.board.post(f"{path}/approval", {"reason": "Agreed"}, version=plan["version"])
        self.mail = await take(self.manager, approved, "charter", waiver=None)

    async def launch(self) -> None:
        self.mail = await take(self.manager, await take(self.manager, self.mail, "development"), "launch")
        await cost_object(self.manager, self.mail, chargeable=True)
        known = {"code": "mail", "stage": "operational"}
        await self.manager.until(lambda page: bool(page["items"]), "/strategy/v1/known-services", **known)

    async def offer(self) -> Json:
        draft = {"code": "post", "name": "Post", "utility": "Letters arrive", "need_ids": [self.need["id"]]}
        made = await self.manager.post("/strategy/v1/offerings", {**draft, "service_ids": [self.mail["id"]]})
        for name in ("proposal", "approval", "launch"):
            made = await self.manager.post(f"/strategy/v1/offerings/{made['id']}/{name}", version=made["version"])
        said = {
            "code": "reach",
            "name": "Everybody is reached",
            "perspective": "customer",
            "owner": "Ada",
            "weight": "1",
        }
        objective = await self.manager.post("/strategy/v1/objectives", {**said, "starts_on": str(self.first)})
        link = {"objective_id": objective["id"], "service_id": self.mail["id"], "strength": "0.75"}
        await self.manager.post("/strategy/v1/alignments", {**link, "starts_on": str(self.first)})
        return made

    async def use(self) -> Json:
        office = await customer(self.manager, "harbour")
        await consumer(self.manager, office)
        terms = {"service_id": self.mail["id"], "customer_id": office["id"], "quantity": "4"}
        began = await self.manager.post_when_known(
            "/portfolio/v1/subscriptions", {**terms, "starts_on": str(self.launched_on)}
        )
        await spend(self.manager, "mail", "100.00", on=self.launched_on)
        plan = {"code": "use", "name": "By use", "cost_objects": {"codes": ["mail"]}}
        await self.manager.post("/finance/v1/charge-plans", plan)
        return began

    async def charge(self, steward: Steward) -> Json:
        """Charged anew until the fact of the subscription has come to finance."""
        while True:
            run = await steward.post("/finance/v1/charge-runs", {"plan": "use", **self.year})
            if run["total"] != "0":
                return run

    async def measure(self) -> None:
        """The first month that began after the launch."""
        begins = month_after(self.launched_on)
        self.later((month_after(begins) - self.launched_on).days + 1)
        (level,) = await self.manager.every("/portfolio/v1/service-levels", service_id=self.mail["id"])
        row = {"service_level_id": level["id"], "source": "monitoring", "value": "99.95"}
        span = {"period_starts_on": str(begins), "period_ends_on": str(month_after(begins))}
        await self.manager.post("/portfolio/v1/measurements", {"measurements": [{**row, **span}]})
        await self.manager.post("/portfolio/v1/performance-assessments")

    async def decide(self, subscription: Json, last_day: date) -> None:
        review = await self.manager.post("/portfolio/v1/reviews", {"service_id": self.mail["id"], **self.year})
        await self.seen(lambda chain: [it for it in decisions(chain) if it["kind"] == "review" and it["pending"]])
        decision = {"decision": "retire", "reason": "Nobody writes", "retirement": {"retires_on": str(last_day)}}
        path = f"/portfolio/v1/reviews/{review['id']}/decision"
        await self.board.post(path, decision, version=review["version"])
        path = f"/portfolio/v1/subscriptions/{subscription['id']}/termination"
        await self.manager.post(path, {"on": str(last_day)}, version=subscription["version"])


def decisions(chain: Json) -> list[Json]:
    found: list[Json] = [decision for service in chain["services"] for decision in service["decisions"]]
    return found


def is_whole(chain: Json) -> bool:
    return all(it["costs"] and it["recoveries"] and it["performances"] for it in chain["services"] or [{"costs": []}])


async def in_use(chain: Chain) -> tuple[Json, Json]:
    """The offering and the subscription to the service of which everything is known."""
    await chain.fund()
    await chain.launch()
    offered, subscription = await chain.offer(), await chain.use()
    await chain.charge(chain.manager)
    await chain.measure()
    seen = await chain.seen(is_whole)
    (mail,), (total,) = seen["services"], seen["totals"]
    assert (seen["needs"][0]["state"], seen["offerings"][0]["status"]) == ("met", "launched")
    assert (mail["code"], mail["stage"], mail["alignment_score"]) == ("mail", "operational", "0.750000")
    assert (total["cost"], total["recovered"], total["currency"]) == ("100.00", "100.00", "CAD")
    assert (mail["recoveries"][0]["ratio"], mail["performances"][0]["health"]) == ("1.0000", "1.0000")
    assert [it["code"] for it in seen["objectives"]] == ["reach"]
    assert {"business_case", "funding"} <= {it["kind"] for it in decisions(seen)}
    return offered, subscription


async def gone(chain: Chain, subscription: Json) -> date:
    """The day from which on there is no such service: nobody retires it by hand, what is due goes."""
    last_day = chain.story.clock().date() + timedelta(days=10)
    await chain.decide(subscription, last_day)
    await chain.seen(lambda it: [each for each in decisions(it) if each["due_on"] == str(last_day)])
    chain.later(10)
    await chain.charge(chain.manager)
    for _ in range(ATTEMPTS):
        if (await chain.manager.post("/portfolio/v1/retirements-due"))["retired"] == [chain.mail["id"]]:
            break
        await asyncio.sleep(0.1)
    return last_day


async def test_from_a_need_to_a_service_that_is_funded_launched_charged_judged_and_retired(story: Journey) -> None:
    chain = Chain(story)
    await open_books(story.manager, "now", starts_on=chain.year["starts_on"])
    await chain.identify()
    seen = await chain.seen(lambda it: it["missing"])
    assert (seen["needs"][0]["opportunity_score"], seen["offerings"], seen["totals"]) == (15, [], [])
    offered, subscription = await in_use(chain)
    last_day = await gone(chain, subscription)
    await story.manager.until(lambda it: it["status"] == "withdrawn", f"/strategy/v1/offerings/{offered['id']}")
    await cost_object(story.manager, chain.mail, closed_on=str(last_day))
    seen = await chain.seen(lambda it: it["needs"][0]["state"] == "reopened")
    assert (seen["offerings"][0]["status"], seen["services"][0]["stage"]) == ("withdrawn", "retired")
    for name in ("finance", "portfolio", "strategy"):
        assert await story.manager.every(f"/{name}/v1/parked-events") == []
