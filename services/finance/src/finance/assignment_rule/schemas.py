"""What callers send and see of assignment rules."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from chassis.text import NO_NUL, Code, Schema

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


class Condition(Schema):
    """Of one column that the import mapping keeps, of `tags.` and a tag's name, or of a field such as `description`."""

    column: Text
    equals: Text | None = None
    starts_with: Text | None = None

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if (self.equals is None) == (self.starts_with is None):
            raise ValueError("give either equals or starts_with")
        return self


class Assignment(Schema):
    conditions: list[Condition] = Field(min_length=1, max_length=10, description="All of them must hold.")
    cost_object: Code | None = Field(default=None, description="The code of a cost object.")
    account: Code | None = Field(default=None, description="The code of a leaf account.")

    @model_validator(mode="after")
    def _assigns_something(self) -> Self:
        if self.cost_object is None and self.account is None:
            raise ValueError("give a cost object, an account or both")
        return self


class ReplaceAssignmentRules(Schema):
    rules: list[Assignment] = Field(
        max_length=1_000, description="In order. Cost object and account each come from the first rule that has one."
    )


class AssignmentRulesView(ReplaceAssignmentRules):
    version: int = Field(description="0 before the first list is put.")
    actor: str | None
    changed_at: datetime | None
