"""What a unit of a service costs: full cost by the quantity of a driver, in each period and over the range."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import Amount, Quantity
from chassis.text import Schema
from finance.cost_object.model import CostObject
from finance.driver.model import DriverKind
from finance.driver.queries import driver_with
from finance.fiscal_period.range import PeriodRange
from finance.report.full_cost import FullCosts, full_costs, periods_of
from finance.report.links import EXPLAIN
from finance.report.measure import percent_change, ratio
from finance.report.quantities import Quantities, quantities_of
from finance.report.selected import OfRange, Selected


class Unmeasured(StrEnum):
    """Why there is no unit cost."""

    NOT_ALLOCATED = "not_allocated"
    NO_QUANTITY = "no_quantity"
    TOO_LARGE = "too_large"


class UnitCostRow(Schema):
    """Of one period, or of the whole range. unit_cost = cost / quantity, rounded to 12 decimals."""

    cost_object: str
    name: str
    period: str | None = Field(description="Null for the whole range.")
    starts_on: date
    ends_on: date
    cost: Amount | None = Field(description="Null where no current runs of the model make up the period.")
    quantity: Quantity | None = Field(description="Of a flow what was counted, of a level what held on the last day.")
    unit_cost: Amount | None
    unmeasured: Unmeasured | None = Field(description="Why there is no unit cost.")
    change_percent: Amount | None = Field(description="From the period before; null where that was not measured.")
    explain: str = Field(description=EXPLAIN)
    explain_quantity: str = Field(description=EXPLAIN)


class UnitCostsView(OfRange):
    model: str | None = Field(description="Null for direct cost.")
    driver: str
    unit: str
    driver_kind: DriverKind
    rows: list[UnitCostRow]


async def unit_costs(
    session: AsyncSession, within: PeriodRange, selected: Selected, *, model: str | None, driver: str
) -> UnitCostsView:
    """A handful of statements. Raises UnknownModel, UnknownDriver."""
    measured = await driver_with(session, driver)
    costs = await full_costs(session, within, model, selected.ids)
    quantities = await quantities_of(session, measured, within, selected.ids)
    periods = await periods_of(session, within)
    units = [Units(each, costs, quantities) for each in selected.objects]
    return UnitCostsView(
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        base_currency=within.currency,
        next_cursor=selected.next_cursor,
        total=selected.total,
        model=model,
        driver=measured.code,
        unit=measured.unit,
        driver_kind=measured.kind,
        rows=[row for each in units for row in each.rows(within, periods)],
    )


@dataclass(frozen=True)
class Units:
    """Of one cost object."""

    cost_object: CostObject
    costs: FullCosts
    quantities: Quantities

    def rows(self, within: PeriodRange, periods: list[tuple[str, PeriodRange]]) -> list[UnitCostRow]:
        made: list[UnitCostRow] = []
        for code, period in periods:
            made.append(self._row(code, period, made[-1].unit_cost if made else None))
        return [*made, self._row(None, within, None)]

    def _row(self, code: str | None, part: PeriodRange, before: Decimal | None) -> UnitCostRow:
        id = self.cost_object.id
        cost, quantity = self.costs.of(id, part), self.quantities.of(id, part)
        unit_cost = ratio(cost, quantity)
        return UnitCostRow(
            cost_object=self.cost_object.code,
            name=self.cost_object.name,
            period=code,
            starts_on=part.starts_on,
            ends_on=part.ends_on,
            cost=cost,
            quantity=quantity,
            unit_cost=unit_cost,
            unmeasured=unmeasured(cost, quantity, unit_cost),
            change_percent=percent_change(unit_cost, before),
            explain=self.costs.link(self.cost_object, part),
            explain_quantity=self.quantities.link(id, part),
        )


def unmeasured(cost: Decimal | None, quantity: Decimal | None, unit_cost: Decimal | None) -> Unmeasured | None:
    if unit_cost is not None:
        return None
    if cost is None:
        return Unmeasured.NOT_ALLOCATED
    return Unmeasured.TOO_LARGE if quantity else Unmeasured.NO_QUANTITY
