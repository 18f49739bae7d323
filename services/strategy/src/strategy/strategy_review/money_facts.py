"""Finds what finance posted and charged between two strategy reviews for services and initiatives."""

from typing import Any

from sqlalchemy import select

from chassis.bulk import among
from chassis.money import plain
from strategy.evidence.kept import KnownChargeRun, PostedCost, Recovery
from strategy.initiative.model import Initiative
from strategy.known_service.model import KnownService
from strategy.strategy_review.facts import Facts, Ids, Search
from strategy.strategy_review.money import OF_INITIATIVE, of_service
from strategy.strategy_review.terms import FactKind as K
from strategy.strategy_review.work_facts import serving

C = PostedCost
POSTED = C.cost_object_code, C.period_starts_on, C.amount, C.currency, C.income


async def posted_for_services(search: Search, services: Ids) -> Facts:
    """Periods of which more was posted; how much of it was posted when is not kept."""
    query = select(*POSTED).join(KnownService, of_service(C)).where(among(KnownService.id, services))
    query = query.where(search.between.holds(C.heard_at))
    return await search.found(query, K.COST_POSTED, of=KnownService.id, happened=C.heard_at, tell=_posted)


async def posted_for_initiatives(search: Search, initiatives: Ids) -> Facts:
    query = select(*POSTED).join(Initiative, OF_INITIATIVE).where(among(Initiative.id, initiatives), ~C.income)
    query = query.where(search.between.holds(C.heard_at))
    return await search.found(query, K.COST_POSTED, of=Initiative.id, happened=C.heard_at, tell=_posted)


async def posted_for_objectives(search: Search, objectives: Ids) -> Facts:
    """Of the initiatives that serve the objectives themselves."""
    pairs = serving(objectives, whole=False)
    query = select(*POSTED).select_from(C).join(Initiative, OF_INITIATIVE)
    query = query.join(pairs, pairs.c.initiative_id == Initiative.id)
    query = query.where(~C.income, search.between.holds(C.heard_at))
    return await search.found(query, K.COST_POSTED, of=pairs.c.top, happened=C.heard_at, tell=_posted)


async def charged_for_services(search: Search, services: Ids) -> Facts:
    R = KnownChargeRun
    columns = R.starts_on, R.ends_on, Recovery.amount, R.currency
    query = select(*columns).select_from(KnownService).join(Recovery, of_service(Recovery))
    query = query.join(R, R.id == Recovery.charge_run_id).where(among(KnownService.id, services))
    query = query.where(search.between.holds(R.heard_at))
    return await search.found(query, K.CHARGES_ISSUED, of=KnownService.id, happened=R.heard_at, tell=_charged)


def _posted(row: Any) -> tuple[str, str]:
    what, amount = ("income", -row.amount) if row.income else ("cost", row.amount)
    sentence = f"The {what} of the period from {row.period_starts_on} came to {plain(amount)} {row.currency}."
    return sentence, f"/finance/v1/cost-objects?code={row.cost_object_code}"


def _charged(row: Any) -> tuple[str, str]:
    days = f"{row.starts_on} to {row.ends_on}"
    return f"Charges for {days} ask for {plain(row.amount)} {row.currency}.", "/finance/v1/charges"
