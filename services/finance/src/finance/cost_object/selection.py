"""Which cost objects a rule speaks of: those with certain codes, and all of certain kinds."""

from pydantic import Field
from sqlalchemy import Select, or_, select

from chassis.text import Code, Schema
from finance.cost_object.model import CostObject, CostObjectKind


class Selection(Schema):
    """At least one of both; what both name is selected once."""

    codes: list[Code] = Field(default=[], max_length=10_000)
    kinds: list[CostObjectKind] = Field(default=[], max_length=10)

    def query(self) -> Select[CostObject]:
        """By code, which is also the order in which ties of a split are broken."""
        named = or_(CostObject.code.in_(self.codes), CostObject.kind.in_(self.kinds))
        return select(CostObject).where(named).order_by(CostObject.code)
