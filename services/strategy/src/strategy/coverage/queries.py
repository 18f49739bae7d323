"""Needs × offerings × services as they are now: the matrix, white space, overlaps and orphans, each one statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    cast,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.orm import aliased

from strategy.coverage.model import SubjectKind
from strategy.coverage.schemas import OrphanKind
from strategy.demand_pattern.model import DemandPattern
from strategy.known_service.model import KnownService, KnownStage
from strategy.need.model import OPEN_STATES, Need, NeedState
from strategy.need.queries import SERVED
from strategy.offering.bundle import ENDED, made_of
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering

LISTED = 100

Of, K, N = Offering, KnownService, Need
LAUNCHED = Of.status == OfferingStatus.LAUNCHED
WANTED = N.state != NeedState.DROPPED
ADDRESSES = Of.need_ids.contains(array([N.id]))
MADE_OF = Of.service_ids.contains(array([K.id]))


def _ranked(weight: Any, *then: Any) -> Any:
    return func.rank().over(order_by=(weight.desc(), *then)).label("rank")


def matrix(conditions: Sequence[ColumnElement[bool]]) -> Subquery:
    """A row per need, launched offering and service; `place` tells it from all others."""
    made = made_of(lambda offering: offering.status == OfferingStatus.LAUNCHED)
    columns = (
        N.id.label("need_id"),
        N.statement,
        N.importance.label("weight"),
        N.opportunity_score,
        Of.id.label("offering_id"),
        Of.code.label("offering_code"),
        K.id.label("service_id"),
        K.code.label("service_code"),
        K.stage.label("service_stage"),
        func.concat(cast(N.id, Text), "/", Of.code, "/", cast(K.id, Text)).label("place"),
    )
    query = select(*columns).outerjoin(Of, LAUNCHED & ADDRESSES).outerjoin(made, made.c.offering_id == Of.id)
    return query.outerjoin(K, K.id == made.c.service_id).where(WANTED, *conditions).subquery()


def white_space(conditions: Sequence[ColumnElement[bool]]) -> Subquery:
    """Open needs that no launched offering addresses."""
    weight = func.coalesce(N.opportunity_score, N.importance)
    whose = N.customer_id, N.segment_id, N.market_space_id, N.importance, N.satisfaction
    columns = _ranked(weight, N.importance.desc()), N.id.label("need_id"), N.statement, *whose, weight.label("weight")
    return select(*columns).where(N.state.in_(OPEN_STATES), ~SERVED, *conditions).subquery()


def overlaps(kinds: Sequence[SubjectKind]) -> Subquery:
    """Needs and services that several launched offerings serve or are made of."""
    parts = {SubjectKind.NEED: _needs_served_twice, SubjectKind.SERVICE: _services_offered_twice}
    found = union_all(*(parts[kind]() for kind in kinds)).subquery()
    return select(_ranked(found.c.weight, found.c.label), *found.c).subquery()


def _codes() -> list[Any]:
    codes = func.array_agg(aggregate_order_by(Of.code, Of.code))
    return [
        func.trim_array(codes, cast(func.greatest(func.count() - LISTED, 0), Integer)).label("offering_codes"),
        func.count(),
    ]


def _needs_served_twice() -> Select[Any]:
    codes, offerings = _codes()
    subject = literal(str(SubjectKind.NEED)).label("subject_kind"), N.id.label("subject_id"), N.statement.label("label")
    weight = (N.importance * (func.count() - 1)).label("weight")
    query = select(*subject, codes, offerings.label("offerings"), weight).join(Of, LAUNCHED & ADDRESSES)
    return query.where(WANTED).group_by(N.id).having(func.count() > 1)


def _services_offered_twice() -> Select[Any]:
    codes, offerings = _codes()
    subject = literal(str(SubjectKind.SERVICE)).label("subject_kind"), K.id.label("subject_id"), K.code.label("label")
    made = aliased(Of)
    of_it = made.status == OfferingStatus.LAUNCHED, made.service_ids.contains(array([K.id]))
    served = exists().where(*of_it, made.need_ids.contains(array([N.id]))).correlate(K, N)
    stakes = select(func.coalesce(func.sum(N.importance), 0)).where(served, WANTED).correlate(K).scalar_subquery()
    query = select(*subject, codes, offerings.label("offerings"), stakes.label("weight")).join(Of, LAUNCHED & MADE_OF)
    return query.where(K.stage == KnownStage.OPERATIONAL).group_by(K.id).having(func.count() > 1)


def orphans(kinds: Sequence[OrphanKind]) -> Subquery:
    parts = {OrphanKind.SERVICE: _services_not_offered, OrphanKind.OFFERING: _offerings_nobody_needs}
    found = union_all(*(parts[kind]() for kind in kinds)).subquery()
    return select(_ranked(found.c.weight, found.c.code), *found.c).subquery()


def _services_not_offered() -> Select[Any]:
    patterns = select(func.count()).where(DemandPattern.service_id == K.id).scalar_subquery()
    kind = literal(str(OrphanKind.SERVICE)).label("kind")
    columns = kind, K.id, K.code, K.name, K.kind.label("detail"), (patterns + 1).label("weight")
    return select(*columns).where(K.stage == KnownStage.OPERATIONAL, ~exists().where(LAUNCHED, MADE_OF))


def _offerings_nobody_needs() -> Select[Any]:
    """Of those that have not ended."""
    services = func.cardinality(Of.service_ids).label("weight")
    kind = literal(str(OrphanKind.OFFERING)).label("kind")
    columns = kind, Of.id, Of.code, Of.name, cast(Of.status, Text).label("detail"), services
    return select(*columns).where(Of.status.not_in(ENDED), ~exists().where(WANTED, ADDRESSES).correlate(Of))
