"""How alike names are: known answers of PostgreSQL's documentation and by hand, and nothing alike is missed."""

from fractions import Fraction
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import uuid7
from strategy.customer_match import likeness as module
from strategy.customer_match.likeness import likeness, near, trigrams

LEAST = Fraction(6, 10)


def alike(one: str, other: str) -> Fraction:
    return likeness(trigrams(one), trigrams(other))


def pairs(*names: str, least: Fraction = LEAST) -> set[frozenset[str]]:
    by_id = {uuid7(): name for name in names}
    return {frozenset({by_id[pair.one], by_id[pair.other]}) for pair in near(by_id, least=least).pairs}


def test_the_trigrams_of_a_word_begin_with_two_blanks_and_end_with_one() -> None:
    assert trigrams("Cat") == {"  c", " ca", "cat", "at "}  # the example of the PostgreSQL documentation, F.35
    assert trigrams("foo|bar") == {"  f", " fo", "foo", "oo ", "  b", " ba", "bar", "ar "}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("word", "two words", Fraction(4, 11)),  # 0.363636 in the PostgreSQL documentation
        ("Health Canada", "Canada, HEALTH", Fraction(1)),
        ("Café", "cafe\u0301", Fraction(1)),
        ("Cafe", "Café", Fraction(1)),
        ("abc", "xyz", Fraction(0)),
        ("cat", "cats", Fraction(3, 6)),  # "  c", " ca", "cat" of those and "at ", "ats", "ts "
        ("--", "--", Fraction(0)),
    ],
)
def test_the_likeness_is_what_is_shared_of_all(one: str, other: str, expected: Fraction) -> None:
    assert alike(one, other) == alike(other, one) == expected


def test_spellings_are_found_and_others_are_not() -> None:
    found = pairs(
        "Canada Revenue Agency",
        "Canadian Revenue Agency",
        "Agency, Canada Revenue",
        "Canadian Space Agency",
        "Department of Health",
    )
    assert frozenset({"Canada Revenue Agency", "Canadian Revenue Agency"}) in found
    assert frozenset({"Canada Revenue Agency", "Agency, Canada Revenue"}) in found
    assert not any("Department of Health" in pair or "Canadian Space Agency" in pair for pair in found)


def test_names_with_different_numbers_are_two() -> None:
    assert pairs("Regional office 1", "Regional office 2", "Regional offices 2") == {
        frozenset({"Regional office 2", "Regional offices 2"})
    }


NAMES = st.lists(st.text("abcd ", min_size=1, max_size=12), min_size=2, max_size=12)


@given(NAMES, st.fractions(Fraction(4, 10), 1))
def test_no_pair_that_is_alike_enough_is_missed(names: list[str], least: Fraction) -> None:
    by_id = {UUID(int=number): name for number, name in enumerate(names)}
    expected = {(one, other) for one, other in combinations(by_id, 2) if alike(by_id[one], by_id[other]) >= least > 0}
    found = near(by_id, least=least)
    assert {(pair.one, pair.other) for pair in found.pairs} == expected
    assert found.complete


def test_a_search_that_is_not_complete_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {uuid7(): name for name in ("same", "same.", "same-", "same!")}
    monkeypatch.setattr(module, "MOST_COMPARISONS", 3)
    found = near(names, least=LEAST)
    assert (len(found.pairs), found.complete) == (3, False)  # the fourth name is not compared any more


def test_many_names_take_few_comparisons() -> None:
    """Of 2,000 offices, each of two towns out of 200, in 1,999,000 pairs."""
    towns = [f"{a}{b}{c}ville" for a in "bdfgk" for b in "aeiou" for c in "lmnprstv"]
    names = {uuid7(): f"Office of {towns[n % 200]} and {towns[(7 * n + n // 200) % 200]}" for n in range(2000)}
    found = near(names, least=Fraction(9, 10))
    assert found.complete
    assert found.compared < 200_000
