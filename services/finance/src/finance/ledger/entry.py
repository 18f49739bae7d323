"""An entry on its way into the ledger, and the rules that it must keep; pure, without I/O."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from chassis.money import EXACT, minor_unit, plain, round_to
from chassis.problems import Conflict, Invalid
from finance.exchange_rate.conversion import Conversion
from finance.fiscal_period.model import PeriodState, admit

LIMIT = Decimal(10) ** 15  # leaves room for sums in every field that shows an amount
DECIMALS = 12


class Unbalanced(Invalid, code="finance.ledger.unbalanced", constraint="ck_journal_entries_balanced"):
    """Debits and credits differ in a currency."""


class TooFewLines(Invalid, code="finance.ledger.too-few-lines"):
    """An entry has at least two lines."""


class AmountOutOfRange(Invalid, code="finance.ledger.amount-out-of-range"):
    """An amount of the ledger has at most 15 digits before and 12 after the point."""


class CurrencyUnknown(Invalid, code="finance.ledger.currency-unknown"):
    """The currency is not an active ISO 4217 currency."""


class RateMissing(Invalid, code="finance.ledger.rate-missing"):
    """An amount in another currency than the base needs a rate above zero; in the base currency the rate is 1."""


class BaseAmountDiffers(Invalid, code="finance.ledger.base-amount-differs"):
    """The base amount is not the amount at its rate."""


class NotALeaf(Conflict, code="finance.ledger.not-a-leaf"):
    """Only an account without accounts below it takes postings."""


class CostObjectClosed(Conflict, code="finance.ledger.cost-object-closed"):
    """The cost object takes no cost from the day it is closed."""


class Unknown(Invalid, code="finance.ledger.unknown-reference"):
    """The entry names an account, cost object, consumer or fiscal period that does not exist."""


class EntryKind(StrEnum):
    """A revaluation moves base amounts alone. Closing entries take a year's result to the balance sheet, and no report
    on cost counts them."""

    ORDINARY = "ordinary"
    REVALUATION = "revaluation"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class PostingPeriod:
    """The period that an entry falls into, as it is while the posting holds it.

    `rate_source` names the recorded exchange rates of amounts that bring none; `budgeted` says whether spending is
    held against budgets.
    """

    id: UUID
    code: str
    state: PeriodState
    base_currency: str
    rate_source: str | None
    budgeted: bool


@dataclass(frozen=True, slots=True)
class PostingAccount:
    id: UUID
    code: str
    is_leaf: bool


@dataclass(frozen=True, slots=True)
class PostingCostObject:
    id: UUID
    code: str
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

    def valued(self, base_currency: str) -> "ValuedLine":
        """With its rate and base amount. Raises CurrencyUnknown, AmountOutOfRange, RateMissing, BaseAmountDiffers."""
        self.check()
        rate = self._rate(base_currency)
        converted = EXACT.multiply(self.amount, rate)
        base = converted if self.base_amount is None else self.base_amount
        _check_range(base)
        if abs(EXACT.subtract(base, converted)) >= Decimal(1).scaleb(-minor_unit(base_currency)):
            raise BaseAmountDiffers(f"{self.amount} {self.currency} at {rate} is {plain(converted)} {base_currency}.")
        return ValuedLine(self, rate, base)

    def stated(self) -> "ValuedLine":
        """As it stands: of an entry that moves base amounts by themselves."""
        self.check()
        base = self.amount if self.base_amount is None else self.base_amount
        _check_range(base)
        return ValuedLine(self, self.rate or Decimal(1), base)

    def check(self) -> None:
        _check_currency(self.currency)
        _check_range(self.amount)

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
        _check_range(rate)
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
        dimensions = (line.cost_object_id, line.consumer_id, json.dumps(dict(line.tags)))
        return (line.account_id, line.amount, line.currency, self.rate, self.base_amount, *dimensions)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a caller wants posted. The period follows from `posted_on`; `source` and `reference` together are unique.

    An `adjustment` is admitted into a soft-closed period too. It and a reversal may name a closed cost object.
    Only entries that the ledger makes itself are of another `kind`.
    """

    posted_on: date
    description: str
    source: str
    reference: str
    lines: Sequence[Line]
    adjustment: bool = False
    reversal_of: UUID | None = None
    kind: EntryKind = EntryKind.ORDINARY

    def valued(
        self,
        period: PostingPeriod,
        accounts: Mapping[UUID, PostingAccount],
        cost_objects: Mapping[UUID, PostingCostObject],
        conversions: Mapping[str, Conversion],
    ) -> list[ValuedLine]:
        """Its lines in base currency, once it keeps every rule of the ledger; else the Problem that says which."""
        admit(period.code, period.state, adjustment=self.adjustment)
        for line in self.lines:
            self._check_account(accounts[line.account_id])
            if line.cost_object_id:
                self._check_cost_object(cost_objects[line.cost_object_id])
        if self.kind == EntryKind.ORDINARY:
            lines = at_recorded_rates(self.lines, period.base_currency, conversions)
            valued = [line.valued(period.base_currency) if isinstance(line, Line) else line for line in lines]
        else:
            valued = [line.stated() for line in self.lines]
        check_balance(valued, period.base_currency)
        return valued

    def unrated(self, base_currency: str) -> set[str]:
        """The currencies whose recorded rates it needs."""
        return {line.currency for line in self.lines if line.needs_rate(base_currency)}

    def _check_account(self, account: PostingAccount) -> None:
        if not account.is_leaf:
            raise NotALeaf(f"The account {account.code} has accounts below it: post to one of those.")

    def _check_cost_object(self, cost_object: PostingCostObject) -> None:
        closed_on = cost_object.closed_on
        if closed_on and self.posted_on >= closed_on and not (self.adjustment or self.reversal_of):
            raise CostObjectClosed(f"{cost_object.code} takes no cost from {closed_on} on.", closed_on=str(closed_on))

    @property
    def fingerprint(self) -> str:
        """SHA-256 in hex over all that it says, amounts in their shortest form."""
        lines = [_canonical(line) for line in self.lines]
        said = [str(self.posted_on), self.description, self.adjustment, str(self.reversal_of), lines]
        said += [] if self.kind == EntryKind.ORDINARY else [self.kind]
        return sha256(json.dumps(said).encode()).hexdigest()


def at_recorded_rates(
    lines: Sequence[Line], base_currency: str, conversions: Mapping[str, Conversion]
) -> list[Line | ValuedLine]:
    """The lines, those that bring no rate valued at the recorded one (if there is one), so that what balances in its
    currency does in base currency."""
    found: list[Line | ValuedLine] = list(lines)
    for currency in conversions.keys() & {line.currency for line in lines if line.needs_rate(base_currency)}:
        places = [at for at, line in enumerate(lines) if line.currency == currency and line.needs_rate(base_currency)]
        for at in places:
            lines[at].check()
        bases = conversions[currency].amounts([lines[at].amount for at in places], base_currency)
        for at, base in zip(places, bases, strict=True):
            _check_range(base)
            found[at] = ValuedLine(lines[at], conversions[currency].rate, base)
    return found


def check_balance(lines: Sequence[ValuedLine], base_currency: str) -> None:
    """Zero in each currency and in base currency: TooFewLines or Unbalanced."""
    if len(lines) < 2:
        raise TooFewLines(f"It has {len(lines)}.")
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for valued in lines:
        for unit, amount in ((valued.line.currency, valued.line.amount), (f"base {base_currency}", valued.base_amount)):
            sums[unit] = EXACT.add(sums[unit], amount)
    off = {unit: plain(total) for unit, total in sums.items() if total}
    if off:
        said = " and ".join(f"{total} {unit}" for unit, total in off.items())
        raise Unbalanced(f"Debits less credits leave {said}.", differences=off)


def _check_currency(currency: str) -> None:
    try:
        minor_unit(currency)
    except ValueError as error:
        raise CurrencyUnknown(f"{currency[:10]!r} is not an active ISO 4217 currency.") from error


def _check_range(amount: Decimal) -> None:
    try:
        fits = amount.copy_abs() < LIMIT and round_to(amount, DECIMALS) == amount
    except (InvalidOperation, ValueError):  # not a number, or one with a senseless exponent
        fits = False
    if not fits:
        raise AmountOutOfRange


def _canonical(line: Line) -> list[object]:
    numbers = [None if n is None else plain(n.normalize(EXACT)) for n in (line.amount, line.rate, line.base_amount)]
    return [
        str(line.account_id),
        *numbers,
        line.currency,
        str(line.cost_object_id),
        str(line.consumer_id),
        sorted(line.tags.items()),
    ]
