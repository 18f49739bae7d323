"""An investment plan: a draft with candidates and scenarios, of which one solution is submitted and approved whole."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Forbidden, Invalid
from portfolio.db import Base
from portfolio.investment_plan import events
from portfolio.investment_plan.content import MOST_CANDIDATES, Candidate, PlanPeriod
from portfolio.investment_plan.solution import PlanSolution
from portfolio.investment_plan.terms import Category, PlanStatus


class CodeTaken(Conflict, code="portfolio.investment-plan.code-taken", constraint="uq_investment_plans_code"):
    """Another investment plan has this code."""


class NotDraft(Conflict, code="portfolio.investment-plan.not-draft"):
    """Only a draft is changed, solved or submitted."""


class NotSubmitted(Conflict, code="portfolio.investment-plan.not-submitted"):
    """Only what is submitted is decided on."""


class NotPending(Conflict, code="portfolio.investment-plan.not-pending"):
    """What is approved or withdrawn is not withdrawn."""


class NoSelection(Conflict, code="portfolio.investment-plan.no-selection"):
    """The solution is no selection that could be submitted."""


class Outdated(Conflict, code="portfolio.investment-plan.outdated"):
    """The candidates or the scenario have changed since the solution was asked for: solve again."""


class OwnSubmission(Forbidden, code="portfolio.investment-plan.own-submission"):
    """Nobody decides on what they have submitted."""


class Unfit(Invalid, code="portfolio.investment-plan.unfit"):
    """Candidates, periods and limits do not fit together; `reasons` lists all of it."""


class InvestmentPlan(Aggregate, Base):
    """`solution_id` is the solution that is submitted or approved; `reason` what was said about the last step."""

    __tablename__ = "investment_plans"
    __table_args__ = (
        UniqueConstraint("code"),
        Index("ix_investment_plans_status", "status"),
        CheckConstraint("(status IN ('submitted', 'approved')) = (solution_id IS NOT NULL)", name="solution"),
        CheckConstraint("status <> 'approved' OR decided_by <> submitted_by", name="separation_of_duties"),
    )

    code: Mapped[str]
    name: Mapped[str]
    currency: Mapped[str]
    periods: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    status: Mapped[PlanStatus]
    solution_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_solutions.id", use_alter=True))
    submitted_by: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    @classmethod
    def begin(cls, *, code: str, name: str, currency: str, periods: Sequence[PlanPeriod]) -> "InvestmentPlan":
        said = [period.model_dump(mode="json") for period in periods]
        return cls(code=code, name=name, currency=currency, periods=said, status=PlanStatus.DRAFT)

    @property
    def years(self) -> list[PlanPeriod]:
        return [PlanPeriod.model_validate(period) for period in self.periods]

    def check_draft(self) -> None:
        if self.status is not PlanStatus.DRAFT:
            raise NotDraft(f"{self.code} is {self.status}.")

    def change(self) -> None:
        """Its candidates and scenarios are part of what its version stands for."""
        self.check_draft()
        flag_modified(self, "name")

    def check_costs(self, candidates: Iterable[Candidate], known: int = 0) -> None:
        """Unfit for a period that the plan does not have, and for too many candidates; `known` are there beside."""
        periods, count, reasons = {period.code for period in self.years}, known, []
        for it in candidates:
            count += 1
            unknown = ({cost.period for cost in it.costs} | {need.period for need in it.demands}) - periods
            reasons += [f"{it.code} names the period {code}, which the plan does not have." for code in unknown]
        if count > MOST_CANDIDATES:
            reasons.append(f"A plan has at most {MOST_CANDIDATES} candidates.")
        if reasons:
            raise Unfit(" ".join(reasons[:3]), reasons=sorted(reasons)[:100])

    def submit(self, solution: PlanSolution, digest: str, *, reason: str, by: str, at: datetime) -> None:
        """`digest` is that of what would be asked now."""
        self.check_draft()
        if not solution.has_selection:
            raise NoSelection(
                f"The solution is a {solution.kind}, {solution.state}, {solution.outcome or 'no result'}."
            )
        if solution.digest != digest:
            raise Outdated(f"The scenario {solution.scenario} or a candidate has changed since {solution.asked_at}.")
        self.status, self.solution_id, self.reason = PlanStatus.SUBMITTED, solution.id, reason
        self.submitted_by, self.submitted_at = by, at
        self.decided_by = self.decided_at = None

    def send_back(self, *, reason: str, by: str, at: datetime) -> None:
        """To be a draft again."""
        self._decide(reason, by, at)
        self.status, self.solution_id = PlanStatus.DRAFT, None

    def approve(self, funded: Sequence["PlanCandidate"], *, reason: str, by: str, at: datetime) -> None:
        """`funded` are what its solution selects."""
        self._decide(reason, by, at)
        self.status = PlanStatus.APPROVED
        for candidate in funded:
            candidate.funded = True
        self.record(
            events.InvestmentPlanApproved.model_validate(
                {
                    "investment_plan_id": self.id,
                    "code": self.code,
                    "name": self.name,
                    "solution_id": self.solution_id,
                    "currency": self.currency,
                    "submitted_by": self.submitted_by,
                    "approved_by": by,
                    "approved_on": at.date(),
                    "periods": self.periods,
                    "funded": [candidate.announced() for candidate in funded],
                }
            )
        )

    def withdraw(self, *, reason: str, by: str, at: datetime) -> None:
        if self.status not in (PlanStatus.DRAFT, PlanStatus.SUBMITTED):
            raise NotPending(f"{self.code} is {self.status}.")
        self.status, self.solution_id, self.reason = PlanStatus.WITHDRAWN, None, reason
        self.decided_by, self.decided_at = by, at

    def _decide(self, reason: str, by: str, at: datetime) -> None:
        if self.status is not PlanStatus.SUBMITTED:
            raise NotSubmitted(f"{self.code} is {self.status}.")
        if by == self.submitted_by:
            raise OwnSubmission(f"{by} has submitted it.")
        self.decided_by, self.decided_at, self.reason = by, at, reason


class PlanCandidate(Base):
    """What a plan may fund. `content` in the words of `CandidateContent`. Of a business case: its id, which submission,
    its service, and what of its cost lies `beyond` the periods of the plan. `funded` once the plan is approved."""

    __tablename__ = "plan_candidates"
    __table_args__ = (
        Index("ix_plan_candidates_service_id", "service_id", postgresql_where=text("funded")),
        CheckConstraint("beyond >= 0 AND beyond <> 'NaN'", name="beyond"),
    )

    investment_plan_id: Mapped[UUID] = mapped_column(ForeignKey("investment_plans.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    category: Mapped[Category | None]
    business_case_id: Mapped[UUID | None] = mapped_column(ForeignKey("business_cases.id"), index=True)
    business_case_number: Mapped[int | None]
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("services.id"))
    beyond: Mapped[Decimal]
    funded: Mapped[bool]

    @property
    def said(self) -> Candidate:
        return Candidate.model_validate({"code": self.code, **self.content})

    def announced(self) -> events.FundedCandidate:
        said = self.said
        return events.FundedCandidate.model_validate(
            {
                "code": self.code,
                "name": said.name,
                "business_case_id": self.business_case_id,
                "service_id": self.service_id,
                "category": said.category,
                "amounts": [cost.model_dump() for cost in said.costs],
            }
        )


class PlanScenario(Base):
    """One set of limits and what to make the most of; `content` in the words of `ScenarioContent`."""

    __tablename__ = "plan_scenarios"

    investment_plan_id: Mapped[UUID] = mapped_column(ForeignKey("investment_plans.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
