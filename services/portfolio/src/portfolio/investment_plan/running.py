"""The solver processes of one worker: a chore takes up what waits, looks after what runs, and keeps what comes out."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from chassis.ids import uuid7
from chassis.manifest import Chore
from portfolio.investment_plan.solution import LEASE, Ending, PlanSolution
from portfolio.investment_plan.terms import SolutionState

AT_ONCE = 2
EVERY_SECONDS = 0.5
HEARD_EVERY, GRACE = timedelta(seconds=5), timedelta(seconds=60)
COMMAND = [sys.executable, "-m", "portfolio.investment_plan.solving"]
KEPT_VARIABLES = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG")  # no credentials among them


class Solver:
    """A process that solves one question. It ends with this one, even if that is killed."""

    def __init__(self, question: dict[str, Any]) -> None:
        self.progress: dict[str, Any] | None = None
        self.result: dict[str, Any] | None = None
        self.trouble: str | None = None
        known = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(  # noqa: S603 - ourselves, without a shell
            COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=known
        )
        self._listener = threading.Thread(target=self._listen, args=(json.dumps(question),), daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return not self._listener.is_alive()

    def stop(self) -> None:
        self._process.kill()
        self._listener.join()

    def _listen(self, question: str) -> None:
        with self._process as process:
            if process.stdin is None or process.stdout is None or process.stderr is None:
                raise TypeError("the solver has no pipes")
            try:
                process.stdin.write(question + "\n")
                process.stdin.flush()
            except BrokenPipeError:
                pass  # it says below why it is not there any more
            for line in process.stdout:
                said = json.loads(line)
                self.progress = said.get("progress", self.progress)
                self.result = said.get("result", self.result)
            self.trouble = process.stderr.read()[-500:].strip() or None


@dataclass
class Held:
    solver: Solver
    attempt: int
    until: datetime


@dataclass
class Solvers:
    """Of this worker. What another worker holds is left to it, unless it was not heard of for a while."""

    name: str = field(default_factory=lambda: str(uuid7()))
    held: dict[UUID, Held] = field(default_factory=dict)

    async def beat(self, session: AsyncSession, at: datetime) -> bool:
        await self._look_after(session, at)
        if len(self.held) < AT_ONCE:
            await self._take_up(session, at)
        return False

    async def _look_after(self, session: AsyncSession, at: datetime) -> None:
        query = select(PlanSolution).options(defer(PlanSolution.question)).where(PlanSolution.id.in_(self.held))
        query = query.with_for_update().execution_options(populate_existing=True)
        known = {it.id: it for it in await session.scalars(query)}
        for id, held in list(self.held.items()):
            solution = known.get(id)
            ours = solution and (solution.state, solution.worker) == (SolutionState.RUNNING, self.name)
            if solution is None or not ours or solution.attempt != held.attempt:
                self._let_go(id)  # cancelled, or taken over by another worker
            elif held.solver.ended or at > held.until:
                self._let_go(id)
                _keep(solution, held, at)
            elif solution.progress != held.solver.progress or not _heard(solution, at):
                solution.hear(held.solver.progress, at)

    def _let_go(self, id: UUID) -> None:
        self.held.pop(id).solver.stop()

    async def _take_up(self, session: AsyncSession, at: datetime) -> None:
        S = PlanSolution
        lost = (S.state == SolutionState.RUNNING) & (S.seen_at < at - LEASE)
        query = select(S).where((S.state == SolutionState.QUEUED) | lost).order_by(S.id).limit(1)
        waiting = await session.scalar(query.with_for_update(skip_locked=True))
        if waiting is None or waiting.id in self.held or not waiting.take_up(self.name, at):
            return
        limit = timedelta(seconds=int(waiting.question["settings"]["time_limit_seconds"]))
        self.held[waiting.id] = Held(Solver(waiting.question), waiting.attempt, at + 2 * limit + GRACE)


def _heard(solution: PlanSolution, at: datetime) -> bool:
    return solution.seen_at is not None and at - solution.seen_at < HEARD_EVERY


def _keep(solution: PlanSolution, held: Held, at: datetime) -> None:
    if held.solver.result is not None:
        solution.finish(held.solver.result, at)
    else:
        solution.fail(held.solver.trouble if held.solver.ended and held.solver.trouble else Ending.LATE, at)


solvers = Solvers()
chore = Chore("solve investment plans", solvers.beat, EVERY_SECONDS)
