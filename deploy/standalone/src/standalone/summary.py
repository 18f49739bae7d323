"""What a person sees when the platform has started: what is in it, how to get in, and what to try."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from standalone.client import Steward

RULE = "─" * 78


async def summary(caller: Steward, address: str, credentials: Path) -> str:
    lines = ["", RULE, "Steward is running.", "", *await _portfolio(caller), *await _money(caller)]
    lines += [*await _attainment(caller), *await _needs(caller), *await _recommendations(caller)]
    lines += ["", *_try(address, credentials), RULE]
    return "\n".join(lines)


async def _portfolio(caller: Steward) -> list[str]:
    told = await caller.get("/portfolio/v1/portfolio-summary")
    stages = ", ".join(f"{stage['services']} {stage['stage']}" for stage in told["stages"])
    return [f"Services        {told['services']}: {stages}"]


async def _year(caller: Steward) -> dict[str, Any] | None:
    """The last fiscal year that something was charged for, else the first one."""
    runs = await caller.every("/finance/v1/charge-runs", sort="-starts_on")
    years: list[dict[str, Any]] = await caller.every("/finance/v1/fiscal-years")
    if runs:
        return {"starts_on": runs[0]["starts_on"], "ends_on": runs[0]["ends_on"]}
    return {"starts_on": years[0]["starts_on"], "ends_on": years[0]["ends_on"]} if years else None


async def _money(caller: Steward) -> list[str]:
    year = await _year(caller)
    if year is None:
        return ["Cost            nothing posted yet"]
    costs = await caller.get("/finance/v1/service-costs", **year)
    runs = [run for run in await caller.every("/finance/v1/charge-runs") if run["starts_on"] == year["starts_on"]]
    recovered = sum((Decimal(run["total"]) for run in runs), Decimal(0))
    cost, currency = Decimal(costs["expense"]), costs["base_currency"]
    return [
        f"Cost            {cost:,.2f} {currency} from {year['starts_on']} to before {year['ends_on']}",
        f"Recovery        {recovered:,.2f} {currency} shown to customers"
        + (f", {recovered / cost:.1%} of cost" if cost else ""),
    ]


async def _attainment(caller: Steward) -> list[str]:
    year = await _year(caller)
    if year is None:
        return []
    told = await caller.get("/portfolio/v1/attainment-summary", **year)
    return [
        (
            f"Service levels  {told['levels']}: {told['met']} met, {told['missed']} missed, "
            f"{told['not_measured']} not measured"
        )
    ]


async def _needs(caller: Steward) -> list[str]:
    covered = await caller.every("/strategy/v1/coverages", subject_kind="need")
    if not covered:
        return ["Needs           none are stated yet"]
    counted = Counter(each["coverage_class"].replace("_", " ") for each in covered)
    lines = [f"Needs           {len(covered)}: " + ", ".join(f"{n} {what}" for what, n in counted.most_common())]
    unmet = (await caller.get("/strategy/v1/white-spaces", limit=3))["items"]
    return lines + [f"                nothing is offered for “{need['statement']}”" for need in unmet]


async def _recommendations(caller: Steward) -> list[str]:
    open_reviews = await caller.every("/portfolio/v1/recommendations")
    if not open_reviews:
        return ["Decisions       none are waiting"]
    counted = Counter(review["recommendation"] for review in open_reviews)
    lines = ["Decisions       waiting: " + ", ".join(f"{count} to {what}" for what, count in counted.most_common())]
    pressing = [review for review in open_reviews if review["recommendation"] != "continue"][:5]
    return lines + [
        f"                {review['recommendation']:<12}{review['name']}: {review['findings'][0]['sentence']}"
        for review in pressing
    ]


def _try(address: str, credentials: Path) -> list[str]:
    return [
        f"Reference       {address}/docs   (open it in a browser; it works offline)",
        f"Credentials     {credentials}   (client id and secret of an administrator)",
        "",
        "Get a token and ask for the recommended decisions:",
        f'  TOKEN=$(curl -s -u "$(cat {credentials})" -d grant_type=client_credentials {address}/oauth/token \\',
        "    | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"access_token\"])')",
        f'  curl -s -H "Authorization: Bearer $TOKEN" {address}/portfolio/v1/recommendations | python3 -m json.tool',
        "",
        "Ctrl-C stops it; the data stay. A folder of real data? make demo DATA=folder",
    ]
