"""Compares two strategy reviews and looks up why: a statement per kind of fact, for everything that moved at once."""

from collections.abc import Callable, Collection
from uuid import UUID

from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession

from strategy.offering.model import Offering
from strategy.strategy_review import money_facts, work_facts
from strategy.strategy_review.causes import explained, merged, of_measures, other_months
from strategy.strategy_review.comparison import PartMoved, compare
from strategy.strategy_review.comparison_schemas import ComparedReview, ComparisonView
from strategy.strategy_review.facts import Between, Facts, Search
from strategy.strategy_review.model import StrategyReview
from strategy.strategy_review.snapshot import ReviewSnapshot
from strategy.strategy_review.terms import Change, Part
from strategy.strategy_review.terms import FactKind as K


async def compared(session: AsyncSession, one: StrategyReview, other: StrategyReview) -> ComparisonView:
    """From the one that was taken first to the other."""
    before, after = sorted((one, other), key=lambda it: (it.taken_at, it.id))
    was, now = (ReviewSnapshot.model_validate(it.snapshot) for it in (before, after))
    launched = tuple([it.offering_id for it in of.market.launched.items] for of in (was, now))
    search = Search(session, Between(before.taken_at, after.taken_at, (launched[0], launched[1])))
    parts = compare(was, now)
    by_part = {it.part: it for it in parts}
    facts = merged(await _facts(search, by_part), other_months(was.costs, now.costs, by_part[Part.COSTS].shown))
    return ComparisonView(
        before=ComparedReview.model_validate(before),
        after=ComparedReview.model_validate(after),
        parts=[
            part.told(
                [
                    explained(it, [fact for fact in facts.get(it.item.id, ()) if search.between.is_news(fact, it)])
                    for it in part.shown
                ]
            )
            for part in parts
        ],
    )


async def _facts(search: Search, parts: dict[Part, PartMoved]) -> Facts:
    def ids(part: Part, change: Change = Change.CHANGED) -> Collection[UUID]:
        return [it.item.id for it in parts[part].shown if it.change is change]

    needs, services = ids(Part.NEEDS), ids(Part.SERVICES)
    added, removed = (ids(Part.OFFERINGS, change) for change in (Change.ADDED, Change.REMOVED))
    own_id = array([Offering.id])
    return merged(
        of_measures(parts[Part.MEASURES].moved),
        await search.readings(ids(Part.MEASURES)),
        await search.launches(Offering.need_ids, needs),
        await search.withdrawals(Offering.need_ids, needs),
        await search.identifications(ids(Part.NEEDS, Change.ADDED)),
        await search.need_assessments(needs),
        await search.launches(Offering.service_ids, services),
        await search.withdrawals(Offering.service_ids, services),
        await search.launches(own_id, added),
        await search.withdrawals(own_id, removed),
        await search.asset_assessments(ids(Part.ASSETS)),
        await _of_objectives(search, ids),
        await _of_initiatives(search, ids),
        await _of_money(search, ids),
    )


async def _of_objectives(search: Search, ids: Callable[..., Collection[UUID]]) -> Facts:
    changed = ids(Part.OBJECTIVES)
    return merged(
        await work_facts.objectives_in_force(search, ids(Part.OBJECTIVES, Change.ADDED)),
        await work_facts.objectives_ended(search, ids(Part.OBJECTIVES, Change.REMOVED)),
        await work_facts.alignments(search, changed, K.ALIGNMENT_STARTED),
        await work_facts.alignments(search, changed, K.ALIGNMENT_ENDED),
        await work_facts.steps_for(search, changed),
    )


async def _of_initiatives(search: Search, ids: Callable[..., Collection[UUID]]) -> Facts:
    changed = ids(Part.INITIATIVES)
    return merged(
        await work_facts.openings(search, ids(Part.INITIATIVES, Change.ADDED)),
        await work_facts.steps(search, changed),
        await work_facts.milestones(search, changed, K.MILESTONE_PLANNED),
        await work_facts.milestones(search, changed, K.MILESTONE_REACHED),
        await work_facts.milestones(search, changed, K.MILESTONE_DATED),
        await work_facts.overdue(search, changed),
        await work_facts.conditions(search, changed, K.CONDITION_MET),
        await work_facts.conditions(search, changed, K.CONDITION_WAIVED),
    )


async def _of_money(search: Search, ids: Callable[..., Collection[UUID]]) -> Facts:
    services = [id for change in Change for id in ids(Part.COSTS, change)]
    return merged(
        await money_facts.posted_for_services(search, services),
        await money_facts.charged_for_services(search, services),
        await money_facts.posted_for_initiatives(search, ids(Part.INITIATIVES)),
        await money_facts.posted_for_objectives(search, ids(Part.OBJECTIVES)),
    )
