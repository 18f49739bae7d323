"""The figures of the options of a case, as finance has answered with them."""

from typing import Any

from pydantic import BaseModel, Field

from chassis.money import EXACT, Amount
from chassis.text import Schema
from portfolio.business_case.terms import IrrState


class OptionValue(Schema):
    """`irrs` are all rates that make the NPV zero."""

    npv: Amount
    irr_state: IrrState
    irrs: list[Amount]


class Figures(OptionValue):
    """Null where a figure has no meaning for these flows; a payback that never comes is null too."""

    mirr: Amount | None
    payback: Amount | None = Field(description="In periods from now.")
    discounted_payback: Amount | None
    profitability_index: Amount | None
    return_on_investment: Amount | None
    equivalent_annual_value: Amount | None
    life: Amount
    increment: OptionValue | None = Field(description="Against doing nothing; null for that option itself.")


class OptionFigures(Schema):
    """`figures` without soft benefits; `soft_benefits` is the present value of those."""

    number: int
    name: str
    does_nothing: bool
    figures: Figures
    soft_benefits: Amount
    with_soft_benefits: Figures


class HeardValue(BaseModel):
    npv: Amount
    irr_state: IrrState
    irrs: list[Amount]


class HeardFigures(HeardValue):
    mirr: Amount | None
    payback: Amount | None
    discounted_payback: Amount | None
    profitability_index: Amount | None
    return_on_investment: Amount | None
    equivalent_annual_value: Amount | None
    life: Amount


class HeardIncrement(HeardValue):
    without_soft_benefits: HeardValue


class HeardOption(HeardFigures):
    """As finance announces it; what was appraised for nobody's case may lack the sets of a case."""

    number: int
    name: str
    does_nothing: bool
    without_soft_benefits: HeardFigures | None = None
    increment: HeardIncrement | None = None

    def kept(self) -> dict[str, Any]:
        """In the words of `OptionFigures`. ValueError for one without the figures that leave soft benefits out."""
        hard, more = self.without_soft_benefits, self.increment
        if hard is None:
            raise ValueError(f"the option {self.name} has no figures without soft benefits")
        both = self.model_dump(include=set(HeardFigures.model_fields))
        option = OptionFigures.model_validate(
            {
                "number": self.number,
                "name": self.name,
                "does_nothing": self.does_nothing,
                "figures": {**hard.model_dump(), "increment": more and more.without_soft_benefits.model_dump()},
                "soft_benefits": EXACT.subtract(self.npv, hard.npv),
                "with_soft_benefits": {
                    **both,
                    "increment": more and more.model_dump(exclude={"without_soft_benefits"}),
                },
            }
        )
        return option.model_dump(mode="json")
