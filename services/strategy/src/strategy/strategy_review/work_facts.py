"""Finds what happened between two strategy reviews to objectives and initiatives: steps, milestones, alignments."""

from typing import Any

from sqlalchemy import Select, Subquery, case, literal, select

from chassis.bulk import among
from chassis.money import plain
from strategy import tree
from strategy.alignment.model import Alignment
from strategy.initiative.milestone import Milestone, MilestoneDate
from strategy.initiative.model import Initiative, InitiativeStep
from strategy.initiative.readiness import ReadinessCondition
from strategy.known_service.model import KnownService
from strategy.objective.model import Objective
from strategy.offering.model import Offering
from strategy.strategy_review.facts import Facts, Ids, Search, shortened
from strategy.strategy_review.terms import FactKind as K

STATED = {
    K.MILESTONE_PLANNED: MilestoneDate.number == 1,
    K.MILESTONE_REACHED: MilestoneDate.actual_on.is_not(None),
    K.MILESTONE_DATED: (MilestoneDate.number > 1) & MilestoneDate.actual_on.is_(None),
}


async def objectives_in_force(search: Search, objectives: Ids) -> Facts:
    query = select(Objective.code).where(among(Objective.id, objectives), search.between.has(Objective.starts_on))
    return await search.found(query, K.OBJECTIVE_IN_FORCE, of=Objective.id, happened=Objective.starts_on, tell=_begun)


async def objectives_ended(search: Search, objectives: Ids) -> Facts:
    query = select(Objective.code).where(among(Objective.id, objectives), search.between.has(Objective.ends_on))
    return await search.found(query, K.OBJECTIVE_ENDED, of=Objective.id, happened=Objective.ends_on, tell=_over)


async def alignments(search: Search, objectives: Ids, kind: K) -> Facts:
    """That started or ended, of the objectives and of all that lie below them."""
    day = Alignment.starts_on if kind is K.ALIGNMENT_STARTED else Alignment.ends_on
    below = tree.standing_below(Objective)
    code = case(
        (Alignment.service_id.is_not(None), KnownService.code),
        (Alignment.offering_id.is_not(None), Offering.code),
        else_=Initiative.code,
    )
    word = literal("from" if kind is K.ALIGNMENT_STARTED else "until").label("word")
    query = select(Alignment.id, code.label("code"), Alignment.strength, word).select_from(Alignment)
    query = query.join(below, below.c.id == Alignment.objective_id)
    for target, id in (
        (KnownService, Alignment.service_id),
        (Offering, Alignment.offering_id),
        (Initiative, Alignment.initiative_id),
    ):
        query = query.outerjoin(target, target.id == id)
    query = query.where(among(below.c.top, objectives), search.between.has(day))
    return await search.found(query, kind, of=below.c.top, happened=day, tell=_aligned)


def serving(objectives: Ids, *, whole: bool) -> Subquery:
    """Pairs of an objective (`top`) and an initiative that serves it or, with `whole`, anything below it."""
    below = tree.standing_below(Objective)
    pairs = select(below.c.top, Alignment.initiative_id).join(Alignment, Alignment.objective_id == below.c.id)
    if not whole:
        pairs = pairs.where(below.c.id == below.c.top)
    return pairs.where(among(below.c.top, objectives)).distinct().subquery()


async def steps_for(search: Search, objectives: Ids) -> Facts:
    """Of the initiatives that serve the objectives, or anything below them."""
    pairs, S = serving(objectives, whole=True), InitiativeStep
    query = _steps().join(pairs, pairs.c.initiative_id == S.initiative_id).where(search.between.holds(S.taken_at))
    return await search.found(query, K.STEP_TAKEN, of=pairs.c.top, happened=S.taken_at, tell=_step)


def _steps() -> Select[*tuple[Any, ...]]:
    S = InitiativeStep
    columns = S.initiative_id, Initiative.code, S.left, S.reached, S.reason
    return select(*columns).join(Initiative, Initiative.id == S.initiative_id)


async def openings(search: Search, initiatives: Ids) -> Facts:
    query = select(Initiative.code).where(among(Initiative.id, initiatives))
    return await search.found(query, K.INITIATIVE_OPENED, of=Initiative.id, happened=Initiative.opened_on, tell=_opened)


async def steps(search: Search, initiatives: Ids) -> Facts:
    S = InitiativeStep
    query = _steps().where(among(S.initiative_id, initiatives), search.between.holds(S.taken_at))
    return await search.found(query, K.STEP_TAKEN, of=S.initiative_id, happened=S.taken_at, tell=_step)


async def milestones(search: Search, initiatives: Ids, kind: K) -> Facts:
    """That were planned, reached, or dated anew."""
    D = MilestoneDate
    query = select(Milestone.id, Milestone.code, D.planned_on, D.forecast_on, D.actual_on, D.reason).join(
        D, D.milestone_id == Milestone.id
    )
    query = query.where(STATED[kind])
    query = query.where(among(Milestone.initiative_id, initiatives), search.between.holds(D.stated_at))
    return await search.found(query, kind, of=Milestone.initiative_id, happened=D.stated_at, tell=_dated)


async def overdue(search: Search, initiatives: Ids) -> Facts:
    """Milestones whose planned day went by without them."""
    M, between = Milestone, search.between
    went_by = (M.planned_on >= between.after.date()) & (M.planned_on < between.until.date())
    query = select(M.id, M.code).where(among(M.initiative_id, initiatives), went_by)
    query = query.where(M.actual_on.is_(None) | (M.actual_on > between.until.date()))
    return await search.found(query, K.MILESTONE_OVERDUE, of=M.initiative_id, happened=M.planned_on, tell=_missed)


async def conditions(search: Search, initiatives: Ids, kind: K) -> Facts:
    C = ReadinessCondition
    at, why = (C.met_at, C.evidence) if kind is K.CONDITION_MET else (C.waived_at, C.waiver_reason)
    query = select(C.id, C.name, why.label("why")).where(C.mandatory, among(C.initiative_id, initiatives))
    query = query.where(search.between.holds(at))
    return await search.found(query, kind, of=C.initiative_id, happened=at, tell=_condition)


def _begun(row: Any) -> tuple[str, str]:
    return f"{row.code} came into force.", f"/v1/objectives/{row.subject_id}"


def _over(row: Any) -> tuple[str, str]:
    return f"{row.code} is not in force any more.", f"/v1/objectives/{row.subject_id}"


def _aligned(row: Any) -> tuple[str, str]:
    sentence = f"{row.code} is aligned with strength {plain(row.strength)} {row.word} this day."
    return sentence, f"/v1/alignments/{row.id}"


def _opened(row: Any) -> tuple[str, str]:
    return f"{row.code} was opened.", f"/v1/initiatives/{row.subject_id}"


def _step(row: Any) -> tuple[str, str]:
    sentence = f"{row.code} went from {row.left} to {row.reached}: {row.reason}"
    return shortened(sentence), f"/v1/initiatives/{row.initiative_id}/history"


def _dated(row: Any) -> tuple[str, str]:
    comes = f"reached on {row.actual_on}" if row.actual_on else f"expected on {row.forecast_on or row.planned_on}"
    sentence = f"Milestone {row.code}, planned for {row.planned_on}, {comes}: {row.reason}"
    return shortened(sentence), f"/v1/milestones/{row.id}/dates"


def _missed(row: Any) -> tuple[str, str]:
    return f"Milestone {row.code} was planned for this day and not reached.", f"/v1/milestones/{row.id}"


def _condition(row: Any) -> tuple[str, str]:
    return shortened(f"{row.name}: {row.why}"), f"/v1/readiness-conditions/{row.id}"
