"""How likely the values of an uncertain input are. Each gives the value that lies below it with a given probability."""

from decimal import Decimal, localcontext
from statistics import NormalDist
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chassis.money import DecimalString, round_to
from chassis.text import Schema
from finance.investment.discounting import CONTEXT

FACTOR_DECIMALS = 12

Factor = Annotated[
    Decimal,
    DecimalString(
        r"^-?[0-9]{1,6}(\.[0-9]{1,12})?$",
        'write a factor or a rate as a string such as "1.15": at most 6 digits, then at most 12 decimals',
    ),
]


class Uniform(Schema):
    shape: Literal["uniform"]
    low: Factor
    high: Factor

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self

    def at(self, probability: Decimal) -> Decimal:
        with localcontext(CONTEXT):
            return self.low + (self.high - self.low) * probability


class Triangular(Schema):
    shape: Literal["triangular"]
    low: Factor
    mode: Factor
    high: Factor

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if not self.low <= self.mode <= self.high:
            raise ValueError("mode must lie between low and high")
        return self

    def at(self, probability: Decimal) -> Decimal:
        """The inverse of its distribution function, which rises to (mode − low) / (high − low) at the mode."""
        with localcontext(CONTEXT):
            width, rise, fall = self.high - self.low, self.mode - self.low, self.high - self.mode
            if probability * width <= rise:
                return self.low + (probability * width * rise).sqrt()
            return self.high - ((1 - probability) * width * fall).sqrt()


class Normal(Schema):
    shape: Literal["normal"]
    mean: Factor
    deviation: Factor = Field(description="Standard deviation, zero or more.")

    @model_validator(mode="after")
    def deviates(self) -> Self:
        if self.deviation < 0:
            raise ValueError("a standard deviation is zero or more")
        return self

    def at(self, probability: Decimal) -> Decimal:
        """A float gives the quantile; twelve decimals of it are the same on every machine."""
        quantile = round_to(Decimal(NormalDist().inv_cdf(float(probability))), FACTOR_DECIMALS)
        with localcontext(CONTEXT):
            return self.mean + self.deviation * quantile


Distribution = Annotated[Uniform | Triangular | Normal, Field(discriminator="shape")]
