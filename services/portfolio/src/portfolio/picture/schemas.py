"""What callers see of pictures. Null is what was not measured or not said; it is never zero."""

from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency
from chassis.text import Schema
from portfolio.service.terms import Criticality, Kind, Stage, Status


class Pictured(Schema):
    service_id: UUID
    code: str
    name: str
    status: Status


class Spend(Schema):
    """Posted cost less income."""

    amount: Amount
    currency: Currency


class Bubble(Pictured):
    criticality: Criticality | None
    value: Amount | None = Field(description="How well it serves the objectives in force, from 0 to 1.")
    risk: Amount | None = Field(description="1 less its health, which is the share of its promises that it kept.")
    coverage: Amount | None = Field(description="The share of its promises that was measured, behind the risk.")
    spend: Spend | None = Field(description="Null also where it was posted in several currencies.")
    explain: str = Field(description="Relative to the picture's own address: the evidence behind the bubble.")


class Cell(Schema):
    starts_on: date
    ends_on: date
    health: Amount | None = Field(description="Null: nothing was measured.")
    coverage: Amount | None
    levels: int


class HeatRow(Pictured):
    cells: list[Cell] = Field(description="Of windows that were assessed, in order; a window that is not here was not.")


class Asked(Schema):
    """What services of a status ask for in one currency."""

    currency: Currency
    amount: Amount
    services: int


class FunnelStage(Schema):
    """`days_*` are whole days since each service came into the status; null when there is none."""

    status: Status
    services: int
    days_mean: Amount | None = Field(description="One decimal.")
    days_median: Amount | None = Field(description="One decimal.")
    days_longest: int | None
    asked: list[Asked]
    without_budget: int = Field(description="Services that state no budget, which is not zero.")


class Funnel(Schema):
    as_of: date
    stages: list[FunnelStage] = Field(description="From proposed to in development, then those on hold.")


class Bar(Pictured):
    kind: Kind
    planned_launch_on: date | None
    launched_on: date | None
    retires_on: date | None
    retired_on: date | None
    days_late: int | None = Field(description="Of the launch, or of today while it has not come; below zero is early.")


class Node(Pictured):
    kind: Kind
    criticality: Criticality | None
    used_by: int = Field(description="How many services of the picture use it directly.")


class Edge(Schema):
    """`service_id` uses `uses_id`."""

    service_id: UUID
    uses_id: UUID
    kind: str | None
    criticality: Criticality | None


class Graph(Schema):
    stage: Stage | None
    nodes: list[Node]
    edges: list[Edge]
