"""Where a row of cost data belongs: its period, account, cost object and consumer; pure, without I/O."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from chassis.imports import Row
from finance.assignment_rule.matching import Rule, Rules
from finance.cost_import.schemas import CostRow
from finance.ledger.line import RateMissing

CHARGED = ("charge_category", "charge_class", "commitment_status", "publisher")
SAID = ("account", "cost_object", "consumer", "currency", "description", "reference", *CHARGED)


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

    @property
    def period_ids(self) -> list[UUID]:
        return [month.id for month in self.months.values()]

    def only(self, period_ids: Collection[UUID]) -> "Scope":
        return replace(self, months={day: it for day, it in self.months.items() if it.id in period_ids})


class Judged(NamedTuple):
    """What decides on a row: the cost object that it names, else the rules that give cost object and account."""

    named_id: UUID | None
    cost_object: Rule | None
    account: Rule | None


@dataclass(frozen=True)
class Assigner:
    """`closed_on` holds the first day without cost of the cost objects that have one."""

    cost_objects: Mapping[str, UUID]
    closed_on: Mapping[UUID, date]
    rules: Rules

    def judge(self, value: CostRow, attributes: Mapping[str, str], source: str) -> Judged:
        """What the row names goes before any rule; what is unknown, or closed on that day, is not named."""
        said = {name: text for name in SAID if (text := getattr(value, name))}
        by_object, by_account = self.rules.first({**attributes, **said, "source": source})
        named = self.cost_objects.get(value.cost_object) if value.cost_object else None
        if named and not self._takes_cost(named, value.posted_on):
            named = None
        fits = by_object and by_object.cost_object_id and self._takes_cost(by_object.cost_object_id, value.posted_on)
        return Judged(named, by_object if fits and not named else None, None if value.account else by_account)

    def _takes_cost(self, cost_object_id: UUID, day: date) -> bool:
        closed_on = self.closed_on.get(cost_object_id)
        return closed_on is None or day < closed_on


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
    """What rows may name, by code."""

    scope: Scope
    accounts: Mapping[str, UUID]
    consumers: Mapping[str, UUID]
    assigner: Assigner
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
        judged = self.assigner.judge(value, attributes, source)
        rule = judged.cost_object
        return Place(
            period_id=self._period(value.posted_on),
            account_id=self.account(value.account, judged.account),
            cost_object_id=judged.named_id or (rule and rule.cost_object_id) or self.unassigned_id,
            consumer_id=self._consumer(value.consumer),
            assigned_by=rule.position if rule else None,
            attributes=attributes,
        )

    def _period(self, day: date) -> UUID:
        month = self.scope.months.get(day.replace(day=1))
        if month is None:
            raise Misplaced("posted_on", f"{day} is not within {self.scope.code}")
        return month.id

    def account(self, code: str | None, rule: Rule | None) -> UUID:
        assigned = rule.account_id if rule else self.default_account_id
        found = self.accounts.get(code) if code else assigned
        if found is None:
            reason = f"there is no account {code!r} that takes postings" if code else "no account is named or assigned"
            raise Misplaced("account", reason)
        if found == self.balancing_account_id:
            raise Misplaced("account", "it is the account that balances the import")
        return found

    def _consumer(self, code: str | None) -> UUID | None:
        if code and code not in self.consumers:
            raise Misplaced("consumer", f"there is no customer {code!r}")
        return self.consumers[code] if code else None
