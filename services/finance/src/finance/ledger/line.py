"""A line of an entry on its way into the ledger, and the rules for it alone; pure, without I/O."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from chassis.money import EXACT, minor_unit, plain, round_to
from chassis.problems import Invalid
from finance.cost_object.model import CostObjectKind

LIMIT = Decimal(10) ** 15  # leaves room for sums in every field that shows an amount
DECIMALS = 12


class AmountOutOfRange(Invalid, code="finance.ledger.amount-out-of-range"):
    """An amount of the ledger has at most 15 digits before and 12 after the point."""


class CurrencyUnknown(Invalid, code="finance.ledger.currency-unknown"):
    """The currency is not an active ISO 4217 currency."""


class RateMissing(Invalid, code="finance.ledger.rate-missing"):
    """An amount in another currency than the base needs a rate above zero; in the base currency the rate is 1."""


class BaseAmountDiffers(Invalid, code="finance.ledger.base-amount-differs"):
    """The base amount is not the amount at its rate."""


class DimensionMismatch(Invalid, code="finance.ledger.dimension-mismatch"):
    """A dimension is a cost object of the kind that it is named by, and of another than the line's own cost object."""


@dataclass(frozen=True, slots=True)
class PostingAccount:
    id: UUID
    code: str
    is_leaf: bool


@dataclass(frozen=True, slots=True)
class PostingCostObject:
    id: UUID
    code: str
    kind: CostObjectKind
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` is signed: debit +, credit −. `rate` is base currency per unit of `currency`, needed when they differ.

    `base_amount` defaults to amount × rate, which may then have at most 12 decimals; a given one may differ from that
    by less than one minor unit of the base currency, as amounts do that another ledger has rounded.
    """

    account_id: UUID
    amount: Decimal
    currency: str
    rate: Decimal | None = None
    base_amount: Decimal | None = None
    cost_object_id: UUID | None = None
    consumer_id: UUID | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    dimensions: Mapping[CostObjectKind, UUID] = field(default_factory=dict)

    def valued(self, base_currency: str) -> "ValuedLine":
        """With its rate and base amount. Raises CurrencyUnknown, AmountOutOfRange, RateMissing, BaseAmountDiffers."""
        self.check()
        rate = self._rate(base_currency)
        converted = EXACT.multiply(self.amount, rate)
        base = converted if self.base_amount is None else self.base_amount
        check_range(base)
        if abs(EXACT.subtract(base, converted)) >= Decimal(1).scaleb(-minor_unit(base_currency)):
            raise BaseAmountDiffers(f"{self.amount} {self.currency} at {rate} is {plain(converted)} {base_currency}.")
        return ValuedLine(self, rate, base)

    def stated(self) -> "ValuedLine":
        """As it stands: of an entry that moves base amounts by themselves."""
        self.check()
        base = self.amount if self.base_amount is None else self.base_amount
        check_range(base)
        return ValuedLine(self, self.rate or Decimal(1), base)

    def check(self) -> None:
        _check_currency(self.currency)
        check_range(self.amount)

    @property
    def cost_object_ids(self) -> list[UUID]:
        """Its own, if it has one, and those of its dimensions."""
        return [*([self.cost_object_id] if self.cost_object_id else []), *self.dimensions.values()]

    def check_dimensions(self, cost_objects: Mapping[UUID, PostingCostObject]) -> None:
        """DimensionMismatch unless each is what it is called, and no second one of the kind of the cost object."""
        own = cost_objects[self.cost_object_id] if self.cost_object_id else None
        for kind, id in self.dimensions.items():
            named = cost_objects[id]
            if named.kind != kind:
                raise DimensionMismatch(f"{named.code} is a {named.kind}, not a {kind}.")
            if own and own.kind == kind:
                raise DimensionMismatch(f"{own.code} is the {kind} of the line, so {named.code} can't be.")

    def needs_rate(self, base_currency: str) -> bool:
        return self.currency != base_currency and self.rate is None and self.base_amount is None

    def reversed(self) -> "Line":
        """The same with debit and credit exchanged."""
        base = None if self.base_amount is None else self.base_amount.copy_negate()
        return replace(self, amount=self.amount.copy_negate(), base_amount=base)

    def _rate(self, base_currency: str) -> Decimal:
        rate = Decimal(1) if self.rate is None and self.currency == base_currency else self.rate
        if rate is None or not rate.is_finite() or rate <= 0 or (self.currency == base_currency and rate != 1):
            raise RateMissing(f"{self.currency} to {base_currency} needs its rate, and {base_currency} itself has 1.")
        check_range(rate)
        return rate


@dataclass(frozen=True, slots=True)
class ValuedLine:
    line: Line
    rate: Decimal
    base_amount: Decimal

    @property
    def row(self) -> tuple[object, ...]:
        """The columns of a journal line after its number."""
        line = self.line
        beside = sorted(line.dimensions.values()) or None
        dimensions = (line.cost_object_id, line.consumer_id, json.dumps(dict(line.tags)), beside)
        return (line.account_id, line.amount, line.currency, self.rate, self.base_amount, *dimensions)


def _check_currency(currency: str) -> None:
    try:
        minor_unit(currency)
    except ValueError as error:
        raise CurrencyUnknown(f"{currency[:10]!r} is not an active ISO 4217 currency.") from error


def check_range(amount: Decimal) -> None:
    try:
        fits = amount.copy_abs() < LIMIT and round_to(amount, DECIMALS) == amount
    except (InvalidOperation, ValueError):  # not a number, or one with a senseless exponent
        fits = False
    if not fits:
        raise AmountOutOfRange


def canonical(line: Line) -> list[object]:
    numbers = [None if n is None else plain(n.normalize(EXACT)) for n in (line.amount, line.rate, line.base_amount)]
    return [
        str(line.account_id),
        *numbers,
        line.currency,
        str(line.cost_object_id),
        str(line.consumer_id),
        sorted(line.tags.items()),
        *([sorted((kind, str(id)) for kind, id in line.dimensions.items())] if line.dimensions else []),
    ]
