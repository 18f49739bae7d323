"""What callers see of consumers."""

from uuid import UUID

from pydantic import Field

from chassis.text import Schema


class ConsumerView(Schema):
    id: UUID = Field(description="The customer's own id.")
    code: str
    name: str
    survivor_id: UUID | None = Field(description="The customer that it was merged into.")
    version: int
