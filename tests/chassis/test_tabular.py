"""How somebody's CSV file becomes rows of fields: marks, dates, words for nothing, and all that can be broken."""

import csv
import gzip
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis import records
from chassis.problems import ColumnsDiffer, FileUnreadable
from chassis.table_rows import Accepted, Rejection
from chassis.tabular import Mapping
from tests.chassis.files import read


async def only_row(body: bytes | str, mapping: dict[str, Any] | None = None) -> dict[str, str]:
    [outcome] = await read(body, mapping)
    assert isinstance(outcome, Accepted), outcome
    return outcome.values


async def only_rejection(body: bytes | str, mapping: dict[str, Any] | None = None) -> Rejection:
    [outcome] = await read(body, mapping)
    assert isinstance(outcome, Rejection), outcome
    return outcome


def amounts(**options: Any) -> dict[str, Any]:
    rule = {"column": "Betrag", "kind": "number", **options.pop("rule", {})}
    return {"delimiter": ";", "fields": {"amount": rule}, **options}


async def test_without_a_mapping_columns_are_called_as_fields_are() -> None:
    assert await only_row("code,amount\r\nA1,12.50\r\n") == {"code": "A1", "amount": "12.50"}


async def test_an_unknown_column_is_refused_without_a_mapping() -> None:
    with pytest.raises(ColumnsDiffer, match="unknown column 'onwer'"):
        await read("code,onwer\nA,B\n")


async def test_a_missing_column_is_refused_by_name() -> None:
    with pytest.raises(ColumnsDiffer, match="'Betrag'"):
        await read("Summe\n1\n", amounts())


async def test_a_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(ColumnsDiffer, match="more than once"):
        await read("Betrag;Betrag\n1;2\n", amounts())


@pytest.mark.parametrize(
    ("text", "shown"),
    [("short", "short"), ("just\n ten ", "just ten"), ("1234567890", "1234567890"), ("12345678 01", "12345678…")],
)
async def test_a_long_text_is_shortened_to_one_line_where_the_mapping_says_so(text: str, shown: str) -> None:
    rule = {"column": "name", "shorten_to": 10}
    assert await only_row(f'name\n"{text}"\n', {"fields": {"name": rule}}) == {"name": shown}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
async def test_a_byte_order_mark_is_not_part_of_the_first_name(encoding: str) -> None:
    assert await only_row("code\nÄ1\n".encode(encoding)) == {"code": "Ä1"}


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "latin-1"])
async def test_other_encodings_are_read_when_the_mapping_says_so(encoding: str) -> None:
    mapping = {"encoding": encoding, "fields": {"code": {"column": "Größe"}}}
    assert await only_row("Größe\né\n".encode(encoding), mapping) == {"code": "é"}


async def test_text_in_another_encoding_is_refused_with_its_line() -> None:
    with pytest.raises(FileUnreadable, match="utf-8") as refused:
        await read("code\nA\nGröße\n".encode("latin-1"), size=3)
    assert refused.value.context["line"] in (2, 3)


@pytest.mark.parametrize(
    ("text", "options", "number"),
    [
        ("1234,5", {"decimal_mark": ","}, "1234.5"),
        ("1.234.567,89", {"decimal_mark": ",", "thousands_mark": "."}, "1234567.89"),
        ("-1'234.50", {"thousands_mark": "'"}, "-1234.50"),
        ("1\u202f234,50", {"decimal_mark": ",", "thousands_mark": "\u202f"}, "1234.50"),
        ("1234", {"thousands_mark": ","}, "1234"),
        ("21975173.529999997", {"rule": {"round_to": 2}}, "21975173.53"),
        ("-2.345", {"rule": {"round_to": 2}}, "-2.35"),
        ("53760.0", {"rule": {"round_to": 2}}, "53760.0"),
        ("5.5E-7", {}, "0.00000055"),
        ("00.10", {}, "0.10"),
        ("65.97385080000000", {}, "65.973850800000"),
    ],
)
async def test_numbers_are_read_by_their_marks(text: str, options: dict[str, Any], number: str) -> None:
    assert await only_row(f"Betrag\n{text}\n", amounts(**options)) == {"amount": number}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("12.50", {"decimal_mark": ",", "thousands_mark": "."}),
        ("12.50", {"decimal_mark": ","}),
        ("1,2,3", {"thousands_mark": ","}),
        ("NaN", {}),
        ("1e999999999", {}),
        ("9" * 60, {}),
        ("zwölf", {}),
        ("--1", {}),
    ],
)
async def test_a_number_that_cannot_be_read_is_rejected_with_its_text(text: str, options: dict[str, Any]) -> None:
    rejection = await only_rejection(f"Betrag\n{text}\n", amounts(**options))
    assert (rejection.line, rejection.column) == (2, "Betrag")
    assert text[:12] in rejection.reason
    assert len(rejection.reason) < 200


async def test_dates_are_read_by_the_first_format_that_fits() -> None:
    mapping = {"date_formats": ["%d.%m.%Y", "%Y-%m-%d %H:%M:%S"], "fields": {"on": {"column": "Datum", "kind": "date"}}}
    read_rows = await read("Datum\n31.01.2024\n2024-02-29 23:59:59\n30.02.2024\n", mapping)
    assert [row.values["on"] for row in read_rows if isinstance(row, Accepted)] == ["2024-01-31", "2024-02-29"]
    assert isinstance(read_rows[2], Rejection)
    assert "'30.02.2024'" in read_rows[2].reason


@pytest.mark.parametrize("form", ["%Y-%m", "%H:%M", "%d.%m", "nothing", "%Q"])
def test_a_date_format_must_name_a_day(form: str) -> None:
    with pytest.raises(ValidationError):
        Mapping.model_validate({"date_formats": [form], "fields": {"on": {"column": "x", "kind": "date"}}})


async def test_null_words_are_empty_values_and_others_are_not() -> None:
    mapping = amounts(null_words=["NULL", "n/a", "*"])
    read_rows = await read("Betrag;x\nNULL;1\nn/a;1\n*;1\n;1\nNA;1\n", mapping)
    assert [row.values for row in read_rows if isinstance(row, Accepted)] == [{}, {}, {}, {}]
    assert isinstance(read_rows[4], Rejection)


async def test_an_empty_value_takes_the_default_or_is_rejected_where_it_is_required() -> None:
    assert await only_row("Betrag;x\n;1\n", amounts(rule={"default": "0.00"})) == {"amount": "0.00"}
    rejection = await only_rejection("Betrag;x\n;1\n", amounts(rule={"required": True}))
    assert rejection == Rejection(2, "Betrag", "amount is empty")


async def test_a_field_can_be_a_constant_or_joined_or_translated() -> None:
    mapping = {
        "fields": {
            "code": {"columns": ["a", "b"], "separator": "-"},
            "amount": {"constant": "CAD"},
            "on": {"column": "b", "translate": {"1.0": "01"}, "prefix": "SO", "suffix": "!"},
        },
        "keep": ["c"],
    }
    [row] = await read("a,b,c\nX,1.0,kept\n", mapping)
    assert row == Accepted(2, {"code": "X-1.0", "amount": "CAD", "on": "SO01!"}, {"c": "kept"})


async def test_rows_outside_the_filter_and_empty_or_zero_ones_are_skipped() -> None:
    mapping = amounts(
        delimiter=",",
        only=[{"column": "dept", "one_of": ["SHARE"]}],
        skip_if_empty=["Betrag"],
        skip_if_zero=["Betrag"],
    )
    rows = await read("dept,Betrag\nOTHER,1\nSHARE,\nSHARE,0.00\nSHARE,x\nSHARE,7\n", mapping)
    assert rows[:3] == [None, None, None]
    assert isinstance(rows[3], Rejection)
    assert rows[4] == Accepted(6, {"amount": "7"}, {})


async def test_rows_with_one_of_certain_values_are_left_out() -> None:
    left = {"leave_out": [{"column": "code", "one_of": ["B"]}], "fields": {"code": {"column": "code"}}}
    rows = await read("code\nA\nB\nC\n", left)
    assert [row.values["code"] if isinstance(row, Accepted) else row for row in rows] == ["A", None, "C"]


@pytest.mark.parametrize("text", ["$3,794,700", "3,794,700 $", "$ 3,794,700"])
async def test_a_currency_sign_before_or_after_a_number_is_passed_over(text: str) -> None:
    amount = {"column": "amount", "kind": "number", "currency_sign": "$"}
    mapping = {"thousands_mark": ",", "delimiter": ";", "fields": {"amount": amount}}
    assert (await only_row(f"amount\n{text}\n", mapping))["amount"] == "3794700"


async def test_a_column_that_other_versions_of_the_file_lack_is_kept_if_it_is_there() -> None:
    fields = {"code": {"column": "a"}, "amount": {"column": "c", "if_there": True}}
    mapping = {"fields": fields, "keep_if_there": ["b", "c"]}
    assert await read("a,b\n1,2\n", mapping) == [Accepted(2, {"code": "1"}, {"b": "2"})]


async def test_lines_above_the_header_and_a_missing_header_are_described() -> None:
    fields = {"code": {"column": "b"}}
    assert await only_row("Report of May\n\na,b\n1,2\n", {"skip_lines": 1, "fields": fields}) == {"code": "2"}
    assert await only_row("1,2\n", {"header": ["a", "b"], "fields": fields}) == {"code": "2"}


async def test_a_quoted_value_may_hold_the_delimiter_quotes_and_line_breaks() -> None:
    rows = await read('code,amount\n"A, ""B""\n\nC",1\nD,2\n')
    assert [row.line for row in rows if isinstance(row, Accepted)] == [2, 5]
    assert isinstance(rows[0], Accepted)
    assert rows[0].values["code"] == 'A, "B"\n\nC'


@pytest.mark.parametrize(
    ("body", "line"), [('code\nA\n"B\nC\n', 3), ('code\n"A"B\nC\n', 2), ('code\nA\n"B', 3), ("code\nA\rB\nC\n", 2)]
)
async def test_broken_quotes_are_an_error_with_the_line(body: str, line: int) -> None:
    with pytest.raises(FileUnreadable) as refused:
        await read(body)
    assert refused.value.context["line"] == line


@pytest.mark.parametrize("row", ["A,1,2", "A", "A\x00,1"])
async def test_a_row_with_other_columns_or_a_nul_is_rejected_as_a_whole(row: str) -> None:
    rejection = await only_rejection(f"code,amount\n{row}\n")
    assert (rejection.line, rejection.column) == (2, "")


@pytest.mark.parametrize("body", ["", "\n\n", "a"])
async def test_a_file_without_a_header_is_refused(body: str) -> None:
    with pytest.raises((FileUnreadable, ColumnsDiffer)):
        await read(body)


async def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_RECORD_CHARS", 1_000)
    with pytest.raises(FileUnreadable, match="Line 2 is too long"):
        await read("code\n" + "A" * 2_000, size=100)
    with pytest.raises(FileUnreadable, match="a quote is not closed"):
        await read('code\n"' + "A\n" * 2_000, size=100)


@pytest.mark.parametrize(
    "mapping",
    [
        {"fields": {}},
        {"fields": {"a": {}}},
        {"fields": {"a": {"column": "x", "constant": "y"}}},
        {"fields": {"a": {"column": "x", "round_to": 2}}},
        {"fields": {"a": {"column": "x", "kind": "number", "shorten_to": 9}}},
        {"fields": {"a": {"column": "x"}}, "delimiter": ";;"},
        {"fields": {"a": {"column": "x"}}, "delimiter": '"'},
        {"fields": {"a": {"column": "x"}}, "delimiter": "\n"},
        {"fields": {"a": {"column": "x"}}, "thousands_mark": "."},
        {"fields": {"a": {"column": "x"}}, "encoding": "ebcdic"},
        {"fields": {"a": {"column": "x"}}, "unheard": 1},
        {"fields": {"A b": {"column": "x"}}},
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(mapping: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Mapping.model_validate(mapping)


texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\r"), max_size=20)


@given(st.lists(st.tuples(texts, texts), max_size=20), st.integers(1, 200), st.booleans(), st.sampled_from(",;\t|"))
async def test_what_a_spreadsheet_writes_is_read_back(
    rows: list[tuple[str, str]], size: int, packed: bool, delimiter: str
) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    body = gzip.compress(file.getvalue().encode()) if packed else file.getvalue().encode()
    mapping = {"delimiter": delimiter, "fields": {"code": {"column": "a"}, "on": {"column": "b"}}}
    found = [
        (row.values.get("code", ""), row.values.get("on", ""))
        for row in await read(body, mapping, size=size)
        if row and isinstance(row, Accepted)
    ]
    assert found == [(a.strip(), b.strip()) for a, b in rows]


@given(st.decimals(-(10**20), 10**20, places=4, allow_nan=False), st.sampled_from([(",", "."), (".", ","), (",", " ")]))
async def test_an_amount_survives_its_marks(amount: Decimal, marks: tuple[str, str]) -> None:
    point, mark = marks
    text = f"{amount:,f}".translate({ord(","): mark, ord("."): point})
    values = await only_row(f"Betrag\n{text}\n", amounts(decimal_mark=point, thousands_mark=mark))
    assert Decimal(values["amount"]) == amount
