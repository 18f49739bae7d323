"""What callers send and see of market spaces."""

from uuid import UUID

from pydantic import Field

from chassis.text import Code, Line, Prose, Schema


class DescribeMarketSpace(Schema):
    name: Line
    description: Prose = ""
    owner: Line
    rationale: Prose = Field(default="", description="Why the organization competes here.")


class DefineMarketSpace(DescribeMarketSpace):
    code: Code
    parent_id: UUID | None = None


class MoveMarketSpace(Schema):
    under: UUID | None = Field(description="The new parent; null makes it a root.")


class MarketSpaceView(Schema):
    id: UUID
    code: str
    name: str
    description: str
    owner: str
    rationale: str
    parent_id: UUID | None
    version: int
