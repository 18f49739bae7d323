"""Candidates out of a file: several rows of one code make one candidate."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import FileUpload, ImportResult, Row
from portfolio.investment_plan import queries
from portfolio.investment_plan.actions import describe, new_candidate
from portfolio.investment_plan.content import MOST_CANDIDATES, Candidate
from portfolio.investment_plan.model import InvestmentPlan, PlanCandidate
from portfolio.investment_plan.schemas import CandidateRow


class CandidateIntake:
    """The first row of a code says what the candidate is, in place of what was known; each adds a cost or a need."""

    def __init__(self, plan: InvestmentPlan, known: Iterable[PlanCandidate]) -> None:
        self._plan, self._known = plan, {it.code: it for it in known}
        self._periods = {period.code for period in plan.years}
        self.taken: dict[str, Candidate] = {}

    def take(self, row: CandidateRow) -> tuple[str, str] | None:
        """Field and reason of what is wrong."""
        if row.period is not None and row.period not in self._periods:
            return "period", f"the plan has no period {row.period}"
        known = self.taken.get(row.code)
        if known is None and row.code not in self._known and len(self.taken | self._known) >= MOST_CANDIDATES:
            return "code", f"a plan has at most {MOST_CANDIDATES} candidates"
        said: dict[str, Any] = dict(known) if known else {"code": row.code, "name": row.name or row.code}
        said |= {name: it for name in ("name", "category", "npv", "score") if (it := getattr(row, name)) is not None}
        if row.amount is not None:
            cost = {"period": row.period, "kind": row.kind, "amount": row.amount}
            said["costs"] = [*said.get("costs", ()), cost]
        if row.quantity is not None:
            need = {"skill": row.skill, "period": row.period, "quantity": row.quantity}
            said["demands"] = [*said.get("demands", ()), need]
        try:
            self.taken[row.code] = Candidate.model_validate(said)
        except ValidationError as error:
            first = error.errors()[0]
            return str(first["loc"][0]) if first["loc"] else "", first["msg"]
        return None

    def keep(self, session: AsyncSession) -> dict[str, int]:
        done = {"created": 0, "changed": 0, "unchanged": 0}
        for code, said in self.taken.items():
            if code in self._known:
                done["changed" if describe(self._known[code], said) else "unchanged"] += 1
            else:
                session.add(new_candidate(self._plan, said))
                done["created"] += 1
        return done


async def import_candidates(session: AsyncSession, plan: InvestmentPlan, upload: FileUpload) -> ImportResult:
    plan.change()
    intake = CandidateIntake(plan, await queries.candidates(session, plan.id))
    async for rows in upload.batches(CandidateRow):
        for row in rows:
            _take(intake, upload, row)
    done = intake.keep(session)
    await session.flush()
    return upload.result(**done)


def _take(intake: CandidateIntake, upload: FileUpload, row: Row[CandidateRow]) -> None:
    if wrong := intake.take(row.value):
        upload.reject(row, *wrong)
