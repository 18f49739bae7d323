"""Names, labels, tags and references of descriptors, by their published rules."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chassis.descriptors import Key, LabelValue, Name, Namespace, Reference, Tag, Url, is_reference, name_for

RULES: dict[str, tuple[Any, list[str], list[str]]] = {
    "name": (
        Name,
        ["a", "A1", "visits-tracking-service", "CircleciBuildsDumpV2_avro_gcs", "a.b", "a" * 63],
        ["", "-a", "a-", "a b", "a/b", "a:b", "é", "a" * 64, "a\n", ".", "_a"],
    ),
    "namespace": (Namespace, ["default", "tracking-services", "A1"], ["", "a--b", "-a", "a_b", "a.b", "a" * 64]),
    "key": (
        Key,
        ["a", "backstage.io/managed-by", "a-b.c/D_e.f", "steward/code", "a" * 63, "a.b/" + "c" * 63],
        ["", "/a", "a/", "A.org/b", "a/b/c", "a..b/c", "a b", "a" * 64, "-a.org/b", f"{'a.' * 126}ab/c"],
    ),
    "label value": (LabelValue, ["", "go1.15.3", "music"], ["a b", "-", "a" * 64]),
    "tag": (Tag, ["java", "c++", "c#", "go:1", "a-b", "a" * 63], ["", "Java", "a b", "a.b", "a--b", "-a", "a" * 64]),
    "URL": (Url, ["https://example.org", "http://a/b?c#d", "mailto:a@example.org"], ["", "a", "/b", "example.org"]),
}


@pytest.mark.parametrize(("kind", "good", "bad"), RULES.values(), ids=RULES)
def test_what_keeps_the_rule_is_taken_and_what_breaks_it_is_not(kind: Any, good: list[str], bad: list[str]) -> None:
    rule: TypeAdapter[str] = TypeAdapter(kind)
    assert [rule.validate_python(text).lower() for text in good] == [text.lower() for text in good]
    for text in bad:
        with pytest.raises(ValidationError):
            rule.validate_python(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a", "component:labs/a"),
        ("API:a", "api:labs/a"),
        ("other/a", "component:other/a"),
        ("resource:other/a.B", "resource:other/a.b"),
        ("other/a:b", "component:other/a:b"),
    ],
)
def test_a_reference_leaves_out_what_goes_without_saying(text: str, meant: str) -> None:
    assert Reference.parse(text, kind="Component", namespace="labs").key == meant


@pytest.mark.parametrize("text", ["", ":", "a:", ":a", "/a", "a/", "a:/b", "a:b/", "a"])
def test_a_reference_names_all_that_is_needed(text: str) -> None:
    with pytest.raises(ValueError, match="a reference has the form"):
        Reference.parse(text)


def test_a_text_with_other_letters_could_not_name_an_entity() -> None:
    assert all(map(is_reference, ["user:guest", "team-a", "group:labs/team-a"]))
    assert not any(map(is_reference, ["Head of workplace", "a@example.org", "", "a:b:c", "a/b/c", "1:a"]))


def test_a_text_that_is_a_name_stays_it_and_another_gets_a_mark() -> None:
    """The eight letters are the first of: printf %s TEXT | sha256sum"""
    assert name_for("Mail_1.x") == "Mail_1.x"
    assert name_for("mail", marked=True) == "mail-00d8d3f1"
    assert name_for("Head of workplace") == "Head-of-workplace-70afe3e6"
    assert name_for("部") == "1ecd10d4"


@given(st.text(min_size=1, max_size=80))
def test_whatever_the_text_its_name_keeps_the_rule(text: str) -> None:
    name = name_for(text, marked=True)
    assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?", name)
