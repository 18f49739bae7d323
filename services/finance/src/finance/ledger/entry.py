"""An entry on its way into the ledger, and the rules that it must keep; pure, without I/O."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from chassis.money import EXACT, plain
from chassis.problems import Conflict, Invalid
from finance.exchange_rate.conversion import Conversion
from finance.fiscal_period.model import PeriodState, admit
from finance.ledger.line import Line, PostingAccount, PostingCostObject, ValuedLine, canonical, check_range


class Unbalanced(Invalid, code="finance.ledger.unbalanced", constraint="ck_journal_entries_balanced"):
    """Debits and credits differ in a currency."""


class TooFewLines(Invalid, code="finance.ledger.too-few-lines"):
    """An entry has at least two lines."""


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
            for id in line.cost_object_ids:
                self._check_cost_object(cost_objects[id])
            line.check_dimensions(cost_objects)
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
        lines = [canonical(line) for line in self.lines]
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
            check_range(base)
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
