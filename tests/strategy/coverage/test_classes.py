"""The class and the weight of a need or a service: known answers, and a fact only when the class changes."""

from datetime import date

import pytest

from chassis.ids import uuid7
from strategy.coverage.events import CoverageChanged
from strategy.coverage.model import Coverage, CoverageClass, Judged, SubjectKind

DAY = date(2026, 1, 15)
C = CoverageClass


def judged(wanted: bool, offerings: int) -> Judged:
    return Judged(label="mail", is_wanted=wanted, offerings=offerings, stakes=8, opening=13)


@pytest.mark.parametrize(
    ("wanted", "offerings", "need", "service"),
    [
        (True, 0, (C.WHITE_SPACE, 13), (C.ORPHAN, 13)),
        (True, 1, (C.SERVED, 0), (C.SERVED, 0)),
        (True, 2, (C.OVERLAP, 8), (C.OVERLAP, 8)),
        (True, 4, (C.OVERLAP, 24), (C.OVERLAP, 8)),
        (False, 0, (C.CLOSED, 0), (C.CLOSED, 0)),
        (False, 1, (C.SERVED, 0), (C.CLOSED, 0)),  # a need that is met by its offering; a service that is not running
        (False, 3, (C.OVERLAP, 16), (C.CLOSED, 0)),
    ],
)
def test_each_case_has_a_class_and_a_weight(
    wanted: bool, offerings: int, need: tuple[C, int], service: tuple[C, int]
) -> None:
    case = judged(wanted, offerings)
    assert (case.in_class(SubjectKind.NEED), case.weight(SubjectKind.NEED)) == need
    assert (case.in_class(SubjectKind.SERVICE), case.weight(SubjectKind.SERVICE)) == service


def test_who_stays_in_its_class_announces_nothing() -> None:
    coverage = Coverage(subject_kind=SubjectKind.NEED, subject_id=uuid7(), coverage_class=None, since=DAY)
    for offerings in (0, 0, 2, 3):
        coverage.judge(judged(True, offerings), on=DAY)
    facts = [fact for _, fact, _ in coverage.recorded if isinstance(fact, CoverageChanged)]
    assert [(fact.before, fact.coverage_class, fact.weight) for fact in facts] == [
        (None, "white_space", 13),
        ("white_space", "overlap", 8),
    ]
