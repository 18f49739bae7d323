"""Columns that stand for each other, numbers that depend on the kind of row, columns whose names nobody knows yet."""

import pytest

from chassis.problems import ColumnsDiffer
from chassis.table_rows import Accepted
from tests.chassis.files import read
from tests.chassis.test_tabular import only_rejection, only_row


async def test_the_first_of_several_columns_that_has_a_value_is_taken() -> None:
    rule = {"first_of": ["Net", "Gross"], "kind": "number"}
    outcomes = await read("Net;Gross\n1;2\n;3\n", {"delimiter": ";", "fields": {"amount": rule}})
    assert [it.values["amount"] for it in outcomes if isinstance(it, Accepted)] == ["1", "3"]


async def test_a_file_needs_only_one_of_the_columns_that_may_stand_for_each_other() -> None:
    rule = {"first_of": ["Net", "Gross"], "kind": "number"}
    assert await only_row("Gross\n3\n", {"fields": {"amount": rule}}) == {"amount": "3"}
    with pytest.raises(ColumnsDiffer, match="'Net'"):
        await read("Sum\n3\n", {"fields": {"amount": rule}})


async def test_words_that_are_not_translated_have_one_word_in_common() -> None:
    rule = {"column": "kind", "translate": {"U": "Usage"}, "otherwise": "Adjustment"}
    outcomes = await read("kind;n\nU;1\nR;1\n;1\n", {"delimiter": ";", "fields": {"code": rule}})
    assert [it.values.get("code") for it in outcomes if isinstance(it, Accepted)] == ["Usage", "Adjustment", None]


CASES = [
    {"column": "kind", "one_of": ["fee"], "filled": "plan"},
    {"column": "kind", "one_of": ["rest"], "add": ["promised"], "less": ["used"]},
]


@pytest.mark.parametrize(
    ("row", "amount"), [("use;5;;9;1", "5"), ("fee;5;p;9;1", "0"), ("fee;5;;9;1", "5"), ("rest;5;;9;1.5", "7.5")]
)
async def test_what_a_number_is_made_of_depends_on_the_kind_of_row(row: str, amount: str) -> None:
    rule = {"column": "cost", "kind": "number", "cases": CASES}
    body = f"kind;cost;plan;promised;used\n{row}\n"
    assert await only_row(body, {"delimiter": ";", "fields": {"amount": rule}}) == {"amount": amount}


@pytest.mark.parametrize(("row", "column"), [("rest;5;9;x", "used"), ("rest;5;9", "used")])
async def test_a_case_never_takes_what_it_cannot_read_for_nothing(row: str, column: str) -> None:
    rule = {"column": "cost", "kind": "number", "cases": CASES}
    header = "kind;cost;promised;used" if row.count(";") == 3 else "kind;cost;promised"
    rejection = await only_rejection(f"{header}\n{row}\n", {"delimiter": ";", "fields": {"amount": rule}})
    assert rejection.column == column


async def test_columns_that_begin_alike_are_kept_whatever_they_are_called() -> None:
    mapping = {"fields": {"code": {"column": "code"}}, "keep_starting_with": ["tags/"]}
    [row] = await read("code,tags/a,other,tags/b\n1,x,y,z\n", mapping)
    assert isinstance(row, Accepted)
    assert row.kept == {"tags/a": "x", "tags/b": "z"}
