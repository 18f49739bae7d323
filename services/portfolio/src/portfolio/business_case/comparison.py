"""The options of a case side by side: what each costs and brings, what it is worth, and which is best by what."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from chassis.money import EXACT, Amount, Currency, exact_sum
from chassis.text import Schema
from portfolio.business_case.content import CaseContent, CaseFlow, CaseOption
from portfolio.business_case.figures import Figures, OptionFigures
from portfolio.business_case.model import BusinessCase
from portfolio.business_case.submission import BusinessCaseSubmission
from portfolio.business_case.terms import CaseStatus, FlowKind
from portfolio.business_case.verdicts import Candidate, VerdictView, verdicts


class KindTotals(Schema):
    """Undiscounted; received is positive, paid is negative. `net` leaves soft benefits out."""

    capital: Amount
    operating: Amount
    benefit_hard: Amount
    net: Amount
    benefit_soft: Amount


class PeriodTotals(KindTotals):
    period: int = Field(description="Counted from 0; of dated flows the calendar year.")


class ComparedOption(Schema):
    number: int
    name: str
    does_nothing: bool
    preferred: bool
    totals: KindTotals
    periods: list[PeriodTotals]
    against_doing_nothing: KindTotals | None = Field(description="Its totals minus those; null for that option.")
    figures: Figures | None = Field(description="Null as long as finance has not answered.")
    soft_benefits: Amount | None = Field(description="Their present value.")


class ComparisonView(Schema):
    """`number` is the submission that is compared; null for a draft."""

    business_case_id: UUID
    status: CaseStatus
    number: int | None
    currency: Currency
    discount_rate: Amount
    soft_benefits_counted: bool
    appraised_at: datetime | None
    lives_differ: bool | None = Field(description="Then annual values compare what net present values cannot.")
    options: list[ComparedOption]
    best: list[VerdictView]


def compared(case: BusinessCase, submission: BusinessCaseSubmission | None, *, soft_benefits: bool) -> ComparisonView:
    """What was submitted, or without that what the draft says."""
    said = submission.said if submission else case.said
    known = {each.number: each for each in _figures(submission)}
    options = _options(said, known, soft_benefits=soft_benefits)
    candidates = [
        Candidate(option.name, option.does_nothing, option.preferred, option.figures)
        for option in options
        if option.figures
    ]
    lives = {candidate.figures.life for candidate in candidates if not candidate.does_nothing}
    return ComparisonView(
        business_case_id=case.id,
        status=case.status,
        number=submission.number if submission else None,
        currency=said.currency,
        discount_rate=said.discount_rate,
        soft_benefits_counted=soft_benefits,
        appraised_at=submission.answered_at if submission and known else None,
        lives_differ=len(lives) > 1 if known else None,
        options=options,
        best=verdicts(candidates, said.currency, lives_differ=len(lives) > 1),
    )


def _figures(submission: BusinessCaseSubmission | None) -> list[OptionFigures]:
    return [OptionFigures.model_validate(each) for each in (submission and submission.figures) or ()]


def _options(said: CaseContent, known: dict[int, OptionFigures], *, soft_benefits: bool) -> list[ComparedOption]:
    nothing = next(option for option in said.options if option.does_nothing)
    return [
        _option(number, option, nothing, known.get(number), soft_benefits=soft_benefits)
        for number, option in enumerate(said.options, 1)
    ]


def _option(
    number: int, option: CaseOption, nothing: CaseOption, known: OptionFigures | None, *, soft_benefits: bool
) -> ComparedOption:
    difference = [*option.flows, *(flow.model_copy(update={"amount": -flow.amount}) for flow in nothing.flows)]
    by_period: dict[int, list[CaseFlow]] = defaultdict(list)
    for flow in option.flows:
        by_period[flow.flow_on.year if flow.flow_on else flow.period or 0].append(flow)
    return ComparedOption(
        number=number,
        name=option.name,
        does_nothing=option.does_nothing,
        preferred=option.preferred,
        totals=KindTotals.model_validate(_totals(option.flows)),
        periods=[
            PeriodTotals.model_validate({"period": period, **_totals(by_period[period])})
            for period in sorted(by_period)
        ],
        against_doing_nothing=None if option.does_nothing else KindTotals.model_validate(_totals(difference)),
        figures=_basis(known, soft_benefits=soft_benefits) if known else None,
        soft_benefits=known.soft_benefits if known else None,
    )


def _basis(known: OptionFigures, *, soft_benefits: bool) -> Figures:
    return known.with_soft_benefits if soft_benefits else known.figures


def _totals(flows: Sequence[CaseFlow]) -> dict[str, Decimal]:
    by_kind = {kind: exact_sum(flow.amount for flow in flows if flow.kind is kind) for kind in FlowKind}
    net = EXACT.subtract(exact_sum(by_kind.values()), by_kind[FlowKind.BENEFIT_SOFT])
    return {**{kind.value: amount for kind, amount in by_kind.items()}, "net": net}
