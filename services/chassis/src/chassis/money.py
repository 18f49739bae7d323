"""Amounts, currencies, rounding, and splitting a sum without losing a cent."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import reduce
from typing import Annotated, Any, LiteralString, Self

import iso4217
from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

WHOLE_DIGITS = 20
DECIMALS = 12
_UNSIGNED = rf"[0-9]{{1,{WHOLE_DIGITS}}}(\.[0-9]{{1,{DECIMALS}}})?$"

# Numbers have at most SIDE digits on either side of the point, so that sums and products of two always fit into these
# contexts. EXACT raises decimal.Inexact rather than lose a digit, where the default context would round to 28.
SIDE = 200
EXACT = Context(prec=1000, rounding=ROUND_HALF_UP, traps=[InvalidOperation, Inexact])
_ROUNDING = Context(prec=1000, rounding=ROUND_HALF_UP, traps=[InvalidOperation])


class CurrencyMismatch(ValueError):
    """Amounts in different currencies are not added as plain numbers; convert one of them at a recorded rate first."""


class NothingToSplitBy(ValueError):
    """There is no weight above zero to split a sum by."""


def _bounded(amount: Decimal) -> Decimal:
    """Checked before any arithmetic: an exponent of a million turns one conversion to an integer into minutes."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -SIDE or amount.adjusted() >= SIDE:
        raise ValueError(f"{amount} is not a number with at most {SIDE} digits before and after the point")
    return amount


def plain(amount: Decimal) -> str:
    """Never an exponent; trailing zeros stay ("12.50"); minus zero is zero. ValueError for NaN and infinity."""
    return f"{EXACT.plus(_bounded(amount)):f}"


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """To the last digit in any context, else decimal.Inexact; of nothing it is 0. ValueError for NaN and infinity."""
    return _bounded(reduce(EXACT.add, amounts, Decimal(0)))


def round_to(amount: Decimal, decimals: int) -> Decimal:
    """Half away from zero, with exactly `decimals` digits after the point. ValueError for NaN and infinity."""
    unit = Decimal((0, (1,), -decimals))
    return EXACT.plus(_bounded(amount).quantize(unit, context=_ROUNDING))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """`amount` to the minor unit of its currency, half away from zero. ValueError for an unknown currency."""
    return round_to(amount, minor_unit(currency))


def of_fraction(number: Fraction, decimals: int) -> Decimal:
    """The exact number rounded once, half away from zero, with `decimals` digits after the point."""
    sign = -1 if number < 0 else 1
    units, rest = divmod(abs(number.numerator) * 10**decimals, number.denominator)
    return Decimal(sign * (units + (2 * rest >= number.denominator))).scaleb(-decimals, EXACT)


def split(total: Decimal, weights: Sequence[Decimal], *, decimals: int) -> list[Decimal]:
    """One part per weight, each a multiple of 10^-`decimals`, together exactly `total`: largest remainder (Hamilton).

    Equal remainders are served in the order of `weights`. A negative total is split as the mirror of the positive one;
    a weight of zero gets nothing. NothingToSplitBy when no weight is above zero; ValueError for a negative weight and
    for a total with more decimals than `decimals`.
    """
    units = _units(total, decimals)
    sign = -1 if units < 0 else 1
    shares = _largest_remainder(abs(units), _proportions(weights))
    return [Decimal(sign * share).scaleb(-decimals, EXACT) for share in shares]


def _units(amount: Decimal, decimals: int) -> int:
    """How many times 10^-`decimals` the amount is."""
    whole = round_to(amount, decimals)
    if whole != amount:
        raise ValueError(f"{amount} has more than {decimals} decimals: round it before it is split")
    return int(whole.scaleb(decimals, EXACT))


def _proportions(weights: Sequence[Decimal]) -> list[int]:
    """Integers in the proportions of the weights."""
    if any(_bounded(weight) < 0 for weight in weights):
        raise ValueError("a weight to split by cannot be negative")
    if not any(weights):
        raise NothingToSplitBy("there is no weight above zero to split the sum by")
    decimals = max(-int(weight.as_tuple().exponent) for weight in weights)
    return [_units(weight, decimals) for weight in weights]


def _largest_remainder(units: int, weights: list[int]) -> list[int]:
    total = sum(weights)
    parts = [divmod(units * weight, total) for weight in weights]
    shares = [share for share, _ in parts]
    # A stable sort: of equal remainders the earlier position is served first.
    by_remainder = sorted(range(len(parts)), key=lambda position: -parts[position][1])
    for position in by_remainder[: units - sum(shares)]:
        shares[position] += 1
    return shares


_NUMBER = re.compile(r"[+-]?(?=\.?[0-9])[0-9]*(\.[0-9]*)?([eE](?P<exponent>[+-]?[0-9]+))?")


def parse_decimal(text: str, *, max_digits: int = 38) -> Decimal:
    """A number from a file: plain or with an exponent, at most `max_digits` (up to 200) digits when written out.

    Blanks around it are ignored; thousands signs, NaN and infinity are refused. ValueError says what is wrong.
    """
    number = text.strip(" \t")
    if len(number) > max_digits + len("-.e+0000"):
        raise ValueError(f"{number[:20]!r}... is too long: a number has at most {max_digits} digits")
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise ValueError(f"{number!r} is not a decimal number such as 1234.56 or 1.2E-7")
    # The exponent is bounded as text, before a number is made of it.
    if abs(int(match["exponent"] or 0)) > max_digits or _digits(Decimal(number)) > max_digits:
        raise ValueError(f"{number!r} is out of range: written out it has more than {max_digits} digits")
    return EXACT.plus(Decimal(number))


def _digits(number: Decimal) -> int:
    """Digits before and after the point in plain notation."""
    return max(number.adjusted() + 1, 1) + max(-int(number.as_tuple().exponent), 0)


@dataclass(frozen=True)
class DecimalString:
    """How a Decimal travels in JSON: as a string that matches `pattern`, the same one inward and outward."""

    pattern: str
    sentence: LiteralString

    def read(self, value: object) -> Decimal:
        """From JSON only a string; from Python also a Decimal."""
        text = fitted(value) if isinstance(value, Decimal) else value
        if not isinstance(text, str) or not re.fullmatch(self.pattern, text):
            raise PydanticCustomError("decimal_string", self.sentence)
        return EXACT.plus(Decimal(text))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema(
            plain, return_schema=core_schema.str_schema(), when_used="json"
        )
        return core_schema.no_info_plain_validator_function(self.read, serialization=written)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        longest = len("-.") + WHOLE_DIGITS + DECIMALS
        return {"type": "string", "pattern": self.pattern, "maxLength": longest, "examples": ["1234.50"]}


def fitted(amount: Decimal) -> str:
    """A product of two columns often ends in more zeros than the contract allows: they go, other digits stay."""
    whole, point, decimals = plain(amount).partition(".")
    return whole + point + decimals[:DECIMALS] + decimals[DECIMALS:].rstrip("0")


Amount = Annotated[
    Decimal,
    DecimalString(
        rf"^-?{_UNSIGNED}",
        'write the number as a string such as "-12.34": at most 20 digits, then at most 12 decimals, no exponent',
    ),
]
NonNegativeAmount = Annotated[
    Decimal,
    DecimalString(
        rf"^{_UNSIGNED}",
        'write a number of zero or more as a string such as "12.34": at most 20 digits, then at most 12 decimals',
    ),
]
PositiveAmount = Annotated[
    Decimal,
    DecimalString(
        rf"^(?![0.]+$){_UNSIGNED}",
        'write a number above zero as a string such as "12.34": at most 20 digits, then at most 12 decimals',
    ),
]
Quantity = Amount

# Gold, drawing rights and test codes are in the standard too, but without a minor unit no document can state them.
MINOR_UNITS = {currency.code: currency.exponent for currency in iso4217.Currency if currency.exponent is not None}


def minor_unit(currency: str) -> int:
    """Decimals of the smallest unit: CAD 2, JPY 0, BHD 3, CLF 4. ValueError for what is not an active currency."""
    if currency not in MINOR_UNITS:
        raise PydanticCustomError(
            "currency",
            "{code} is not an active ISO 4217 currency with a minor unit: give three capital letters such as CAD",
            {"code": repr(currency[:10])},
        )
    return MINOR_UNITS[currency]


def _active(code: str) -> str:
    minor_unit(code)
    return code


Currency = Annotated[
    str,
    AfterValidator(_active),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "maxLength": 3, "examples": ["CAD"]}),
]


class Money(BaseModel):
    """An exact amount in a currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Amount
    currency: Currency

    def __add__(self, other: Self) -> Self:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} are not added as plain numbers")
        return type(self)(amount=EXACT.add(self.amount, other.amount), currency=self.currency)

    def __sub__(self, other: Self) -> Self:
        return self + -other

    def __neg__(self) -> Self:
        return type(self)(amount=self.amount.copy_negate(), currency=self.currency)
