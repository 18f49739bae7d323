"""A business case: a draft that is submitted, decided step by step, and kept as it was submitted."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Forbidden
from portfolio.approval_policy.model import ApprovalPolicy
from portfolio.business_case import events
from portfolio.business_case.content import CaseContent
from portfolio.business_case.submission import BusinessCaseDecision, BusinessCaseSubmission, DecidedBefore
from portfolio.business_case.terms import CaseStatus, Ruling
from portfolio.db import Base
from portfolio.service.gates import Act
from portfolio.service.model import UNDERWAY
from portfolio.service.terms import Status


class CodeTaken(Conflict, code="portfolio.business-case.code-taken", constraint="uq_business_cases_code"):
    """Another business case has this code."""


class NotInPipeline(Conflict, code="portfolio.business-case.not-in-pipeline"):
    """A business case is for a service that is on its way through the pipeline."""


class NotDraft(Conflict, code="portfolio.business-case.not-draft"):
    """Only a draft is changed or submitted."""


class NotSubmitted(Conflict, code="portfolio.business-case.not-submitted"):
    """Only what is submitted is decided on."""


class NotPending(Conflict, code="portfolio.business-case.not-pending"):
    """What has been decided is not withdrawn."""


class Incomplete(Conflict, code="portfolio.business-case.incomplete"):
    """The case lacks what a submission needs; `missing` lists all of it."""


class NotAppraised(Conflict, code="portfolio.business-case.not-appraised"):
    """Nobody agrees to a submission whose figures are not known; it can be returned or rejected."""


class OwnSubmission(Forbidden, code="portfolio.business-case.own-submission"):
    """Nobody decides on what they have submitted."""


class NotYourStep(Forbidden, code="portfolio.business-case.not-your-step"):
    """The step that comes next needs another permission."""


@dataclass(frozen=True)
class Chain:
    """A submission as a decision meets it: who has agreed so far, and what the one who decides now may do."""

    submission: BusinessCaseSubmission
    deciders: Collection[str]
    may: Callable[[str], bool]


class BusinessCase(Aggregate, Base):
    """`number` is that of its last submission, or of its next one while it is a draft; `approved_steps` of that chain.
    `content` in the words of `CaseContent`, of which some are columns too, to be listed by. `answered_number` is the
    newest submission that finance has answered."""

    __tablename__ = "business_cases"
    __table_args__ = (
        UniqueConstraint("code"),
        Index("ix_business_cases_service_id_status", "service_id", "status"),
        CheckConstraint("requested_funding >= 0 AND requested_funding <> 'NaN'", name="requested_funding"),
    )

    code: Mapped[str]
    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    title: Mapped[str]
    owner: Mapped[str]
    currency: Mapped[str]
    requested_funding: Mapped[Decimal]
    content: Mapped[dict[str, Any]]
    status: Mapped[CaseStatus]
    number: Mapped[int]
    approved_steps: Mapped[int]
    answered_number: Mapped[int | None]

    @classmethod
    def begin(cls, content: CaseContent, *, code: str, service_id: UUID, service_status: Status) -> "BusinessCase":
        check_in_pipeline(service_status)
        case = cls(code=code, service_id=service_id, status=CaseStatus.DRAFT, number=1, approved_steps=0)
        case.describe(content)
        return case

    @property
    def said(self) -> CaseContent:
        return CaseContent.model_validate(self.content)

    def describe(self, content: CaseContent) -> None:
        self._check_draft()
        self.content = content.model_dump(mode="json")
        self.title, self.owner, self.currency = content.title, content.owner, content.currency
        self.requested_funding = content.requested_funding

    def submit(self, act: Act, *, policy: ApprovalPolicy, service_status: Status) -> BusinessCaseSubmission:
        """Freezes what it says and the steps that its money needs today. NoThresholds if the policy says nothing."""
        self._check_draft()
        check_in_pipeline(service_status)
        said = self.said
        if missing := said.missing():
            raise Incomplete(" ".join(missing), missing=missing)
        steps = policy.steps_for(said.currency, said.requested_funding)
        self.status, self.approved_steps = CaseStatus.SUBMITTED, 0
        self.record(self._submitted(said))
        return BusinessCaseSubmission(
            business_case_id=self.id,
            number=self.number,
            content=self.content,
            policy_version=policy.version,
            steps=[step.model_dump() for step in steps],
            submitted_by=act.by,
            submitted_at=act.at,
        )

    def approve(self, act: Act, chain: Chain) -> BusinessCaseDecision:
        """One step; the last one approves the case."""
        decision = self._decide(Ruling.APPROVED, act, chain)
        submission = chain.submission
        if submission.figures is None:
            raise NotAppraised(submission.refused_reason or "Finance has not answered yet.")
        self.approved_steps += 1
        if self.approved_steps == len(submission.steps):
            self._approved(act, submission.said)
        return decision

    def reject(self, act: Act, chain: Chain) -> BusinessCaseDecision:
        decision = self._decide(Ruling.REJECTED, act, chain)
        self.status = CaseStatus.REJECTED
        self.record(events.BusinessCaseRejected(**self._named(), reason=act.reason))
        return decision

    def send_back(self, act: Act, chain: Chain) -> BusinessCaseDecision:
        """To be a draft again, for its next submission."""
        decision = self._decide(Ruling.RETURNED, act, chain)
        self.record(events.BusinessCaseReturned(**self._named(), reason=act.reason))
        self.status, self.number, self.approved_steps = CaseStatus.DRAFT, self.number + 1, 0
        return decision

    def withdraw(self, act: Act) -> None:
        if self.status not in (CaseStatus.DRAFT, CaseStatus.SUBMITTED):
            raise NotPending(f"{self.code} is {self.status}.")
        self.status = CaseStatus.WITHDRAWN
        self.record(events.BusinessCaseWithdrawn(**self._named(), reason=act.reason))

    def hear(self, number: int) -> None:
        """Finance has answered this submission: whoever read the case before has not seen that."""
        self.answered_number = max(number, self.answered_number or 0)
        flag_modified(self, "answered_number")

    def _decide(self, outcome: Ruling, act: Act, chain: Chain) -> BusinessCaseDecision:
        if self.status is not CaseStatus.SUBMITTED:
            raise NotSubmitted(f"{self.code} is {self.status}.")
        step = chain.submission.chain[self.approved_steps]
        if act.by == chain.submission.submitted_by:
            raise OwnSubmission(f"{act.by} has submitted it.")
        if act.by in chain.deciders:
            raise DecidedBefore(f"{act.by} has agreed to it already; {step.name} is somebody else.")
        if not chain.may(step.permission):
            raise NotYourStep(f"Next comes {step.name}, who needs {step.permission}.", permission=step.permission)
        return BusinessCaseDecision(
            business_case_id=self.id,
            number=self.number,
            step=self.approved_steps + 1,
            outcome=outcome,
            decided_by=act.by,
            decided_at=act.at,
            reason=act.reason,
        )

    def _approved(self, act: Act, said: CaseContent) -> None:
        self.status = CaseStatus.APPROVED
        number, option = said.preferred or (0, said.options[0])  # what is submitted prefers one
        self.record(
            events.BusinessCaseApproved(
                **self._named(),
                currency=said.currency,
                requested_funding=said.requested_funding,
                option=number,
                option_name=option.name,
                approved_on=act.on,
            )
        )

    def _check_draft(self) -> None:
        if self.status is not CaseStatus.DRAFT:
            raise NotDraft(f"{self.code} is {self.status}.")

    def _submitted(self, said: CaseContent) -> events.BusinessCaseSubmitted:
        shared = {"title", "currency", "requested_funding", "convention"}
        rates = {"discount_rate", "finance_rate", "reinvestment_rate"}
        options = [
            {"number": number, **option.model_dump(exclude={"description"})}
            for number, option in enumerate(said.options, 1)
        ]
        fact = {**self._named(), **said.model_dump(include=shared | rates), "options": options}
        return events.BusinessCaseSubmitted.model_validate(fact)

    def _named(self) -> dict[str, Any]:
        return {
            "business_case_id": self.id,
            "code": self.code,
            "number": self.number,
            "service_id": self.service_id,
        }


def check_in_pipeline(status: Status) -> None:
    if status not in UNDERWAY | {Status.ON_HOLD}:
        raise NotInPipeline(f"The service is {status}.")
