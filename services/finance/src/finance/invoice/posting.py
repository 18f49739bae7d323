"""The journal entry behind an invoice or a credit note; pure, without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from chassis.money import EXACT, exact_sum
from finance.billing_profile.model import BillingProfile
from finance.ledger.entry import Entry
from finance.ledger.line import Line


@dataclass(frozen=True)
class Document:
    """`amounts` are net by cost object; those of a credit note are negative."""

    source: str
    id: UUID
    number: str
    consumer_id: UUID
    currency: str
    amounts: Mapping[UUID, Decimal]
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return EXACT.add(exact_sum(self.amounts.values()), self.tax)

    def entry(self, profile: BillingProfile, *, posted_on: date, adjustment: bool) -> Entry:
        """Debit receivable, credit recovery by cost object, credit tax; what is zero is left out."""
        sides = [
            (profile.receivable_account_id, self.total, None),
            *((profile.recovery_account_id, amount.copy_negate(), id) for id, amount in self.amounts.items()),
            *([(profile.tax_account_id, self.tax.copy_negate(), None)] if profile.tax_account_id else []),
        ]
        return Entry(
            posted_on=posted_on,
            description=f"{self.source.replace('-', ' ').capitalize()} {self.number}",
            source=self.source,
            reference=str(self.id),
            lines=[
                Line(account_id, amount, self.currency, cost_object_id=id, consumer_id=self.consumer_id)
                for account_id, amount, id in sides
                if amount
            ],
            adjustment=adjustment,
        )
