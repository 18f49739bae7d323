"""What moved between two snapshots, whether that is better, and which facts can explain it."""

from datetime import date
from decimal import Decimal as D
from uuid import UUID, uuid4

import pytest

from strategy.coverage.model import CoverageClass
from strategy.strategy_review import comparison
from strategy.strategy_review.causes import EXPLAINS, Fact, explained, merged, of_measures
from strategy.strategy_review.comparison import Moved, figures_moved, moved, totals_moved, word
from strategy.strategy_review.items import Column, Compared, Figures, Value
from strategy.strategy_review.terms import Change, FactKind, Success, Word
from strategy.strategy_review.terms import Figure as F

ONE, TWO = UUID(int=1), UUID(int=2)


def figures(**values: Value) -> Figures:
    return {(F(name), None): value for name, value in values.items()}


def item(id: UUID = ONE, **values: Value) -> Compared:
    return Compared(id, "label", "/link", figures(**values))


def column(*items: Compared, is_whole: bool = True) -> Column:
    return Column({it.id: it for it in items}, is_whole, {})


@pytest.mark.parametrize(
    ("figure", "before", "after", "said"),
    [
        (F.PROGRESS, D("0.2"), D("0.5"), Word.BETTER),
        (F.PROGRESS, D("0.5"), D("-0.1"), Word.WORSE),
        (F.PROGRESS, None, D(0), Word.FIRST_KNOWN),
        (F.PROGRESS, D(0), None, Word.NOT_KNOWN_ANY_MORE),
        (F.VALUE, D(3), D(4), Word.CHANGED),
        (F.GAP, D(3), D(2), Word.BETTER),
        (F.LATE, 0, 1, Word.WORSE),
        (F.FORECAST_END_ON, date(2026, 3, 1), date(2026, 4, 1), Word.WORSE),
        (F.FORECAST_END_ON, date(2026, 3, 1), date(2026, 2, 1), Word.BETTER),
        (F.PLANNED_END_ON, date(2026, 3, 1), date(2026, 2, 1), Word.CHANGED),
        (F.COVERAGE_CLASS, CoverageClass.WHITE_SPACE, CoverageClass.SERVED, Word.BETTER),
        (F.COVERAGE_CLASS, CoverageClass.SERVED, CoverageClass.OVERLAP, Word.WORSE),
        (F.COVERAGE_CLASS, CoverageClass.OVERLAP, CoverageClass.ORPHAN, Word.WORSE),
        (F.COVERAGE_CLASS, CoverageClass.ORPHAN, CoverageClass.CLOSED, Word.CHANGED),
        (F.WORD, Success.ON_THE_WAY, Success.REACHED, Word.BETTER),
        (F.WORD, Success.ON_THE_WAY, Success.NOT_MOVING, Word.WORSE),
        (F.WORD, Success.NOT_MEASURED, Success.NOT_MOVING, Word.FIRST_KNOWN),
        (F.STATUS, "ready", "executing", Word.CHANGED),
    ],
)
def test_whether_a_movement_is_better(figure: F, before: Value, after: Value, said: Word) -> None:
    assert word(figure, before, after) is said


def test_a_figure_says_by_how_much_it_moved() -> None:
    was = figures(progress=D("0.25"), forecast_end_on=date(2026, 1, 31), status="ready", late=2, value=None)
    now = figures(progress=D("0.750000"), forecast_end_on=date(2026, 3, 1), status="executing", late=2, value=D(7))
    told = [(it.figure, it.before, it.after, it.difference) for it in figures_moved(was, now)]
    assert told == [
        (F.PROGRESS, "0.25", "0.750000", D("0.500000")),
        (F.FORECAST_END_ON, "2026-01-31", "2026-03-01", D(29)),
        (F.STATUS, "ready", "executing", None),
        (F.VALUE, None, "7", None),
    ]


def test_no_exposure_is_an_exposure_of_zero_while_other_sums_are_unknown() -> None:
    (exposure,) = figures_moved({}, {(F.EXPOSURE, "CAD"): D(5)})
    assert (exposure.unit, exposure.before, exposure.difference, exposure.word) == ("CAD", "0", D(5), Word.WORSE)
    (invested,) = figures_moved({}, {(F.INVESTED, "CAD"): D(5)})
    assert (invested.before, invested.difference, invested.word) == (None, None, Word.FIRST_KNOWN)


def test_items_come_go_change_or_stay() -> None:
    three, four = UUID(int=3), UUID(int=4)
    was = column(item(ONE, late=1), item(TWO, late=1), item(three, late=1))
    now = column(item(four, late=1), item(TWO, late=2), item(ONE, late=1))
    found, unchanged = moved(was, now)
    assert [(it.item.id, it.change) for it in found] == [
        (four, Change.ADDED),
        (TWO, Change.CHANGED),
        (three, Change.REMOVED),
    ]
    assert unchanged == 1


def test_what_a_cut_list_does_not_show_may_be_there_all_the_same() -> None:
    found, _ = moved(column(is_whole=False), column(item(ONE)))
    assert [(it.change, it.figures) for it in found] == [(Change.NOT_LISTED, [])]
    found, _ = moved(column(item(ONE)), column(is_whole=False))
    assert [it.change for it in found] == [Change.NOT_LISTED]
    found, _ = moved(column(item(ONE), is_whole=False), column())
    assert [it.change for it in found] == [Change.REMOVED]


def test_totals_of_either_side_are_told() -> None:
    told = totals_moved({"count": D(3), "cost CAD": D(10)}, {"count": D(5), "cost USD": D(4)})
    assert [(it.name, it.before, it.after, it.difference) for it in told] == [
        ("count", D(3), D(5), D(2)),
        ("cost CAD", D(10), None, None),
        ("cost USD", None, D(4), None),
    ]


def changed(was: Compared, now: Compared) -> Moved:
    (found,), _ = moved(column(was), column(now))
    return found


def fact(kind: FactKind, day: int = 1, sentence: str = "It happened.") -> Fact:
    return Fact(ONE, kind, date(2026, 1, day), sentence, "/fact")


def test_a_fact_explains_only_the_figures_that_it_can() -> None:
    it = changed(item(value=D(1), progress=D(0), weight=D(1)), item(value=D(2), progress=D(1), weight=D(2)))
    told = explained(it, [fact(FactKind.READING_RECORDED), fact(FactKind.ASSET_ASSESSED)])
    assert [(cause.kind, cause.explains) for cause in told.causes] == [
        (FactKind.READING_RECORDED, [F.PROGRESS, F.VALUE])
    ]
    assert told.unexplained == [F.WEIGHT]


def test_a_target_that_was_moved_explains_progress_and_is_itself_not_explained() -> None:
    it = changed(item(target=D(80), progress=D("0.5")), item(target=D(90), progress=D("0.25")))
    told = explained(it, [])
    assert [(cause.kind, cause.on, cause.sentence, cause.explains) for cause in told.causes] == [
        (FactKind.OTHER_FIGURE, None, "Target went from 80 to 90.", [F.PROGRESS])
    ]
    assert told.unexplained == [F.TARGET]


def test_a_movement_without_a_known_cause_says_so() -> None:
    told = explained(changed(item(available=D(3)), item(available=D(5))), [])
    assert (told.causes, told.unexplained, told.more_causes) == ([], [F.AVAILABLE], False)


def test_the_latest_twenty_causes_are_shown() -> None:
    it = changed(item(value=D(1)), item(value=D(2)))
    told = explained(it, [fact(FactKind.READING_RECORDED, day) for day in range(1, 22)])
    assert [cause.on.day for cause in told.causes if cause.on] == list(range(21, 1, -1))
    assert told.more_causes


def test_an_objective_moves_because_its_measures_do() -> None:
    objective = uuid4()
    read_on = date(2026, 2, 3)
    was = Compared(TWO, "fast: Answered", "/m", figures(value=D(60), progress=D(0)), within=objective)
    now = Compared(TWO, "fast: Answered", "/m", figures(value=D(65), progress=D("0.25")), objective, since=read_on)
    facts = of_measures([changed(was, now)])
    assert [(it.kind, it.on, it.sentence) for it in facts[objective]] == [
        (FactKind.MEASURE_MOVED, read_on, "fast: Answered: Value went from 60 to 65.")
    ]


def test_facts_of_several_sources_stand_side_by_side() -> None:
    one, two = fact(FactKind.STEP_TAKEN), fact(FactKind.NEED_ASSESSED)
    assert merged({ONE: [one]}, {ONE: [two], TWO: [one]}) == {ONE: [one, two], TWO: [one]}


def test_every_kind_of_fact_explains_something() -> None:
    assert set(FactKind) - {FactKind.OTHER_FIGURE} == set(EXPLAINS)
    assert all(EXPLAINS.values())


def test_figures_are_better_one_way_or_neither() -> None:
    assert not comparison.MORE & comparison.LESS
