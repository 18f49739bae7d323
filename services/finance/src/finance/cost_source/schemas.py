"""What callers send and see of cost sources."""

from uuid import UUID

from pydantic import Field

from chassis.text import Day, Schema
from finance.cost_import.model import CostView
from finance.cost_import.rule_schemas import SourceName
from finance.cost_source.model import Cadence


class ExpectCost(Schema):
    view: CostView = CostView.BILLED
    cadence: Cadence = Field(default=Cadence.MONTHLY, description="Of a daily source each day without cost is missed.")
    expected_from: Day
    expected_until: Day | None = Field(default=None, description="The first day on which nothing is expected any more.")


class AddCostSource(ExpectCost):
    source: SourceName


class CostSourceView(AddCostSource):
    id: UUID
    version: int
