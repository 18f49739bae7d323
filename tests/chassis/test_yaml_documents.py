"""Bodies of YAML and JSON: bounded, with one meaning only, and back again as they were."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.problems import BodyTooLarge, MalformedBody
from chassis.yaml_documents import MAX_DEPTH, MAX_DOCUMENTS, read_json, read_yaml, write_yaml


def test_texts_stay_texts_whatever_yaml_would_make_of_them() -> None:
    body = b"a: 1.0\nb: yes\nc: 2026-01-31\nd: .nan\ne: 0x10\nf: 1_000\ng: 'null'\nh: 12:30:00\n"
    assert read_yaml(body) == [
        {
            "a": "1.0",
            "b": "yes",
            "c": "2026-01-31",
            "d": ".nan",
            "e": "0x10",
            "f": "1_000",
            "g": "null",
            "h": "12:30:00",
        }
    ]


def test_nothing_is_null_and_empty_documents_are_none() -> None:
    assert read_yaml(b"---\n---\na:\nb: ~\nc: null\nd: ''\n---\n# end\n") == [
        {"a": None, "b": None, "c": None, "d": ""}
    ]
    assert read_yaml(b"") == []


def test_a_byte_order_mark_is_no_text() -> None:
    assert read_yaml(b"\xef\xbb\xbfa: b") == [{"a": "b"}]


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        ("a: &x [1]\nb: *x\n", 1, "anchors"),
        ("a: b\nb: *x\n", 2, "aliases"),
        ("a: !!python/object/apply:os.system [id]\n", 1, "tags"),
        ("a: !!binary aGk=\n", 1, "tags"),
        ("a: b\n<<: {c: d}\n", 2, "a key is a text"),
        ("a: 1\nb: 2\na: 3\n", 3, "stands twice"),
        ("? [a]\n: b\n", 1, "a key is a text"),
        ("? {a: b}\n: b\n", 1, "a key is a text"),
        ("~: b\n", 1, "a key is a text"),
        ("a:\n\t- b\n", 2, "token"),
        ("a: [1, 2\n", 2, "expected"),
        ('a: "\\0"\n', 1, "NUL"),
        ('a: "\\ud800"\n', 1, "invalid Unicode"),
        ("%YAML 3.0\n---\na\n", 1, "incompatible"),
        ("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH, 1, "nested"),
        ("a: " + "{a: " * 100_000, 1, "nested"),
    ],
)
def test_what_has_two_meanings_or_hides_something_is_refused_with_its_line(body: str, line: int, reason: str) -> None:
    with pytest.raises(MalformedBody) as refused:
        read_yaml(body.encode())
    assert refused.value.context == {"line": line}
    assert reason in refused.value.detail


@pytest.mark.parametrize(
    ("body", "reason"), [(b"a: \xff", "UTF-8"), ("a: b".encode("utf-16"), "UTF-8"), (b"a: \x00", "control characters")]
)
def test_what_is_no_text_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedBody, match=reason):
        read_yaml(body)


@pytest.mark.parametrize("read", [read_yaml, read_json])
def test_as_deep_as_allowed_is_read_and_one_deeper_is_not(read: Any) -> None:
    def nested(depth: int) -> bytes:
        return json.dumps([{"a": json.loads("[" * (depth - 1) + "]" * (depth - 1))}]).encode()

    outer = 1 if read is read_yaml else 0  # of JSON the outermost list is not itself a document
    assert len(read(nested(MAX_DEPTH - outer))) == 1
    with pytest.raises(MalformedBody, match="nested"):
        read(nested(MAX_DEPTH - outer + 1))


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (read_yaml, b"--- a\n" * (MAX_DOCUMENTS + 1)),
        (read_yaml, b"- a\n" * 250_001),
        (read_json, b"[" + b"{}," * MAX_DOCUMENTS + b"{}]"),
        (read_json, b"[[" + b"1," * 250_000 + b"1]]"),
    ],
)
def test_more_than_is_taken_at_a_time_is_refused(read: Any, body: bytes) -> None:
    with pytest.raises(BodyTooLarge):
        read(body)


def test_json_is_one_document_a_list_or_a_page_of_items() -> None:
    assert read_json(b'{"kind": "A", "items": [1]}') == [{"kind": "A", "items": ["1"]}]
    assert read_json(b'[{"a": 1e999999, "b": true}, {"c": null}]') == [{"a": "1e999999", "b": True}, {"c": None}]
    assert read_json(b'{"items": [{"a": "b"}], "totalItems": 1}') == [{"a": "b"}]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"a": NaN}', "not a number"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"a\\u0000": "b"}', "NUL"),
        (b'{"a": ["\\ud800"]}', "surrogate"),
        (b"[" * 100_000, "nested"),
        (b"", "not valid JSON"),
        (b"\xff", "UTF-8"),
    ],
)
def test_json_that_cannot_be_kept_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedBody, match=reason):
        read_json(body)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
values = st.recursive(
    st.none() | texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)
documents = st.lists(st.dictionaries(texts.filter(lambda text: text != "<<"), values), max_size=4)


@settings(deadline=None)
@given(documents)
def test_what_is_written_reads_as_it_was(said: list[Any]) -> None:
    assert read_yaml(write_yaml(said).encode()) == said


@settings(deadline=None)
@given(documents)
def test_another_reader_takes_it_for_the_same(said: list[Any]) -> None:
    assert list(yaml.safe_load_all(write_yaml(said))) == said


@pytest.mark.parametrize(
    "text", ["0o17", "1e3", "0x1F", "12:30", "null", "yes", "~", "", "-", "2026-01-01", "#", ".inf"]
)
def test_texts_that_some_version_of_yaml_takes_for_others_are_quoted(text: str) -> None:
    written = write_yaml([{"a": text}])
    assert written in (f'---\na: "{text}"\n', f"---\na: '{text}'\n")


def test_the_same_twice_is_written_out_twice() -> None:
    shared = ["x"]
    assert "*" not in write_yaml([{"a": shared, "b": shared}])
