"""What an import adds to the ledger, so that its source has posted exactly what the file says; pure, without I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from chassis.money import EXACT, round_to
from finance.ledger.line import DECIMALS, Line


class Key(NamedTuple):
    """What the ledger keeps apart. A foreign amount at another rate is another one, so each line fits its rate."""

    fiscal_period_id: UUID
    account_id: UUID
    cost_object_id: UUID | None
    consumer_id: UUID | None
    currency: str
    rate: Decimal


Totals = Mapping[Key, tuple[Decimal, Decimal]]
"""Amount in its currency, and in base currency."""


def valued(amounts: Iterable[tuple[Key, Decimal]]) -> dict[Key, tuple[Decimal, Decimal]]:
    """With base amounts, rounded where they have more decimals than the ledger keeps."""
    return {key: (amount, _kept(EXACT.multiply(amount, key.rate))) for key, amount in amounts}


def _kept(amount: Decimal) -> Decimal:
    rounded = round_to(amount, DECIMALS)
    return amount if rounded == amount else rounded


def balanced(totals: Totals, balancing_account_id: UUID) -> dict[Key, tuple[Decimal, Decimal]]:
    """The totals and, per period, currency and rate, the opposite of their sum on the balancing account."""
    sums: dict[Key, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for key, amount in totals.items():
        opposite = key._replace(account_id=balancing_account_id, cost_object_id=None, consumer_id=None)
        sums[opposite] = _less(sums[opposite], amount)
    return {**totals, **sums}


def difference(wanted: Totals, posted: Totals) -> dict[UUID, list[Line]]:
    """Lines by fiscal period; a period that needs none is not there."""
    lines: dict[UUID, list[Line]] = defaultdict(list)
    nothing = (Decimal(0), Decimal(0))
    for key in dict.fromkeys([*wanted, *posted]):
        amount, base_amount = _less(wanted.get(key, nothing), posted.get(key, nothing))
        if amount or base_amount:
            lines[key.fiscal_period_id].append(_line(key, amount, base_amount))
    return lines


def _less(left: tuple[Decimal, Decimal], right: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    return EXACT.subtract(left[0], right[0]), EXACT.subtract(left[1], right[1])


def _line(key: Key, amount: Decimal, base_amount: Decimal) -> Line:
    return Line(
        account_id=key.account_id,
        amount=amount,
        currency=key.currency,
        rate=key.rate,
        base_amount=base_amount,
        cost_object_id=key.cost_object_id,
        consumer_id=key.consumer_id,
    )
