"""Appraising what portfolio has submitted: each submission of a business case once, the newest one in the end."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from finance.investment.actions import Submission, appraise
from finance.investment.discounting import OutOfRange
from finance.investment.model import Investment
from finance.investment.refusal import AppraisalRefusal
from finance.investment.schemas import AppraiseInvestment


async def answer(
    session: AsyncSession, submission: Submission, said: dict[str, Any], *, actor: str, at: datetime
) -> None:
    """`said` is what `AppraiseInvestment` takes. Whatever it says there is an answer: its figures, or why there are
    none. One that is not newer than what was answered is ignored."""
    if (known := await _newest(session, submission)) is not None and submission.number <= known:
        return
    try:
        command = AppraiseInvestment.model_validate(said)
        if not any(option.flows for option in command.options):
            await _refuse(session, submission, "No option has any flow.", at)
            return
        await appraise(session, command, actor=actor, at=at, submission=submission)
    except ValidationError as error:
        await _refuse(session, submission, _sentence(error), at)
    except OutOfRange as problem:
        await _refuse(session, submission, problem.detail, at)


async def _newest(session: AsyncSession, submission: Submission) -> int | None:
    """The number that was answered last. Two at once follow one another."""
    name = f"business case {submission.business_case_id}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    answers = union_all(
        *(
            select(kind.business_case_number).where(kind.business_case_id == submission.business_case_id)
            for kind in (Investment, AppraisalRefusal)
        )
    ).subquery()
    newest: int | None = await session.scalar(select(func.max(answers.c.business_case_number)))
    return newest


async def _refuse(session: AsyncSession, submission: Submission, reason: str, at: datetime) -> None:
    session.add(
        AppraisalRefusal.refuse(
            business_case_id=submission.business_case_id, number=submission.number, reason=reason, at=at
        )
    )
    await session.flush()


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    place = "/".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}"[:1000] if place else str(first["msg"])[:1000]
