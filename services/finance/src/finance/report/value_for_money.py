"""Value for money: what a service costs and what a unit of it costs, beside what is asked of it and what it attains."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import EXACT, Amount, Quantity
from chassis.text import Schema
from finance.attainment.queries import Attained, attainments
from finance.cost_object.model import CostObject
from finance.driver.queries import driver_with
from finance.fiscal_period.range import PeriodRange
from finance.report.full_cost import FullCosts, full_costs
from finance.report.links import EXPLAIN
from finance.report.measure import percent_change, ratio
from finance.report.quantities import Quantities, quantities_of
from finance.report.selected import OfRange, Selected
from finance.report.unit_cost import Unmeasured, unmeasured
from finance.subscription.queries import subscribed_on


class ValueForMoneyRow(Schema):
    """Null is what was not measured, and what cannot be compared."""

    cost_object: str
    name: str
    service_id: UUID | None
    cost: Amount | None
    cost_change_percent: Amount | None
    demand: Quantity | None = Field(description="In units of the driver.")
    demand_change_percent: Amount | None
    unit_cost: Amount | None
    unit_cost_change_percent: Amount | None
    unmeasured: Unmeasured | None = Field(description="Why there is no unit cost.")
    subscribed: Quantity | None = Field(description="On the last day of the range, by all consumers together.")
    attainment: Amount | None = Field(
        description="Percent met of what was measured of its promises, in windows that lie in the range; null for none."
    )
    coverage: Amount | None = Field(description="Percent of its promises that was measured; null for no assessment.")
    explain: str = Field(description=EXPLAIN)
    explain_demand: str = Field(description=EXPLAIN)


class ValueForMoneyView(OfRange):
    model: str | None = Field(description="Null for direct cost.")
    driver: str
    unit: str
    compared_from: date | None
    compared_before: date | None
    rows: list[ValueForMoneyRow]


@dataclass(frozen=True)
class Money:
    """Cost and demand over a range."""

    within: PeriodRange
    costs: FullCosts
    demand: Quantities

    def of(self, id: UUID) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Cost, demand, and cost by demand."""
        cost, demand = self.costs.of(id, self.within), self.demand.of(id, self.within)
        return cost, demand, ratio(cost, demand)


async def value_for_money(
    session: AsyncSession,
    within: PeriodRange,
    earlier: PeriodRange | None,
    selected: Selected,
    *,
    model: str | None,
    driver: str,
) -> ValueForMoneyView:
    """A handful of statements. Raises UnknownModel, UnknownDriver."""
    measured = await driver_with(session, driver)

    async def money(part: PeriodRange) -> Money:
        costs = await full_costs(session, part, model, selected.ids)
        return Money(part, costs, await quantities_of(session, measured, part, selected.ids))

    now, before = await money(within), await money(earlier) if earlier else None
    services = [each.service_id for each in selected.objects if each.service_id]
    subscribed = await subscribed_on(session, services, within.ends_on - timedelta(days=1))
    attained = await attainments(session, within, services)
    return ValueForMoneyView(
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        base_currency=within.currency,
        next_cursor=selected.next_cursor,
        total=selected.total,
        model=model,
        driver=measured.code,
        unit=measured.unit,
        compared_from=earlier.starts_on if earlier else None,
        compared_before=earlier.ends_on if earlier else None,
        rows=[_row(each, now, before, subscribed, attained) for each in selected.objects],
    )


def _row(
    cost_object: CostObject,
    now: Money,
    before: Money | None,
    subscribed: Mapping[UUID, Decimal],
    attained: Mapping[UUID, Attained],
) -> ValueForMoneyRow:
    id, service_id = cost_object.id, cost_object.service_id
    kept = attained.get(service_id) if service_id else None
    cost, demand, unit_cost = now.of(id)
    then = before.of(id) if before else (None, None, None)
    return ValueForMoneyRow(
        cost_object=cost_object.code,
        name=cost_object.name,
        service_id=service_id,
        cost=cost,
        cost_change_percent=percent_change(cost, then[0]),
        demand=demand,
        demand_change_percent=percent_change(demand, then[1]),
        unit_cost=unit_cost,
        unit_cost_change_percent=percent_change(unit_cost, then[2]),
        unmeasured=unmeasured(cost, demand, unit_cost),
        subscribed=subscribed.get(service_id) if service_id else None,
        attainment=_percent(kept.share if kept else None),
        coverage=_percent(kept.coverage if kept else None),
        explain=now.costs.link(cost_object, now.within),
        explain_demand=now.demand.link(id, now.within),
    )


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else share.scaleb(2, context=EXACT)
