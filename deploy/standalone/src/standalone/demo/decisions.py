"""Reviews with recommendations, and one service retired: no longer charged, its offering withdrawn."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from standalone.client import PATIENCE_SECONDS, PAUSE_SECONDS, Json, Steward
from standalone.demo.books import open_year, year_of
from standalone.demo.portfolio import CONFERENCING, service_id
from standalone.demo.published import YEAR
from standalone.demo.report import Report
from standalone.demo.strategy import offering_and_need


async def reviews(caller: Steward, report: Report) -> None:
    campaign = await caller.post("/portfolio/v1/review-campaigns", YEAR)
    waiting = await caller.every("/portfolio/v1/recommendations")
    counted = Counter(review["recommendation"] for review in waiting)
    report.say(f"{campaign['opened']} reviews opened: " + ", ".join(f"{n} to {what}" for what, n in counted.items()))
    for review in [each for each in waiting if each["findings"]][:3]:
        report.say(f"  {review['name']}: {review['findings'][0]['sentence']}")


async def opportunities(caller: Steward, report: Report) -> None:
    """What the rules find by themselves; the need that nobody meets becomes a proposal."""
    scan = await caller.post("/portfolio/v1/opportunity-scans")
    found = {it["rule"]: it["found"] for it in scan["rules"] if it["found"]}
    report.say("found: " + ", ".join(f"{rule} {count}" for rule, count in found.items()))
    (gap,) = await caller.every("/portfolio/v1/opportunities", rule="white-space")
    report.say(gap["sentence"])
    proposal = {"code": "design-and-delivery", "name": gap["subject_label"], "kind": "customer_facing"}
    said = {**proposal, "owner": "Shared Services Canada", "reason": "Nothing is offered for it"}
    path = f"/portfolio/v1/opportunities/{gap['id']}/acceptance"
    proposed = await caller.post(path, said, version=gap["version"])
    report.tie("accepted, it is in the pipeline", "proposed", proposed["status"])


async def charge_by_use(caller: Steward, report: Report) -> list[Json]:
    """Three departments subscribe, and are charged for what they use."""
    consumers = await caller.every("/finance/v1/consumers")
    chosen = [each for each in consumers if each["name"] in SUBSCRIBERS]
    service = await service_id(caller, CONFERENCING)
    terms = {"service_id": service, "quantity": "100", "starts_on": YEAR["starts_on"]}
    path = "/portfolio/v1/subscriptions"
    begun = [await caller.post_when_known(path, {**terms, "customer_id": it["id"]}) for it in chosen]
    plan = {"code": "conferencing", "name": "Conferencing by use", "cost_objects": {"codes": [CONFERENCING]}}
    await caller.post("/finance/v1/charge-plans", {**plan, "basis": "full", "allocation_model": "services"})

    def everybody_is_charged(run: Json) -> bool:
        return not run["uncharged"]

    run = await _run_until(caller, everybody_is_charged)
    charges = await caller.every("/finance/v1/charges", run_id=run["id"])
    report.tie("departments charged for conferencing", len(SUBSCRIBERS), len(charges))
    return begun


async def _run_until(caller: Steward, holds: Callable[[Json], bool]) -> Json:
    """Charges anew until the facts of the subscriptions have come to finance, or patience ends."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        run = await caller.post("/finance/v1/charge-runs", {"plan": "conferencing", **YEAR})
        charged = await caller.every("/finance/v1/charges", run_id=run["id"])
        if (holds(run) and len(charged) == len(SUBSCRIBERS)) or time.monotonic() > give_up_at:
            return run
        await asyncio.sleep(PAUSE_SECONDS)


FOLLOW_UP_DAYS = 62  # so that a whole month has passed
SUBSCRIBERS = ("Canada Revenue Agency", "National Defence", "Correctional Service Canada")


async def notice(caller: Steward, board: Steward, last_day: date, begun: list[Json], report: Report) -> None:
    """Decided by somebody else than who opened the review, on evidence that nobody can change any more."""
    service = await service_id(caller, CONFERENCING)
    (review,) = (await board.get("/portfolio/v1/reviews", service_id=service, status="open"))["items"]
    review = await board.get(f"/portfolio/v1/reviews/{review['id']}")
    _tell(review, report)
    await _decide(board, review, last_day)
    for subscription in begun:
        path = f"/portfolio/v1/subscriptions/{subscription['id']}/termination"
        await caller.post(path, {"on": str(last_day)}, version=subscription["version"])
    early = await caller.post("/portfolio/v1/retirements-due")
    report.tie("retired before the notice has run out", [], early["retired"])


async def retirement(caller: Steward, report: Report) -> None:
    """When the notice has run out. The clock would wait until all use is charged, which it is for one year only."""
    path = f"/portfolio/v1/services/{await service_id(caller, CONFERENCING)}"
    service, offered = await caller.get(path), await offering_and_need(caller)
    due = await caller.post("/portfolio/v1/retirements-due")
    kept = [blocker["kind"] for held in due["blocked"] for blocker in held["blockers"]]
    report.tie("kept by what is not charged", ["charge"], kept)
    waiver = {"reason": "Only 2023-24 is charged.", "approver": "Chief financial officer"}
    said = {"reason": "The notice has run out.", "waiver": waiver}
    retired = await caller.post(f"{path}/retirement", said, version=service["version"])
    report.tie("retired once that is waived", "retired", retired["status"])
    await _withdrawn(caller, offered, report)
    await _no_longer_charged(caller, date.fromisoformat(service["retires_on"]), report)


def _tell(review: Json, report: Report) -> None:
    """The evidence of the review, part by part, with what nobody knows."""
    known = review["evidence"]
    full, recovery, demand = known["full_costs"][0], known["recovery"], known["demand"]
    report.say(f"evidence of {known['starts_on']} to {known['ends_on']}, taken at {known['taken_at'][:16]}:")
    report.say(f"  full cost {Decimal(full['full_cost']):,} {full['currency']}")
    report.say(f"  recovered {Decimal(recovery['recovered']):,} {recovery['currency']}, ratio {recovery['ratio']}")
    now, before = demand["now"], demand["at_start"]
    report.say(f"  subscribed {now['quantity']} by {now['subscriptions']}, {before['quantity']} at the start")
    report.say(
        f"  offerings made of it: {known['offerings']['count']}, services that use it: {known['dependants']['count']}"
    )
    report.say(f"  alignment with objectives: {known['alignment']['score']}")
    for missing in known["missing"]:
        report.say(f"  missing: {missing['reason']}")
    for finding in review["findings"]:
        report.say(f"  {finding['rule']} favors to {finding['favors']}: {finding['sentence']}")
    report.say(f"the rules recommend to {review['recommendation']}; the board decides to retire")


async def _decide(board: Steward, review: Json, last_day: date) -> None:
    decision = {
        "decision": "retire",
        "reason": "Meetings move to the cloud service that is in the pipeline.",
        "follow_up_on": str(last_day + timedelta(days=FOLLOW_UP_DAYS)),
        "expected_effects": [{"measure": "subscribed_quantity", "expected": "0"}],
        "retirement": {"retires_on": str(last_day)},
    }
    await board.post(f"/portfolio/v1/reviews/{review['id']}/decision", decision, version=review["version"])


async def effect(caller: Steward, report: Report) -> None:
    """What came of the decision, set against what was expected of it."""
    service = await service_id(caller, CONFERENCING)
    (review,) = (await caller.get("/portfolio/v1/reviews", service_id=service, status="decided"))["items"]
    path = f"/portfolio/v1/reviews/{review['id']}"
    followed = await caller.post(f"{path}/follow-up", version=review["version"])
    for measured in followed["follow_up"]["effects"]:
        report.say(measured["sentence"])
    report.tie("its effect", ["reached"], [it["outcome"] for it in followed["follow_up"]["effects"]])


async def _withdrawn(caller: Steward, offered: tuple[Json, Json], report: Report) -> None:
    offering, need = offered
    gone = await caller.until(lambda it: it["status"] == "withdrawn", f"/strategy/v1/offerings/{offering['id']}")
    open_again = await caller.until(lambda it: it["state"] != need["state"], f"/strategy/v1/needs/{need['id']}")
    report.say(f"offering “{gone['name']}” is {gone['status']}, its need is {open_again['state']}")


async def _no_longer_charged(caller: Steward, last_day: date, report: Report) -> None:
    year = last_day.year - (last_day.month < 4)
    for day in (last_day, last_day.replace(year=last_day.year + 1, day=1)):
        await open_year(caller, year_of(day))
    objects = {"code": CONFERENCING}
    await caller.until(lambda page: page["items"][0]["closed_on"] is not None, "/finance/v1/cost-objects", **objects)
    after = {"starts_on": f"{year + 1}-04-01", "ends_on": f"{year + 2}-04-01"}
    await caller.post("/finance/v1/allocation-runs", {"model": "services", **after})
    run = await caller.post("/finance/v1/charge-runs", {"plan": "conferencing", **after})
    (left_out,) = run["uncharged"]
    report.tie("charged after its end", "0", run["total"])
    report.say(f"left out: {left_out['cost_object_code']}, {left_out['reason']}")
