"""Where a row of cost data belongs: its period, account, cost object and consumer; pure, without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from chassis.imports import Row
from finance.assignment_rule.matching import Rule, Rules
from finance.cost_import.schemas import CostRow
from finance.ledger.line import RateMissing

SAID = ("account", "cost_object", "consumer", "currency", "description", "reference")


class Misplaced(ValueError):
    """The row names something that cannot be posted to."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True)
class Month:
    """A fiscal period of the import."""

    id: UUID
    code: str
    starts_on: date


@dataclass(frozen=True)
class Scope:
    """The days that an import covers, `[starts_on, ends_on)`, and their periods by their first day."""

    code: str
    starts_on: date
    ends_on: date
    base_currency: str
    months: Mapping[date, Month]


@dataclass(frozen=True, slots=True)
class Place:
    period_id: UUID
    account_id: UUID
    cost_object_id: UUID
    consumer_id: UUID | None
    assigned_by: int | None
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Chart:
    """What rows may name, by code; `closed_on` holds the first day without cost of the cost objects that have one."""

    scope: Scope
    accounts: Mapping[str, UUID]
    cost_objects: Mapping[str, UUID]
    closed_on: Mapping[UUID, date]
    consumers: Mapping[str, UUID]
    rules: Rules
    rates: Mapping[str, Decimal]
    balancing_account_id: UUID
    default_account_id: UUID | None
    unassigned_id: UUID

    def rate(self, currency: str) -> Decimal:
        """Base currency per unit. RateMissing for a foreign currency without one."""
        if currency == self.scope.base_currency:
            return Decimal(1)
        if currency not in self.rates:
            raise RateMissing(
                f"{currency} to {self.scope.base_currency} needs a rate, as in rates={currency}:1.25.",
                currency=currency,
            )
        return self.rates[currency]

    def place(self, row: Row[CostRow], source: str) -> Place:
        """Raises Misplaced, and RateMissing, which is about the whole import."""
        value = row.value
        self.rate(value.currency)
        attributes = {**row.kept, **{f"tags.{name}": text for name, text in value.tags.items()}}
        said = {name: text for name in SAID if (text := getattr(value, name))}
        by_object, by_account = self.rules.first({**attributes, **said, "source": source})
        cost_object_id, assigned_by = self._cost_object(value, by_object)
        return Place(
            period_id=self._period(value.posted_on),
            account_id=self._account(value.account, by_account),
            cost_object_id=cost_object_id,
            consumer_id=self._consumer(value.consumer),
            assigned_by=assigned_by,
            attributes=attributes,
        )

    def _period(self, day: date) -> UUID:
        month = self.scope.months.get(day.replace(day=1))
        if month is None:
            raise Misplaced("posted_on", f"{day} is not within {self.scope.code}")
        return month.id

    def _account(self, code: str | None, rule: Rule | None) -> UUID:
        assigned = rule.account_id if rule else self.default_account_id
        found = self.accounts.get(code) if code else assigned
        if found is None:
            reason = f"there is no account {code!r} that takes postings" if code else "no account is named or assigned"
            raise Misplaced("account", reason)
        if found == self.balancing_account_id:
            raise Misplaced("account", "it is the account that balances the import")
        return found

    def _cost_object(self, value: CostRow, rule: Rule | None) -> tuple[UUID, int | None]:
        """What the row names goes first, then a rule; unknown and closed ones leave the cost visibly unassigned."""
        named = self.cost_objects.get(value.cost_object) if value.cost_object else None
        if named and self._takes_cost(named, value.posted_on):
            return named, None
        if rule and rule.cost_object_id and self._takes_cost(rule.cost_object_id, value.posted_on):
            return rule.cost_object_id, rule.position
        return self.unassigned_id, None

    def _takes_cost(self, cost_object_id: UUID, day: date) -> bool:
        closed_on = self.closed_on.get(cost_object_id)
        return closed_on is None or day < closed_on

    def _consumer(self, code: str | None) -> UUID | None:
        if code and code not in self.consumers:
            raise Misplaced("consumer", f"there is no customer {code!r}")
        return self.consumers[code] if code else None
