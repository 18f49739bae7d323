"""Finds what happened between two strategy reviews to items that moved, of each item the latest of each kind."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, column, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import plain
from strategy import tree
from strategy.asset.model import Asset, AssetAssessment
from strategy.need.model import Need, NeedAssessment
from strategy.objective.measure import Reading
from strategy.offering.model import Offering
from strategy.strategy_review.causes import MOST, Fact
from strategy.strategy_review.comparison import Moved
from strategy.strategy_review.terms import FactKind as K

Ids = Collection[UUID]
Facts = dict[UUID, list[Fact]]
Tell = Callable[[Any], tuple[str, str]]

SHOWN = 300
ASSESSED = (K.NEED_ASSESSED, K.ASSET_ASSESSED)


def shortened(said: str) -> str:
    return said if len(said) <= SHOWN else f"{said[: SHOWN - 1]}…"


@dataclass(frozen=True)
class Between:
    """After the one review until the other; `offered` are the offerings that each of them shows as launched."""

    after: datetime
    until: datetime
    offered: tuple[Ids, Ids]

    def holds(self, instant: Any) -> Any:
        return (instant > self.after) & (instant <= self.until)

    def has(self, day: Any) -> Any:
        return (day >= self.after.date()) & (day <= self.until.date())

    def is_news(self, fact: Fact, moved: Moved) -> bool:
        """An assessment has only its day: on those of the reviews, what they have seen of that day decides."""
        if fact.kind not in ASSESSED:
            return True
        seen_before, seen_after = (it.assessed_on if it else None for it in (moved.before, moved.after))
        begins, ends = self.after.date(), self.until.date()
        return not (fact.on == begins == seen_before or (fact.on == ends and seen_after != ends))


@dataclass(frozen=True)
class Search:
    session: AsyncSession
    between: Between

    async def found(self, query: Select[*tuple[Any, ...]], kind: K, *, of: Any, happened: Any, tell: Tell) -> Facts:
        """Of each subject one more than are shown; `tell` makes of a row the sentence and the link."""
        place = func.row_number().over(partition_by=of, order_by=happened.desc()).label("place")
        ranked = query.add_columns(of.label("subject_id"), happened.label("happened"), place).subquery()
        facts: Facts = defaultdict(list)
        for row in await self.session.execute(select(ranked).where(ranked.c.place <= MOST + 1)):
            on = row.happened.date() if isinstance(row.happened, datetime) else row.happened
            facts[row.subject_id].append(Fact(row.subject_id, kind, on, *tell(row)))
        return facts

    async def readings(self, measures: Ids) -> Facts:
        query = select(Reading.value, Reading.read_on, Reading.source, Reading.revision)
        return await self.found(
            query.where(among(Reading.measure_id, measures), self.between.holds(Reading.recorded_at)),
            K.READING_RECORDED,
            of=Reading.measure_id,
            happened=Reading.recorded_at,
            tell=_reading,
        )

    async def launches(self, named_in: Any, subjects: Ids) -> Facts:
        """Of offerings that name a subject in this column of theirs; on the day of a review what it shows decides."""
        began, ended, each = *self.between.offered, _each(named_in)
        since, until = self.between.after.date(), self.between.until.date()
        seen = ~among(Offering.id, began), (Offering.launched_on < until) | among(Offering.id, ended)
        query = select(Offering.id, Offering.code, Offering.revision).join(each, true())
        query = query.where(among(each.c.subject_id, subjects), Offering.launched_on.between(since, until), *seen)
        return await self.found(
            query, K.OFFERING_LAUNCHED, of=each.c.subject_id, happened=Offering.launched_on, tell=_launch
        )

    async def withdrawals(self, named_in: Any, subjects: Ids) -> Facts:
        """Of offerings that were launched, as above."""
        began, ended, each = *self.between.offered, _each(named_in)
        since, until = self.between.after.date(), self.between.until.date()
        seen = (Offering.withdrawn_on > since) | among(Offering.id, began), ~among(Offering.id, ended)
        named = Offering.id, Offering.code, Offering.revision, Offering.withdrawal_reason
        query = select(*named).join(each, true()).where(among(each.c.subject_id, subjects))
        query = query.where(Offering.launched_on.is_not(None), Offering.withdrawn_on.between(since, until), *seen)
        return await self.found(
            query, K.OFFERING_WITHDRAWN, of=each.c.subject_id, happened=Offering.withdrawn_on, tell=_withdrawal
        )

    async def identifications(self, needs: Ids) -> Facts:
        query = select(Need.asked_by).where(among(Need.id, needs))
        return await self.found(query, K.NEED_IDENTIFIED, of=Need.id, happened=Need.identified_on, tell=_identified)

    async def need_assessments(self, needs: Ids) -> Facts:
        A = NeedAssessment
        query = select(A.importance, A.satisfaction).where(among(A.need_id, needs), self.between.has(A.assessed_on))
        return await self.found(query, K.NEED_ASSESSED, of=A.need_id, happened=A.assessed_on, tell=_need_assessed)

    async def asset_assessments(self, assets: Ids) -> Facts:
        """Of the assets themselves and of all that lie below them."""
        A, below = AssetAssessment, tree.standing_below(Asset)
        query = select(Asset.id, Asset.code, A.maturity, A.assessed_by, A.note).join(A, A.asset_id == Asset.id)
        query = query.join(below, below.c.id == Asset.id)
        query = query.where(among(below.c.top, assets), self.between.has(A.assessed_on))
        return await self.found(query, K.ASSET_ASSESSED, of=below.c.top, happened=A.assessed_on, tell=_asset_assessed)


def _each(ids: Any) -> Any:
    return func.unnest(ids).table_valued(column("subject_id", Uuid)).render_derived().lateral()


def _reading(row: Any) -> tuple[str, str]:
    corrects = " in correction" if row.revision > 1 else ""
    sentence = f"{plain(row.value)} was recorded for {row.read_on} by {row.source}{corrects}."
    return sentence, f"/v1/measures/{row.subject_id}/readings"


def _launch(row: Any) -> tuple[str, str]:
    return f"Revision {row.revision} of the offering {row.code} was launched.", f"/v1/offerings/{row.id}"


def _withdrawal(row: Any) -> tuple[str, str]:
    ended = f"Revision {row.revision} of the offering {row.code} was withdrawn: {row.withdrawal_reason}"
    return shortened(ended), f"/v1/offerings/{row.id}"


def _identified(row: Any) -> tuple[str, str]:
    return f"{row.asked_by} asked for it.", f"/v1/needs/{row.subject_id}"


def _need_assessed(row: Any) -> tuple[str, str]:
    satisfaction = "not assessed" if row.satisfaction is None else row.satisfaction
    sentence = f"Importance {row.importance}, satisfaction {satisfaction}."
    return sentence, f"/v1/needs/{row.subject_id}/assessments"


def _asset_assessed(row: Any) -> tuple[str, str]:
    sentence = f"{row.code} was assessed at {plain(row.maturity)} by {row.assessed_by}. {row.note}"
    return shortened(sentence.strip()), f"/v1/assets/{row.id}/assessments"
