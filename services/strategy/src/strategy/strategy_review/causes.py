"""Why something moved: which facts between two strategy reviews can explain which figures, and where none is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from strategy.strategy_review.comparison import Moved
from strategy.strategy_review.comparison_schemas import Cause, FigureMoved, Movement
from strategy.strategy_review.snapshot import ReviewedCosts
from strategy.strategy_review.terms import Change, FactKind
from strategy.strategy_review.terms import Figure as F

MOST = 20
K = FactKind


@dataclass(frozen=True)
class Fact:
    """Something that happened between the two reviews to the subject; `on` is None where no day is kept."""

    subject_id: UUID
    kind: FactKind
    on: date | None
    sentence: str
    link: str


DATES = frozenset({F.LATE, F.PLANNED_END_ON, F.FORECAST_END_ON, F.SLACK_DAYS})
SERVED_BY = frozenset({F.SERVICES, F.OFFERINGS, F.INITIATIVES, F.ACTIVE, F.FUNDED})
COVERED = frozenset({F.COVERAGE_CLASS, F.COVERAGE_WEIGHT, F.OFFERINGS, F.STATE, F.PRESENCE})

EXPLAINS: dict[FactKind, frozenset[F]] = {
    K.READING_RECORDED: frozenset({F.VALUE, F.PROGRESS}),
    K.MEASURE_MOVED: frozenset({F.PROGRESS, F.COVERAGE, F.WORD}),
    K.OBJECTIVE_IN_FORCE: frozenset({F.PRESENCE}),
    K.OBJECTIVE_ENDED: frozenset({F.PRESENCE}),
    K.ALIGNMENT_STARTED: SERVED_BY,
    K.ALIGNMENT_ENDED: SERVED_BY,
    K.OFFERING_LAUNCHED: COVERED,
    K.OFFERING_WITHDRAWN: COVERED,
    K.NEED_IDENTIFIED: frozenset({F.PRESENCE}),
    K.NEED_ASSESSED: frozenset({F.COVERAGE_WEIGHT}),
    K.ASSET_ASSESSED: frozenset({F.MATURITY, F.GAP}),
    K.INITIATIVE_OPENED: frozenset({F.PRESENCE}),
    K.STEP_TAKEN: frozenset({F.STATUS, F.FUNDING, F.ACTIVE, F.FUNDED}),
    K.MILESTONE_PLANNED: DATES | {F.MILESTONES, F.CRITICAL_PATH_END_ON},
    K.MILESTONE_REACHED: DATES | {F.REACHED},
    K.MILESTONE_DATED: DATES,
    K.MILESTONE_OVERDUE: frozenset({F.LATE}),
    K.COST_POSTED: frozenset({F.INVESTED, F.COST, F.INCOME, F.PRESENCE}),
    K.CHARGES_ISSUED: frozenset({F.RECOVERED, F.PRESENCE}),
    K.OTHER_MONTHS: frozenset({F.COST, F.INCOME, F.RECOVERED, F.PRESENCE}),
    K.CONDITION_MET: frozenset({F.UNMET_CONDITIONS}),
    K.CONDITION_WAIVED: frozenset({F.UNMET_CONDITIONS}),
}
# A figure that moved, and others of the same item that follow from it.
FOLLOWS: dict[F, frozenset[F]] = {
    F.BASELINE: frozenset({F.PROGRESS}),
    F.TARGET: frozenset({F.PROGRESS}),
    F.STATE: frozenset({F.COVERAGE_CLASS, F.COVERAGE_WEIGHT}),
    F.TARGET_MATURITY: frozenset({F.GAP}),
    F.OPEN_RISKS: frozenset({F.EXPOSURE}),
    F.CRITICAL_PATH_END_ON: frozenset({F.SLACK_DAYS}),
}


def explained(moved: Moved, facts: Iterable[Fact]) -> Movement:
    """The movement with its causes, the latest first. What is in one list only, for want of room, has none."""
    figures = {it.figure for it in moved.figures}
    causes = [_cause(fact, figures & EXPLAINS[fact.kind]) for fact in facts if figures & EXPLAINS[fact.kind]]
    causes += [
        _cause(_followed(moved, it), figures & FOLLOWS[it.figure])
        for it in moved.figures
        if figures & FOLLOWS.get(it.figure, frozenset())
    ]
    causes.sort(key=lambda it: (it.on or date.min, it.kind, it.sentence), reverse=True)
    why = {figure for cause in causes for figure in cause.explains}
    return Movement(
        id=moved.item.id,
        label=moved.item.label,
        link=moved.item.link,
        change=moved.change,
        figures=moved.figures,
        causes=causes[:MOST],
        more_causes=len(causes) > MOST,
        unexplained=[it.figure for it in moved.figures if it.figure not in why],
    )


def _cause(fact: Fact, explains: Iterable[F]) -> Cause:
    return Cause(kind=fact.kind, on=fact.on, sentence=fact.sentence, link=fact.link, explains=sorted(explains))


def _followed(moved: Moved, figure: FigureMoved) -> Fact:
    on = moved.item.since if figure.figure is F.STATE else None
    return Fact(moved.item.id, K.OTHER_FIGURE, on, _sentence(figure), moved.item.link)


def _sentence(figure: FigureMoved) -> str:
    name = figure.figure.replace("_", " ").capitalize()
    return f"{name} went from {figure.before or 'nothing'} to {figure.after or 'nothing'}."


def of_measures(measures: Sequence[Moved]) -> dict[UUID, list[Fact]]:
    """Per objective, the movements of its measures, as facts of the day of the reading."""
    facts: dict[UUID, list[Fact]] = {}
    for it in measures:
        within = it.item.within
        if within and it.change is not Change.NOT_LISTED:
            facts.setdefault(within, []).append(_measure_moved(within, it))
    return facts


def _measure_moved(objective: UUID, moved: Moved) -> Fact:
    """By its value where that moved, else by what did: its target, or that it is measured at all."""
    figure = next((it for it in moved.figures if it.figure is F.VALUE), moved.figures[0])
    sentence = f"{moved.item.label}: {_sentence(figure)}"
    on = moved.item.since if figure.figure is F.VALUE and moved.after else None
    return Fact(objective, K.MEASURE_MOVED, on, sentence, moved.item.link)


def other_months(before: ReviewedCosts, after: ReviewedCosts, moved: Sequence[Moved]) -> dict[UUID, list[Fact]]:
    """What services cost is that of twelve months, which go on from review to review."""
    if before.starts_on == after.starts_on:
        return {}
    sentence = f"The twelve months begin on {after.starts_on} instead of {before.starts_on}."
    return {it.item.id: [Fact(it.item.id, K.OTHER_MONTHS, None, sentence, it.item.link)] for it in moved}


def merged(*sources: Mapping[UUID, Sequence[Fact]]) -> dict[UUID, list[Fact]]:
    facts: dict[UUID, list[Fact]] = {}
    for source in sources:
        for id, some in source.items():
            facts.setdefault(id, []).extend(some)
    return facts
