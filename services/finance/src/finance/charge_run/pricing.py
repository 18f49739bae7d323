"""What consumers are charged by prices for use and subscriptions; what cannot be charged, with the reason."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from chassis.money import exact_sum
from finance.charge.line import Charged, Priced
from finance.charge.schemas import Counted, Rating
from finance.charge_run.uncharged import Uncharged
from finance.cost_object.model import CostObject
from finance.driver.model import Quantity
from finance.price_book.price import CostPlus, Percentage, Terms
from finance.price_book.rating import Use, rate
from finance.price_book.stating import cut, stated
from finance.price_book.validity import Segment
from finance.subscription.model import SubscribedSum
from finance.usage_record.model import UsageSum

NO_TERMS: Mapping[UUID, Sequence[Terms]] = {}


@dataclass(frozen=True)
class Count:
    """A quantity of one consumer that one item prices; `days` of the full period prorate what is not a quantity."""

    segment: Segment
    consumer_id: UUID
    cost_object: CostObject
    terms: Terms
    quantity: Fraction
    counted: Counted
    days: int
    records: int | None = None
    quantity_days: Decimal | None = None


@dataclass(frozen=True)
class UnitCost:
    """The full cost of a cost object, and all units that it is the cost of."""

    cost: Decimal
    quantity: Fraction

    @property
    def of_one(self) -> Fraction:
        return Fraction(self.cost) / self.quantity


@dataclass
class Pricing:
    """`terms`: version → cost object → items. `full_costs` is null where no allocation model is named.

    `cost_objects` are those that are charged; `consumers` are the surviving ones with their names.
    """

    segments: Sequence[Segment]
    terms: Mapping[UUID, Mapping[UUID, Sequence[Terms]]]
    cost_objects: Mapping[UUID, CostObject]
    consumers: Mapping[UUID, tuple[str, str]]
    currency: str
    full_costs: Mapping[UUID, Decimal] | None = None
    uncharged: Uncharged = field(default_factory=Uncharged)

    def lines(self, used: Iterable[UsageSum], subscribed: Iterable[SubscribedSum]) -> list[Charged]:
        """By consumer, cost object, item and day."""
        counts = [count for row in used for count in self._of_usage(row)]
        counts += [count for row in subscribed for count in self._of_subscriptions(row)]
        unit_costs = self._unit_costs(counts)
        lines = [(count, self._line(count, unit_costs)) for count in counts if self._has_cost(count, unit_costs)]
        lines += [(count, self._line(count, unit_costs)) for count in self._percentages(lines)]
        return sorted((line for _, line in lines), key=_place)

    def _items(self, segment: Segment, cost_object_id: UUID) -> Sequence[Terms]:
        return self.terms.get(segment.version_id, NO_TERMS).get(cost_object_id, ()) if segment.version_id else ()

    def _of_usage(self, row: UsageSum) -> Iterator[Count]:
        segment, cost_object = self.segments[row.segment], self.cost_objects[row.cost_object_id]
        items = [terms for terms in self._items(segment, cost_object.id) if terms.meter == row.meter]
        if row.ended:
            why = f"used after it ended on {cost_object.closed_on}"
        elif segment.version_id is None:
            why = f"no price version in force in [{segment.starts_on}, {segment.ends_on})"
        elif not items:
            why = "no price for what was used"
        elif row.quantity < 0:
            why = "more was taken back than used"
        else:
            days = segment.days_until(cost_object.closed_on)
            quantity = Fraction(row.quantity)
            for terms in items:
                yield Count(
                    segment, row.consumer_id, cost_object, terms, quantity, Counted.USAGE, days, records=row.records
                )
            return
        self.uncharged.add(cost_object.code, why, row.meter, row.quantity, row.consumer_id)

    def _of_subscriptions(self, row: SubscribedSum) -> Iterator[Count]:
        segment, cost_object = self.segments[row.segment], self.cost_objects[row.cost_object_id]
        items = self._items(segment, cost_object.id)
        if not items:
            why = "no price for what is subscribed to"
            if segment.version_id is None:
                why = f"no price version in force in [{segment.starts_on}, {segment.ends_on})"
            self.uncharged.add(cost_object.code, why, "subscribed days", row.quantity_days, row.consumer_id)
        for terms in items:
            if terms.meter is not None or isinstance(terms.price, Percentage):
                continue
            if terms.prorated:
                quantity = Fraction(row.quantity_days) / segment.period_days
            elif row.beginning is not None:
                quantity = Fraction(row.beginning)
            else:
                continue  # charged whole where its first day in the period lies
            yield Count(
                segment,
                row.consumer_id,
                cost_object,
                terms,
                quantity,
                Counted.SUBSCRIPTION,
                row.days,
                quantity_days=row.quantity_days,
            )

    def _unit_costs(self, counts: Collection[Count]) -> dict[UUID, UnitCost]:
        """Of cost objects charged by cost-plus whose cost is known: it is that of all units in the range."""
        quantities: dict[UUID, dict[str | None, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for count in counts:
            if isinstance(count.terms.price, CostPlus):
                quantities[count.cost_object.id][count.terms.meter] += count.quantity
        found: dict[UUID, UnitCost] = {}
        for id, by_meter in quantities.items():
            code, total = self.cost_objects[id].code, sum(by_meter.values(), Fraction(0))
            if self.full_costs is None:
                self.uncharged.say(code, "cost-plus needs an allocation model, which the plan does not name")
            elif len(by_meter) > 1:
                self.uncharged.say(code, "cost-plus counts different units in this range: charge each part by itself")
            elif total == 0:
                self.uncharged.say(code, "cost-plus has no units to share the cost by")
            elif self.full_costs.get(id, Decimal(0)) < 0:
                self.uncharged.say(code, "its cost is below zero")
            else:
                found[id] = UnitCost(self.full_costs.get(id, Decimal(0)), total)
        return found

    @staticmethod
    def _has_cost(count: Count, unit_costs: Mapping[UUID, UnitCost]) -> bool:
        return not isinstance(count.terms.price, CostPlus) or count.cost_object.id in unit_costs

    def _percentages(self, lines: Iterable[tuple[Count, Charged]]) -> Iterator[Count]:
        """Of what each consumer is charged in each segment, rounded as it stands there."""
        charged: dict[tuple[UUID, Segment], list[tuple[UUID, str, Decimal]]] = defaultdict(list)
        for count, line in lines:
            of = (count.cost_object.id, count.terms.code, line.amount)
            charged[count.consumer_id, count.segment].append(of)
        for (consumer_id, segment), amounts in charged.items():
            for cost_object, terms, price in self._percent_items(segment):
                base = [
                    amount for id, code, amount in amounts if (code in price.of if price.of else id == cost_object.id)
                ]
                if base:
                    days = segment.days_until(cost_object.closed_on)
                    quantity = Fraction(exact_sum(base))
                    yield Count(segment, consumer_id, cost_object, terms, quantity, Counted.CHARGES, days)

    def _percent_items(self, segment: Segment) -> Iterator[tuple[CostObject, Terms, Percentage]]:
        if segment.version_id is None:
            return
        for id, items in self.terms[segment.version_id].items():
            for terms in items:
                if isinstance(terms.price, Percentage) and id in self.cost_objects:
                    yield self.cost_objects[id], terms, terms.price

    def _line(self, count: Count, unit_costs: Mapping[UUID, UnitCost]) -> Charged:
        segment, terms = count.segment, count.terms
        by_cost = unit_costs.get(count.cost_object.id) if isinstance(terms.price, CostPlus) else None
        use = Use(count.quantity, Fraction(count.days, segment.period_days), by_cost.of_one if by_cost else None)
        rated = rate(terms, use, self.currency)
        code, name = self.consumers[count.consumer_id]
        quantity = cut(count.quantity)
        rating = Rating(
            model=terms.price.model,
            counted=count.counted,
            meter=terms.meter,
            records=count.records,
            quantity_days=count.quantity_days,
            days=count.days,
            period_days=segment.period_days,
            cost=by_cost.cost if by_cost else None,
            cost_quantity=cut(by_cost.quantity) if by_cost else None,
            steps=stated(rated.steps),
        )
        return Charged(
            cost_object_id=count.cost_object.id,
            code=count.cost_object.code,
            service_id=count.cost_object.service_id,
            consumer=Quantity(count.consumer_id, code, name, quantity),
            quantity_total=quantity,
            cost=rated.amount,
            amount=rated.amount,
            priced=_priced(count, cut(rated.exact), rating),
        )


def _priced(count: Count, exact: Decimal, rating: Rating) -> Priced:
    if count.segment.version_id is None:
        raise ValueError("what no version prices cannot be priced")
    return Priced(
        item_code=count.terms.code,
        item_name=count.terms.name,
        unit=count.terms.unit,
        price_version_id=count.segment.version_id,
        starts_on=count.segment.starts_on,
        ends_on=count.segment.ends_on,
        exact=exact,
        rated=rating.model_dump(mode="json"),
    )


def _place(line: Charged) -> tuple[str, str, str, str, str]:
    priced = line.priced
    item = (priced.item_code, str(priced.starts_on)) if priced else ("", "")
    return line.consumer.name, str(line.consumer.target_id), line.code, *item
