"""Amounts are exact, bounded and always in a currency."""

import csv
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.json_schema import models_json_schema

from chassis.money import (
    MINOR_UNITS,
    Amount,
    Currency,
    CurrencyMismatch,
    Money,
    NonNegativeAmount,
    PositiveAmount,
    Quantity,
    minor_unit,
    plain,
)
from tests.chassis.numbers import D, amounts, public

amount = TypeAdapter[Decimal](Amount)
positive = TypeAdapter[Decimal](PositiveAmount)
non_negative = TypeAdapter[Decimal](NonNegativeAmount)
quantity = TypeAdapter[Decimal](Quantity)
currency = TypeAdapter[str](Currency)


# Amounts in JSON


@pytest.mark.parametrize("text", ["0", "-12.34", "1234.50", "9" * 20 + "." + "9" * 12])
def test_an_amount_travels_unchanged_as_a_string(text: str) -> None:
    read = amount.validate_json(json.dumps(text))
    assert read == D(text)
    assert amount.dump_json(read) == json.dumps(text).encode()


@pytest.mark.parametrize(
    "body",
    [
        *("1", "1.5", "1e999999", "true", "null", "NaN", "[]"),
        *('"NaN"', '"Infinity"', '"-Infinity"', '"1e3"', '"1E+3"', '"0x1"', '"\\u0661"', '"1\\u0000"'),
        *('""', '"."', '".5"', '"5."', '"+5"', '" 5"', '"5 "', '"5\\n"', '"1_000"', '"1,5"', '"--1"'),
        *(f'"{"9" * 21}"', f'"0.{"1" * 13}"', f'"{"9" * 100_000}"'),
    ],
)
def test_an_amount_that_is_not_a_bounded_plain_string_is_refused(body: str) -> None:
    with pytest.raises(ValidationError):
        amount.validate_json(body)


@pytest.mark.parametrize(
    "value", [1, 1.5, True, None, D("NaN"), D("sNaN"), D("Infinity"), D("1e999999"), D("1e-999999")]
)
def test_python_may_give_a_bounded_decimal_but_no_other_number(value: object) -> None:
    with pytest.raises(ValidationError):
        amount.validate_python(value)


@given(amounts)
def test_a_decimal_from_a_row_survives_the_way_out_and_back(value: Decimal) -> None:
    assert amount.validate_json(amount.dump_json(amount.validate_python(value))) == value


def test_a_decimal_from_a_row_may_end_in_zeros_beyond_the_last_allowed_decimal_but_not_in_digits() -> None:
    assert amount.dump_json(amount.validate_python(D("2.5000000000000000"))) == b'"2.500000000000"'
    assert amount.dump_json(amount.validate_python(D("1E+3"))) == b'"1000"'
    with pytest.raises(ValidationError):
        amount.validate_python(D("0.0000000000001"))


def test_minus_zero_is_zero() -> None:
    assert amount.dump_json(amount.validate_json('"-0.00"')) == b'"0.00"'
    assert plain(D("-0")) == "0"


def test_the_refusal_says_how_an_amount_is_written() -> None:
    with pytest.raises(ValidationError) as refused:
        amount.validate_json("12.34")
    assert refused.value.errors()[0]["msg"].startswith("write the number as a string")


@pytest.mark.parametrize(
    ("kind", "accepted", "refused"),
    [(positive, ["1", "0.000000000001"], ["0", "0.00", "-1"]), (non_negative, ["0", "0.00", "1"], ["-1", "-0.01"])],
)
def test_a_bounded_amount_refuses_what_its_name_excludes(
    kind: TypeAdapter[Decimal], accepted: list[str], refused: list[str]
) -> None:
    assert [kind.validate_python(text) for text in accepted] == [D(text) for text in accepted]
    for text in refused:
        for value in (text, D(text)):
            with pytest.raises(ValidationError):
                kind.validate_python(value)


class Line(BaseModel):
    charge: Money
    hours: Quantity
    price: PositiveAmount | None


@given(st.sampled_from([amount, positive, non_negative, quantity]), st.data())
def test_whatever_matches_the_published_pattern_is_accepted(kind: TypeAdapter[Decimal], data: st.DataObject) -> None:
    schema = kind.json_schema()
    text = data.draw(st.from_regex(schema["pattern"], fullmatch=True))
    assert len(text) <= schema["maxLength"]
    assert kind.validate_python(text) == D(text)


def test_one_schema_serves_both_directions() -> None:
    for kind in (amount, positive, non_negative, quantity, currency):
        assert kind.json_schema(mode="validation") == kind.json_schema(mode="serialization")
    _, both = models_json_schema([(Line, "validation"), (Line, "serialization")])
    assert set(both["$defs"]) == {"Line", "Money"}
    assert amount.json_schema() == {
        "type": "string",
        "pattern": r"^-?[0-9]{1,20}(\.[0-9]{1,12})?$",
        "maxLength": 34,
        "examples": ["1234.50"],
    }


# Currencies


@pytest.mark.parametrize(("code", "unit"), [("CAD", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4)])
def test_a_currency_knows_its_minor_unit(code: str, unit: int) -> None:
    assert minor_unit(code) == unit


@pytest.mark.parametrize("code", ["cad", "CA", "CADX", "ABC", "DEM", "XAU", "XTS", "", "CAD\n", "$", "C" * 100_000])
def test_an_unknown_currency_is_refused_with_a_sentence(code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        currency.validate_python(code)
    message = refused.value.errors()[0]["msg"]
    assert "is not an active ISO 4217 currency" in message
    assert len(message) < 120
    with pytest.raises(ValueError, match="ISO 4217"):
        minor_unit(code)


def test_minor_units_agree_with_the_published_list() -> None:
    with public("iso-4217/minor_units.csv").open(newline="", encoding="utf-8") as file:
        published = {row["code"]: row["minor_units"] for row in csv.DictReader(file)}
    assert len(published) > 150
    assert {code: int(unit) for code, unit in published.items() if unit.isdigit()} == MINOR_UNITS


# Money


def money(text: str, code: str = "CAD") -> Money:
    return Money(amount=D(text), currency=code)


def test_money_of_one_currency_adds_up_exactly() -> None:
    large = "99999999999999999998.000000000001"
    assert money(large) + money("1") == money("99999999999999999999.000000000001")
    assert money("0.10") + money("0.20") == money("0.30")
    assert money("1.00") - money("1.50") == -money("0.50")


def test_money_of_two_currencies_is_never_added() -> None:
    with pytest.raises(CurrencyMismatch, match="CAD and USD"):
        money("1") + money("1", "USD")
    with pytest.raises(CurrencyMismatch):
        money("1") - money("1", "USD")


def test_a_sum_of_money_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 20 digits"):
        money("9" * 20) + money("1")


def test_money_cannot_change_and_takes_no_other_field() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        money("1").amount = D(2)  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Money.model_validate({"amount": "1", "currency": "CAD", "rate": "1"})
    assert hash(money("1.0")) == hash(money("1.00"))


def test_money_in_json_is_an_amount_and_a_currency() -> None:
    assert money("1E+2").model_dump_json() == '{"amount":"100","currency":"CAD"}'
    assert money("1.50").model_dump() == {"amount": D("1.50"), "currency": "CAD"}
