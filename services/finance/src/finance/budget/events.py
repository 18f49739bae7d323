"""What the finance service announces about budgets."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from chassis.money import Amount, Currency


class BudgetApproved(Event, type="finance.budget-approved.v1"):
    """`total` in the currency of the budget, over the year."""

    budget_id: UUID
    code: str
    fiscal_year: str
    number: int
    document: str
    currency: Currency
    total: Amount


class BudgetThresholdReached(Event, type="finance.budget-threshold-reached.v1"):
    """Once per crossing: `percent` of the year's budget of a line is used (`of` actual) or expected (`of` forecast).

    Amounts are in base currency, over the whole year.
    """

    budget_id: UUID
    code: str
    fiscal_year: str
    line: str
    service_id: UUID | None
    of: str
    percent: int
    budgeted: Amount
    amount: Amount
    currency: Currency


class BudgetExceeded(Event, type="finance.budget-exceeded.v1"):
    """Once per crossing: more than the year's budget of a line is used (`of` actual) or expected (`of` forecast)."""

    budget_id: UUID
    code: str
    fiscal_year: str
    line: str
    service_id: UUID | None
    of: str
    starts_on: date
    ends_on: date
    budgeted: Amount
    amount: Amount
    currency: Currency
