"""What callers send and see of cost objects."""

from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.text import Code, Day, Line, Schema
from finance.cost_object.model import CostObjectKind


class DescribeCostObject(Schema):
    name: Line
    kind: CostObjectKind
    chargeable: bool = False
    closed_on: Day | None = Field(default=None, description="The first day without cost and charges.")
    parent: Code | None = Field(default=None, description="The code of the cost object above it, for budgets.")


class OpenCostObject(DescribeCostObject):
    code: Code
    opened_on: Day | None = Field(default=None, description="Today if left out.")


class CostObjectRow(Schema):
    """A line of an imported list of cost objects; a day or a parent that is not given is left as it is."""

    code: Code
    name: Line
    kind: CostObjectKind
    opened_on: Day | None = None
    closed_on: Day | None = None
    parent: Code | None = None


class CostObjectView(Schema):
    id: UUID
    code: str
    name: str
    kind: CostObjectKind
    service_id: UUID | None = Field(description="The service of the portfolio that it stands for.")
    initiative_id: UUID | None = Field(description="The initiative of strategy that it stands for.")
    parent_id: UUID | None
    opened_on: date
    closed_on: date | None
    chargeable: bool
    version: int
