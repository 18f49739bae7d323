"""Taking rows of a file into the subscriptions: new ones, ends brought nearer, or a refusal with its reason."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from portfolio.intake import Outcome, RowRefused
from portfolio.known_customer.queries import Customers
from portfolio.service.model import Service
from portfolio.service.register import Register
from portfolio.subscription.import_schemas import SubscriptionRow
from portfolio.subscription.model import Subscription


@dataclass
class Intake:
    """Learns first of the subscriptions that the rows may mean or meet; `new` is to be stored."""

    register: Register
    customers: Customers
    by_parties: dict[tuple[UUID, UUID], list[Subscription]] = field(default_factory=lambda: defaultdict(list))
    by_external_id: dict[tuple[str, str], Subscription] = field(default_factory=dict)
    new: list[Subscription] = field(default_factory=list)

    def learn(self, subscriptions: Iterable[Subscription]) -> None:
        for subscription in subscriptions:
            self.by_parties[subscription.customer_id, subscription.service_id].append(subscription)
            if subscription.source and subscription.external_id:
                self.by_external_id[subscription.source, subscription.external_id] = subscription

    def take(self, row: SubscriptionRow) -> Outcome:
        """Raises RowRefused and what `Subscription.start` and `end` do."""
        service, customer_id = self.register.service(row), self._customer(row)
        others = self.by_parties[customer_id, service.id]
        if known := self._find(row, others):
            return self._change(known, row, service, customer_id)
        subscription = Subscription.start(
            service=service,
            customer_id=customer_id,
            quantity=row.quantity,
            option=row.option,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            others=others,
            source=row.source if row.external_id else None,
            external_id=row.external_id,
        )
        self.new.append(subscription)
        self.learn([subscription])
        return "created"

    def _customer(self, row: SubscriptionRow) -> UUID:
        if row.customer_id:
            field, found = "customer_id", self.customers.by_id.get(row.customer_id)
        else:
            field, found = "customer", self.customers.by_code.get(row.customer or "")
        if found is None:
            raise RowRefused(field, "no such customer has been announced")
        return found

    def _find(self, row: SubscriptionRow, others: list[Subscription]) -> Subscription | None:
        if row.external_id:
            return self.by_external_id.get((row.source or "", row.external_id))
        terms = (row.option, row.starts_on)
        return next((other for other in others if (other.option, other.starts_on) == terms), None)

    def _change(self, known: Subscription, row: SubscriptionRow, service: Service, customer_id: UUID) -> Outcome:
        """Only the end of a subscription can still change."""
        stated = (service.id, customer_id, row.quantity, row.option, row.starts_on)
        kept = (known.service_id, known.customer_id, known.quantity, known.option, known.starts_on)
        if stated != kept:
            raise RowRefused("", "it runs on other terms; end it, and start another one")
        if row.ends_on is None or row.ends_on == known.ends_on:
            return "unchanged"
        known.end(on=row.ends_on)
        return "changed"
