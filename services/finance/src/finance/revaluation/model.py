"""A revaluation: what foreign balances were worth in the books, what they are worth now, and the entry between."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.money import EXACT, exact_sum, plain
from chassis.problems import Conflict, Invalid
from finance.db import Base
from finance.exchange_rate.conversion import Conversion, rounded_at
from finance.ledger.line import Line


class NotOfResult(Invalid, code="finance.revaluation.not-of-result"):
    """Gains and losses of a revaluation go to a leaf account of income or expense."""


class RevaluedLater(Conflict, code="finance.revaluation.revalued-later"):
    """A later day was revalued already."""


@dataclass(frozen=True, slots=True)
class ForeignBalance:
    """What an account holds in a currency on a day, and what the books say that it is worth; debit +, credit −."""

    account_id: UUID
    account: str
    currency: str
    balance: Decimal
    base_balance: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """`revalued` is the balance at the rate of the day, to the minor unit of the base currency."""

    of: ForeignBalance
    rate: Decimal
    revalued: Decimal

    @property
    def amount(self) -> Decimal:
        """A debit of the account: a gain on what is owned, or a loss on what is owed if negative."""
        return EXACT.subtract(self.revalued, self.of.base_balance)

    def said(self) -> dict[str, str]:
        return {
            "account": self.of.account,
            "currency": self.of.currency,
            "balance": plain(self.of.balance),
            "base_balance": plain(self.of.base_balance),
            "rate": plain(self.rate),
            "revalued": plain(self.revalued),
            "difference": plain(self.amount),
        }


def differences(
    balances: Iterable[ForeignBalance], conversions: Mapping[str, Conversion], base_currency: str
) -> list[Difference]:
    """Of the balances that are not worth what the books say. One of zero is worth zero, whatever the books say."""
    found = []
    for balance in balances:
        conversion = conversions[balance.currency]
        revalued = rounded_at(conversion, balance.balance, base_currency)
        if revalued != balance.base_balance:
            found.append(Difference(balance, conversion.rate, revalued))
    return found


def lines(found: Iterable[Difference], gain_or_loss_id: UUID) -> list[Line]:
    """Nothing moves in the foreign currency; in base currency the difference goes to gain or loss."""
    made = []
    for each in found:
        for account_id, base in ((each.of.account_id, each.amount), (gain_or_loss_id, each.amount.copy_negate())):
            made.append(Line(account_id, Decimal(0), each.of.currency, rate=each.rate, base_amount=base))
    return made


class Revaluation(Base):
    """`differences` in the words of `Difference.said`; `total` is the gain in base currency, a loss if negative."""

    __tablename__ = "revaluations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of: Mapped[date] = mapped_column(index=True)
    rate_source: Mapped[str]
    gain_or_loss: Mapped[str]
    base_currency: Mapped[str]
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    total: Mapped[Decimal]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))
    actor: Mapped[str]
    revalued_at: Mapped[datetime]

    @classmethod
    def of(cls, found: Iterable[Difference], **stated: Any) -> "Revaluation":
        said = list(found)
        return cls(differences=[each.said() for each in said], total=exact_sum(each.amount for each in said), **stated)
