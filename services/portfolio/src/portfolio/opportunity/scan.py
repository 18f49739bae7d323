"""A scan: every rule over everything, and what has become of the opportunities since the last one."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.problems import Conflict
from portfolio.opportunity.finding import Finding
from portfolio.opportunity.looking import look
from portfolio.opportunity.model import Opportunity
from portfolio.opportunity.rules import findings
from portfolio.opportunity.terms import OpportunityStatus, Sighting

AT_ONCE = 500


class ScanRunning(Conflict, code="portfolio.opportunity-scan.running"):
    """Another scan is running at this moment."""


@dataclass
class Scan:
    """`made` counts per rule; `seen` are the opportunities that were found, in whatever status they stay."""

    session: AsyncSession
    by: str
    at: datetime
    made: Counter[tuple[str, Sighting]] = field(default_factory=Counter)
    seen: set[UUID] = field(default_factory=set)

    async def run(self) -> None:
        """One at a time: raises ScanRunning."""
        lock = func.pg_try_advisory_xact_lock(func.hashtextextended("opportunity scan", 0))
        if not await self.session.scalar(select(lock)):
            raise ScanRunning
        async for some in look(self.session, self.at):
            if found := [finding for each in some for finding in findings(each)]:
                await self._take(found)
        await self._lapse()

    async def _take(self, found: Sequence[Finding]) -> None:
        ids = {finding.subject.id for finding in found}
        known = select(Opportunity).where(among(Opportunity.subject_id, ids)).order_by(Opportunity.id).with_for_update()
        known_ones = {(it.rule, it.subject_id): it for it in await self.session.scalars(known)}
        taken = [self._see(known_ones.get((finding.rule.name, finding.subject.id)), finding) for finding in found]
        await self.session.flush()
        await self.session.execute(
            update(Opportunity)
            .where(among(Opportunity.id, taken))
            .values(last_seen_at=self.at)
            .execution_options(synchronize_session=False)
        )
        self.seen.update(taken)

    def _see(self, known: Opportunity | None, finding: Finding) -> UUID:
        if known is None:
            known, made = Opportunity.find(finding, by=self.by, at=self.at), Sighting.FOUND
            self.session.add(known)
        else:
            made = known.see(finding, by=self.by, at=self.at)
        self.made[finding.rule.name, made] += 1
        return known.id

    async def _lapse(self) -> None:
        """What is open and was not seen."""
        is_open = Opportunity.status == OpportunityStatus.OPEN
        unseen = sorted(set(await self.session.scalars(select(Opportunity.id).where(is_open))) - self.seen)
        for start in range(0, len(unseen), AT_ONCE):
            some = select(Opportunity).where(among(Opportunity.id, unseen[start : start + AT_ONCE]), is_open)
            for opportunity in await self.session.scalars(some.order_by(Opportunity.id).with_for_update()):
                opportunity.lapse(by=self.by, at=self.at)
                self.made[opportunity.rule, Sighting.LAPSED] += 1
            await self.session.flush()


async def scan_by_the_clock(session: AsyncSession, at: datetime) -> bool:
    """A scan that somebody asked for just now will do."""
    with suppress(ScanRunning):
        await Scan(session, by="clock", at=at).run()
    return False
