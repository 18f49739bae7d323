"""What callers see of reports."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from chassis.money import Amount
from chassis.text import Schema
from finance.account.model import AccountType
from finance.cost_object.model import CostObjectKind
from finance.report.links import EXPLAIN


class TrialBalanceRow(Schema):
    """One account in one currency; a balance is debit less credit."""

    account: str
    name: str
    type: AccountType
    is_leaf: bool = Field(description="Rolled up, an account with others below it shows their sum.")
    currency: str
    debit: Amount
    credit: Amount
    balance: Amount
    base_debit: Amount
    base_credit: Amount
    base_balance: Amount
    explain: str | None = Field(description=f"{EXPLAIN} Null for an account with others below it.")


class CurrencyTotal(Schema):
    """Over all accounts: debits and credits are equal, or the books are broken."""

    currency: str
    debit: Amount
    credit: Amount
    balance: Amount


class TrialBalanceView(Schema):
    """As of a day, the range begins with the first fiscal year. Totals are those of the leaves."""

    starts_on: date
    ends_on: date = Field(description="The first day after the range.")
    base_currency: str
    rows: list[TrialBalanceRow]
    totals: list[CurrencyTotal]
    base_total: CurrencyTotal


class ServiceCostRow(Schema):
    """One cost object and nature, in base currency; `cost_object` is null for what is assigned to none."""

    cost_object: str | None
    name: str | None
    kind: CostObjectKind | None
    service_id: UUID | None
    nature: str | None
    expense: Amount
    income: Amount
    net: Amount = Field(description="Expense less income.")
    explain: str | None = Field(description=f"{EXPLAIN} Null for what is assigned to no cost object.")


class ServiceCostsView(Schema):
    starts_on: date
    ends_on: date = Field(description="The first day after the range.")
    base_currency: str
    rows: list[ServiceCostRow]
    expense: Amount
    income: Amount
    net: Amount


class CostKind(StrEnum):
    """Full is what a cost object bears after allocation, net its own expense less income; recovery is in neither."""

    FULL = "full"
    NET = "net"


class Recovered(StrEnum):
    OVER = "over"
    UNDER = "under"
    EVEN = "even"
    NOT_MEASURED = "not_measured"


class RecoveryRow(Schema):
    """One cost object, in base currency and without tax."""

    cost_object: str
    name: str
    service_id: UUID | None
    cost: Amount
    charged: Amount = Field(description="Final invoices less their credit notes.")
    showback: Amount = Field(description="What statements said, which recovers nothing.")
    over_under: Amount = Field(description="Charged less cost.")
    rate_percent: Amount | None = Field(description="Charged / cost; null where it is not measured.")
    recovered: Recovered
    explain: str = Field(description=EXPLAIN)
    explain_charged: str = Field(description=EXPLAIN)


class RecoveryView(Schema):
    starts_on: date
    ends_on: date = Field(description="The first day after the range.")
    base_currency: str
    cost_kind: CostKind = Field(description="Full where current allocation runs of one model cover the range.")
    allocation_run_ids: list[UUID] = Field(max_length=1_200)
    rows: list[RecoveryRow]
    cost: Amount
    charged: Amount
    showback: Amount
    over_under: Amount
    rate_percent: Amount | None
    straddling_invoices: int = Field(description="Final ones that begin before or end after the range: not counted.")
    foreign_invoices: int = Field(description="Final ones in another currency: not counted.")
