"""Which runs say what was allocated or charged over a range: one of just that range, else those that make it up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Conflict
from finance.allocation_model.queries import model_with
from finance.allocation_run.model import AllocationRun
from finance.charge_plan.model import ChargePlan, UnknownPlan
from finance.charge_run.model import ChargeRun
from finance.fiscal_period.range import PeriodRange
from finance.report.links import address


class NotRun(Conflict, code="finance.report.not-run"):
    """No current runs of the allocation model, or of the charge plan, make up the range."""


class Ranged(Protocol):
    @property
    def starts_on(self) -> date: ...

    @property
    def ends_on(self) -> date: ...


Run = TypeVar("Run", bound=Ranged)


def making_up(runs: Iterable[Run], within: PeriodRange) -> list[Run]:
    """Runs that follow one another from the first day of the range to its last, as long ones as there are: a run of the
    year goes before those of its months. None of them when they leave a gap."""
    chains: dict[date, list[Run]] = {within.ends_on: []}
    for run in sorted(runs, key=lambda run: (-run.starts_on.toordinal(), run.ends_on)):
        if run.starts_on >= within.starts_on and run.ends_on in chains:
            chains[run.starts_on] = [run, *chains[run.ends_on]]
    return chains.get(within.starts_on, [])


@dataclass(frozen=True)
class Allocation:
    """The runs of one model that make up a range."""

    code: str
    model_id: UUID
    runs: Sequence[AllocationRun]

    @property
    def ids(self) -> list[UUID]:
        return [run.id for run in self.runs]

    def within(self, part: PeriodRange) -> "Allocation | None":
        """Those of its runs that make up a part of the range."""
        runs = making_up(self.runs, part)
        return Allocation(self.code, self.model_id, runs) if runs else None

    def link(self, lines: str, **filters: str | None) -> str:
        """To lines of the run; of several runs, to the runs."""
        if len(self.runs) == 1:
            return address(f"allocation-runs/{self.runs[0].id}/{lines}", **filters)
        return address("allocation-runs", model_id=self.model_id)


async def current_runs(session: AsyncSession, model: str, within: PeriodRange) -> Allocation:
    """All current runs of a model that lie in the range, be they its whole or not. Raises UnknownModel."""
    known, R = await model_with(session, model), AllocationRun
    query = select(R).where(
        R.model_id == known.id,
        R.replaced_at.is_(None),
        R.starts_on >= within.starts_on,
        R.ends_on <= within.ends_on,
    )
    return Allocation(model, known.id, (await session.scalars(query)).all())


async def allocated_over(session: AsyncSession, model: str | None, within: PeriodRange) -> Allocation | None:
    """None where no model is named or its runs do not make up the range. Raises UnknownModel."""
    return (await current_runs(session, model, within)).within(within) if model else None


async def allocation_over(session: AsyncSession, model: str, within: PeriodRange) -> Allocation:
    """Raises UnknownModel, and NotRun when no runs make up the range."""
    found = await allocated_over(session, model, within)
    if found is None:
        raise NotRun(f"{model} has not been run for [{within.starts_on}, {within.ends_on}).")
    return found


async def charging_over(session: AsyncSession, plan: str, within: PeriodRange) -> list[ChargeRun]:
    """Raises UnknownPlan, and NotRun when no runs make up the range."""
    plan_id = await session.scalar(select(ChargePlan.id).where(ChargePlan.code == plan))
    if plan_id is None:
        raise UnknownPlan(f"There is no charge plan {plan!r}.")
    R = ChargeRun
    query = select(R).where(
        R.plan_id == plan_id, R.replaced_at.is_(None), R.starts_on >= within.starts_on, R.ends_on <= within.ends_on
    )
    runs = making_up((await session.scalars(query)).all(), within)
    if not runs:
        raise NotRun(f"{plan} has not been run for [{within.starts_on}, {within.ends_on}).")
    return runs
