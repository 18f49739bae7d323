"""When two names mean one customer, and the code that a name gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.customer.naming import MAX_CODE, code_for, normalized


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Cafe\u0301", "café"),
        ("Ａｃｍｅ", "acme"),
        ("Acme\u00a0 Inc", "acme inc"),
        ("Ac\u200bme", "Acme"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)


@pytest.mark.parametrize(("one", "other"), [("Acme", "Acmé"), ("Acme 1", "Acme 2"), ("A B", "AB"), ("A-B", "A B")])
def test_different_names_differ(one: str, other: str) -> None:
    assert normalized(one) != normalized(other)


@given(st.text(max_size=50))
def test_a_normalized_name_is_its_own_normal_form(name: str) -> None:
    assert normalized(normalized(name)) == normalized(name)


def test_a_name_without_visible_signs_is_empty() -> None:
    assert normalized("\u200b \u2060\u00a0") == ""


@pytest.mark.parametrize(
    ("name", "code"),
    [("Café & Co.", "cafe-co"), ("Natural Resources", "natural-resources"), ("財務省", ""), ("-", "")],
)
def test_a_code_is_made_of_latin_letters_and_digits(name: str, code: str) -> None:
    assert code_for(name) == code


@given(st.text())
def test_a_code_is_short_and_clean(name: str) -> None:
    code = code_for(name)
    assert len(code) <= MAX_CODE
    assert code == code.strip("-")
    assert set(code) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
