"""What an invoice says: lines, the taxes on their sum, and the total; pure, without I/O."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from chassis.money import EXACT, exact_sum, plain
from finance.billing_profile.model import NamedRate, Terms
from finance.invoice.difference import Difference


@dataclass(frozen=True)
class Tax:
    rate: NamedRate
    amount: Decimal


def taxes_on(net: Decimal, rates: Sequence[NamedRate], currency: str) -> list[Tax]:
    """One per rate, on the sum of the invoice and not on its lines: rounded once."""
    return [Tax(rate, rate.of(net, currency)) for rate in rates]


@dataclass(frozen=True)
class Content:
    terms: Terms
    lines: Sequence[Difference]
    currency: str

    @property
    def net(self) -> Decimal:
        return exact_sum(line.amount for line in self.lines)

    @property
    def taxes(self) -> list[Tax]:
        return taxes_on(self.net, self.terms.taxes, self.currency)

    @property
    def tax(self) -> Decimal:
        return exact_sum(tax.amount for tax in self.taxes)

    @property
    def fingerprint(self) -> str:
        """SHA-256 in hex: another one means that the draft must be recomputed. A charge run that was repeated to the
        same end is no reason."""
        profile = self.terms.profile
        lines = [
            [
                line.of.cost_object_id,
                line.said.name,
                line.said.unit,
                line.corrects,
                line.charged,
                line.billed,
                line.quantity,
                *([line.of.item_code, line.said.item_name] if line.of.item_code else []),
            ]
            for line in self.lines
        ]
        taxes = [[tax.rate.name, tax.rate.percent, tax.amount] for tax in self.taxes]
        said = [profile.id, profile.issuer_name, profile.account_name, profile.is_external, lines, taxes]
        return sha256(json.dumps(said, default=_text).encode()).hexdigest()


def _text(value: Any) -> str:
    return plain(value.normalize(EXACT)) if isinstance(value, Decimal) else str(value)
