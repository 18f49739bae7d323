"""Judging coverage again where something has changed that it depends on."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.ids import uuid7
from strategy.coverage.model import Coverage, Judged, SubjectKind
from strategy.demand_pattern.model import DemandPattern
from strategy.known_service.model import KnownService, KnownStage
from strategy.need.model import OPEN_STATES, Need, NeedState
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering

AT_ONCE = 1_000
LAUNCHED = Offering.status == OfferingStatus.LAUNCHED


async def judge(
    session: AsyncSession, *, on: date, needs: Collection[UUID] = (), services: Collection[UUID] = ()
) -> None:
    """What has changed of these is announced. Two who change the same need or service judge it one after the other,
    each knowing what the other did."""
    await session.flush()
    for kind, ids in ((SubjectKind.NEED, needs), (SubjectKind.SERVICE, services)):
        for some in _some_at_once(sorted(set(ids))):
            held = await _hold(session, kind, some, on)
            judged = await (judged_needs(session, some) if kind is SubjectKind.NEED else judged_services(session, some))
            for coverage in held:
                if coverage.subject_id in judged:
                    coverage.judge(judged[coverage.subject_id], on=on)
    await session.flush()


def _some_at_once(ids: list[UUID]) -> Iterable[list[UUID]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


async def judge_all(session: AsyncSession, *, on: date) -> int:
    """How many needs and services there are."""
    needs = (await session.scalars(select(Need.id))).all()
    services = (await session.scalars(select(KnownService.id))).all()
    await judge(session, on=on, needs=needs, services=services)
    return len(needs) + len(services)


async def _hold(session: AsyncSession, kind: SubjectKind, ids: list[UUID], on: date) -> list[Coverage]:
    """In the order of the ids, so that two who hold several wait for each other."""
    rows = [
        {"id": uuid7(), "version": 1, "sequence": 0, "subject_kind": kind, "subject_id": id, "since": on} for id in ids
    ]
    await session.execute(insert(Coverage).values(rows).on_conflict_do_nothing())
    query = select(Coverage).where(Coverage.subject_kind == kind, among(Coverage.subject_id, ids))
    held = query.order_by(Coverage.subject_id).with_for_update(key_share=True)
    return list((await session.scalars(held.execution_options(populate_existing=True))).all())


async def judged_needs(session: AsyncSession, ids: list[UUID]) -> dict[UUID, Judged]:
    N = Need
    offerings = select(func.count()).where(LAUNCHED, Offering.need_ids.contains(array([N.id]))).scalar_subquery()
    opening = func.coalesce(N.opportunity_score, N.importance)
    query = select(N.id, N.statement, N.state, N.importance, opening, offerings).where(among(N.id, ids))
    return {
        id: Judged(
            label=statement,
            is_wanted=state in OPEN_STATES,
            offerings=0 if state is NeedState.DROPPED else count,
            stakes=importance,
            opening=weight,
        )
        for id, statement, state, importance, weight, count in await session.execute(query)
    }


async def judged_services(session: AsyncSession, ids: list[UUID]) -> dict[UUID, Judged]:
    K = KnownService
    made_of_it = LAUNCHED, Offering.service_ids.contains(array([K.id]))
    offerings = select(func.count()).where(*made_of_it).scalar_subquery()
    served = select(func.unnest(Offering.need_ids)).where(*made_of_it).correlate(K)
    stakes = select(func.coalesce(func.sum(Need.importance), 0)).where(
        Need.id.in_(served), Need.state != NeedState.DROPPED
    )
    patterns = select(func.count()).where(DemandPattern.service_id == K.id).scalar_subquery()
    columns = K.id, K.code, K.kind, K.stage, offerings, stakes.scalar_subquery(), patterns
    return {
        id: Judged(
            label=code,
            service_kind=kind,
            is_wanted=stage is KnownStage.OPERATIONAL,
            offerings=count,
            stakes=int(importance),
            opening=1 + demand,
        )
        for id, code, kind, stage, count, importance, demand in await session.execute(
            select(*columns).where(among(K.id, ids))
        )
    }
