"""What callers see of forecasts."""

from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import Field

from chassis.money import Amount
from chassis.text import Schema
from finance.forecast.back_test import Accuracy
from finance.forecast.full_year import estimated
from finance.forecast.history import Standing
from finance.forecast.method import LARGEST, MethodName
from finance.forecast.projection import Figure, Projected
from finance.forecast.queries import Forecast

LOW = "One month in ten fell below; null where the back-test gives no range."
HIGH = "One month in ten fell above; null where the back-test gives no range."


class HistoryMonthView(Schema):
    starts_on: date
    amount: Amount = Field(description="Spend in base currency; zero for a month without postings.")
    provisional: bool = Field(description="The month still takes entries.")


class FigureView(Schema):
    starts_on: date
    amount: Amount
    low: Amount | None = Field(description=LOW)
    high: Amount | None = Field(description=HIGH)


class AccuracyView(Schema):
    """Errors of the back-test, in base currency; `mase` is in units of the mean absolute change between months."""

    forecasts: int = Field(description="How many months were forecast from those before them.")
    mae: Amount = Field(description="Mean absolute error.")
    naive_mae: Amount = Field(description="That of the last month repeated, over the same forecasts.")
    mase: Amount | None = Field(description="Null for a series that never changed.")
    bias: Amount = Field(description="Mean of forecast less actual: above zero, it promised too much spend.")

    @classmethod
    def of(cls, accuracy: Accuracy, currency: str) -> Self:
        return cls(
            forecasts=accuracy.forecasts,
            mae=estimated(accuracy.mae, currency),
            naive_mae=estimated(accuracy.naive_mae, currency),
            mase=None if accuracy.mase is None else Decimal(f"{min(accuracy.mase, LARGEST):.4f}"),
            bias=estimated(accuracy.bias, currency),
        )


class MethodView(Schema):
    method: MethodName
    minimum_months: int = Field(description="Months of history that it needs.")
    figures: list[FigureView] = Field(description="Empty where the method cannot be used.")
    accuracy: AccuracyView | None = Field(description="Null where there is too little history to try the method.")
    reason: str | None = Field(description="Why it has no figures, was not tried, or has no range.")

    @classmethod
    def of(cls, method: Projected, months: list[date], currency: str) -> Self:
        return cls(
            method=method.name,
            minimum_months=method.minimum,
            figures=[_figure(*each, currency) for each in zip(months, method.figures, strict=False)],
            accuracy=AccuracyView.of(method.accuracy, currency) if method.accuracy else None,
            reason=method.reason,
        )


def _figure(month: date, figure: Figure, currency: str) -> FigureView:
    return FigureView(
        starts_on=month,
        amount=estimated(figure.amount, currency),
        low=None if figure.low is None else estimated(figure.low, currency),
        high=None if figure.high is None else estimated(figure.high, currency),
    )


class ForecastView(Schema):
    """Estimates, rounded to the minor unit. `chosen` is the method that erred least; `why` says so, or what else."""

    base_currency: str
    history: list[HistoryMonthView]
    chosen: MethodName | None
    why: str
    methods: list[MethodView]

    @classmethod
    def of(cls, forecast: Forecast, months: list[date]) -> Self:
        said, currency = forecast.projection, forecast.currency
        return cls(
            base_currency=currency,
            history=[
                HistoryMonthView(
                    starts_on=month.starts_on,
                    amount=month.posted or Decimal(0),
                    provisional=month.standing != Standing.ACTUAL,
                )
                for month in forecast.history.months
            ],
            chosen=said.chosen.name if said.chosen else None,
            why=said.why,
            methods=[MethodView.of(method, months, currency) for method in said.methods],
        )


class ForecastRow(Schema):
    """A month of a method in a table; a method without figures has one row that says why."""

    method: MethodName
    chosen: bool
    starts_on: date | None
    amount: Amount | None
    low: Amount | None
    high: Amount | None
    mae: Amount | None
    naive_mae: Amount | None
    mase: Amount | None
    bias: Amount | None
    reason: str | None


def forecast_rows(view: ForecastView) -> list[ForecastRow]:
    return [
        ForecastRow(
            method=method.method,
            chosen=method.method == view.chosen,
            **figure,
            **{name: getattr(method.accuracy, name, None) for name in ("mae", "naive_mae", "mase", "bias")},
            reason=method.reason,
        )
        for method in view.methods
        for figure in [dict(each) for each in method.figures] or [dict.fromkeys(FigureView.model_fields)]
    ]


class OutlookMonthView(Schema):
    starts_on: date
    standing: Standing = Field(description="Actual and provisional months count what was posted.")
    posted: Amount
    forecast: Amount | None = Field(description="Null for a month that is over, and where there is nothing to go by.")
    amount: Amount | None = Field(description="What the year counts; of a month not over, the larger of both.")
    low: Amount | None = Field(description=LOW)
    high: Amount | None = Field(description=HIGH)


class FullYearOutlookView(Schema):
    """Sums are null as soon as a month's is. Low and high add up the months' ends: the widest range."""

    fiscal_year: str
    starts_on: date
    ends_on: date = Field(description="The first day after the year.")
    base_currency: str
    method: MethodName | None = Field(description="The method that erred least; null where nothing is forecast.")
    why: str
    months: list[OutlookMonthView]
    total: Amount | None
    low: Amount | None
    high: Amount | None
    last_year_total: Amount | None = Field(
        description="Null where the year before is not over, not kept, or kept in another currency."
    )
