"""A billing profile: who bills a consumer, after how many days, with which taxes, and where that is posted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import minor_unit, of_fraction
from chassis.problems import Conflict, Invalid
from finance.db import Base


class ProfileTaken(
    Conflict, code="finance.billing-profile.consumer-taken", constraint="uq_billing_profiles_consumer_id"
):
    """There is a billing profile for this consumer, or one for all others, already."""


class ProfileMissing(Conflict, code="finance.billing-profile.missing"):
    """Neither the consumer nor the organization has a billing profile."""


class AccountUnknown(Invalid, code="finance.billing-profile.account-unknown"):
    """There is no account with this code, or its type does not fit."""


@dataclass(frozen=True)
class NamedRate:
    """HST 13: `percent` of the net amount."""

    name: str
    percent: Decimal

    def of(self, net: Decimal, currency: str) -> Decimal:
        """Rounded once, half away from zero, to the minor unit."""
        return of_fraction(Fraction(net) * Fraction(self.percent) / 100, minor_unit(currency))


class BillingProfile(Aggregate, Base):
    """That of a consumer, or (without one) of all who have none of their own.

    A draft invoice becomes final by itself `grace_days` after it was drafted, and is due `payment_days` after that.
    `recovery_account_id` takes the income: it lowers no cost that is allocated, charged or reported as recovered.
    """

    __tablename__ = "billing_profiles"
    __table_args__ = (
        UniqueConstraint("consumer_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("grace_days BETWEEN 0 AND 365 AND payment_days BETWEEN 0 AND 365", name="days"),
        CheckConstraint("NOT is_external OR tax_account_id IS NOT NULL", name="taxed"),
    )

    consumer_id: Mapped[UUID | None] = mapped_column(ForeignKey("consumers.id"))
    issuer_name: Mapped[str]
    account_name: Mapped[str]
    is_external: Mapped[bool]
    grace_days: Mapped[int]
    payment_days: Mapped[int]
    receivable_account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    recovery_account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    tax_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))

    @classmethod
    def agree(cls, *, consumer_id: UUID | None) -> "BillingProfile":
        return cls(consumer_id=consumer_id)

    def state(
        self,
        *,
        issuer_name: str,
        account_name: str,
        is_external: bool,
        grace_days: int,
        payment_days: int,
        receivable_account_id: UUID,
        recovery_account_id: UUID,
        tax_account_id: UUID | None,
    ) -> None:
        self.issuer_name, self.account_name, self.is_external = issuer_name, account_name, is_external
        self.grace_days, self.payment_days = grace_days, payment_days
        self.receivable_account_id, self.recovery_account_id = receivable_account_id, recovery_account_id
        self.tax_account_id = tax_account_id


class TaxRate(Base):
    """Holds from `valid_from` until the next rate of the same name; one of 0 percent ends it."""

    __tablename__ = "tax_rates"
    __table_args__ = (CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),)

    profile_id: Mapped[UUID] = mapped_column(ForeignKey("billing_profiles.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    percent: Mapped[Decimal]


def rates_on(rates: Iterable[TaxRate], day: date) -> Sequence[NamedRate]:
    """Those in force, by name."""
    newest = {rate.name: rate for rate in sorted(rates, key=lambda rate: rate.valid_from) if rate.valid_from <= day}
    return [NamedRate(name, newest[name].percent) for name in sorted(newest) if newest[name].percent]


@dataclass(frozen=True)
class Terms:
    """A profile, with the taxes that are due on what was supplied on a day: none for internal consumers."""

    profile: BillingProfile
    taxes: tuple[NamedRate, ...]
