"""Compares two snapshots: what came, what went, which figures moved, and whether that is better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from chassis.money import EXACT, plain
from strategy.coverage.model import CoverageClass
from strategy.strategy_review.comparison_schemas import ComparedPart, FigureMoved, Movement, TotalMoved
from strategy.strategy_review.items import Column, Compared, Figures, Key, Value, columns
from strategy.strategy_review.snapshot import ReviewSnapshot
from strategy.strategy_review.terms import Change, Figure, Part, Success, Word

MOST = 500
F = Figure

# Which way a figure is better; of the others no way is.
MORE = frozenset({F.PROGRESS, F.COVERAGE, F.MATURITY, F.REACHED, F.SLACK_DAYS, F.FACTORS_MET})
LESS = frozenset(
    {F.COVERAGE_WEIGHT, F.GAP, F.LATE, F.FORECAST_END_ON, F.CRITICAL_PATH_END_ON, F.UNMET_CONDITIONS, F.OPEN_RISKS}
    | {F.EXPOSURE, F.FACTORS_MISSED}
)
# Words from bad to good; what is not among them, such as closed, is neither.
RANKS: dict[str, int] = {
    CoverageClass.WHITE_SPACE: 0,
    CoverageClass.ORPHAN: 0,
    CoverageClass.OVERLAP: 1,
    CoverageClass.SERVED: 2,
    Success.NOT_MOVING: 0,
    Success.ON_THE_WAY: 1,
    Success.REACHED: 2,
}
UNKNOWN = (None, Success.NOT_MEASURED)
NONE_IS_ZERO = {F.EXPOSURE: Decimal(0)}  # risks are counted, so that no exposure in a currency is known to be none


@dataclass
class Moved:
    """One item that moved, with what it was and is."""

    before: Compared | None
    after: Compared | None
    change: Change
    figures: list[FigureMoved] = field(default_factory=list)

    @property
    def item(self) -> Compared:
        found = self.after or self.before
        if found is None:
            raise ValueError("what moved is in one of the two snapshots")
        return found


def moved(before: Column, after: Column) -> tuple[list[Moved], int]:
    """What moved, in the order of the later snapshot and then of the earlier one, and how many items did not."""
    found, unchanged = [], 0
    for id in {**after.items, **before.items}:
        was, now = before.items.get(id), after.items.get(id)
        if was and now:
            if figures := figures_moved(was.figures, now.figures):
                found.append(Moved(was, now, Change.CHANGED, figures))
            else:
                unchanged += 1
        else:
            found.append(_came_or_went(was, now, is_certain=(before if now else after).is_whole))
    return found, unchanged


def _came_or_went(was: Compared | None, now: Compared | None, *, is_certain: bool) -> Moved:
    if not is_certain:
        return Moved(was, now, Change.NOT_LISTED)
    presence = FigureMoved(
        figure=F.PRESENCE,
        unit=None,
        before="listed" if was else None,
        after="listed" if now else None,
        difference=None,
        word=Word.CHANGED,
    )
    return Moved(was, now, Change.ADDED if now else Change.REMOVED, [presence])


def figures_moved(before: Figures, after: Figures) -> list[FigureMoved]:
    values = {key: [of.get(key, NONE_IS_ZERO.get(key[0])) for of in (before, after)] for key in {**before, **after}}
    return [figure_moved(key, was, now) for key, (was, now) in values.items() if was != now]


def figure_moved(key: Key, before: Value, after: Value) -> FigureMoved:
    figure, unit = key
    return FigureMoved(
        figure=figure,
        unit=unit,
        before=_text(before),
        after=_text(after),
        difference=_difference(before, after),
        word=word(figure, before, after),
    )


def word(figure: Figure, before: Value, after: Value) -> Word:
    if before in UNKNOWN:
        return Word.FIRST_KNOWN
    if after in UNKNOWN:
        return Word.NOT_KNOWN_ANY_MORE
    if isinstance(before, str) and isinstance(after, str):
        ranks = RANKS.get(before), RANKS.get(after)
        step = 0 if ranks[0] is None or ranks[1] is None else ranks[1] - ranks[0]
    else:
        difference = _difference(before, after) or Decimal(0)
        step = (difference > 0) - (difference < 0)
        step = step if figure in MORE else -step if figure in LESS else 0
    return Word.BETTER if step > 0 else Word.WORSE if step < 0 else Word.CHANGED


def _difference(before: Value, after: Value) -> Decimal | None:
    """Of days, how many."""
    if isinstance(before, date) and isinstance(after, date):
        return Decimal((after - before).days)
    if isinstance(before, int | Decimal) and isinstance(after, int | Decimal):
        return EXACT.subtract(Decimal(after), Decimal(before))
    return None


def _text(value: Value) -> str | None:
    return plain(value) if isinstance(value, Decimal) else None if value is None else str(value)


def totals_moved(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> list[TotalMoved]:
    return [
        TotalMoved(name=name, before=was, after=now, difference=_difference(was, now))
        for name in {**before, **after}
        for was, now in [(before.get(name), after.get(name))]
    ]


@dataclass(frozen=True)
class PartMoved:
    """What moved in a part, of which at most 500 items are shown."""

    part: Part
    counts: Mapping[str, int]
    totals: Sequence[TotalMoved]
    moved: Sequence[Moved]

    @property
    def shown(self) -> Sequence[Moved]:
        return self.moved[:MOST]

    def told(self, movements: Sequence[Movement]) -> ComparedPart:
        return ComparedPart(
            part=self.part,
            **self.counts,
            totals=list(self.totals),
            movements=list(movements),
            left_out=len(self.moved) - len(movements),
        )


def compare(before: ReviewSnapshot, after: ReviewSnapshot) -> list[PartMoved]:
    was, now = columns(before), columns(after)
    return [_part(part, was[part], now[part]) for part in Part]


def _part(part: Part, before: Column, after: Column) -> PartMoved:
    found, unchanged = moved(before, after)
    counts = {str(change): sum(it.change is change for it in found) for change in Change}
    return PartMoved(
        part=part,
        counts={**counts, "unchanged": unchanged},
        totals=totals_moved(before.totals, after.totals),
        moved=found,
    )
