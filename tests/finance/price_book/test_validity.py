"""A range of fiscal periods is cut where versions begin and end, and no day is lost."""

from datetime import date
from uuid import UUID, uuid4

from finance.price_book.validity import Segment, Validity, segments

APRIL, MAY, JUNE = date(2025, 4, 1), date(2025, 5, 1), date(2025, 6, 1)
TWO_MONTHS = [(APRIL, MAY), (MAY, JUNE)]
FIRST, SECOND = uuid4(), uuid4()


def told(found: list[Segment]) -> list[tuple[str, str, UUID | None]]:
    return [(f"{each.starts_on:%m-%d}", f"{each.ends_on:%m-%d}", each.version_id) for each in found]


def test_a_version_that_holds_throughout_is_cut_at_the_periods_only() -> None:
    found = segments(TWO_MONTHS, [Validity(FIRST, date(2020, 1, 1), None)])
    assert told(found) == [("04-01", "05-01", FIRST), ("05-01", "06-01", FIRST)]
    assert [each.period_days for each in found] == [30, 31]


def test_a_change_within_a_month_makes_two_parts_of_it() -> None:
    changed = date(2025, 4, 11)
    found = segments(TWO_MONTHS, [Validity(FIRST, APRIL, changed), Validity(SECOND, changed, None)])
    assert told(found)[:2] == [("04-01", "04-11", FIRST), ("04-11", "05-01", SECOND)]
    assert [each.days_until(None) for each in found] == [10, 20, 31]


def test_days_without_a_version_are_a_part_of_their_own() -> None:
    found = segments(TWO_MONTHS, [Validity(FIRST, date(2025, 4, 11), date(2025, 4, 21))])
    assert told(found) == [
        ("04-01", "04-11", None),
        ("04-11", "04-21", FIRST),
        ("04-21", "05-01", None),
        ("05-01", "06-01", None),
    ]


def test_a_version_that_was_superseded_as_a_whole_holds_nowhere() -> None:
    found = segments(TWO_MONTHS, [Validity(FIRST, APRIL, APRIL), Validity(SECOND, APRIL, None)])
    assert {each.version_id for each in found} == {SECOND}


def test_a_service_that_ends_has_no_more_days() -> None:
    (april, may) = segments(TWO_MONTHS, [])
    assert april.days_until(date(2025, 4, 16)) == 15
    assert may.days_until(date(2025, 4, 16)) == 0
