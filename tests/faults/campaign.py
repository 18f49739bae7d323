"""A bounded, seeded run: producers at work while strikes fall, then the audit, then a report."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from standalone.manifests import SERVICES
from tests.faults.audit import Books, Findings, audit
from tests.faults.site import Setting, standing
from tests.faults.strikes import ALL, POISONED, SILENT, Striker
from tests.faults.traffic import BATCHES, ENTRIES, NEEDS, Producers, Tally
from tests.faults.weather import Weather
from tests.faults.witness import subscribe, testify

QUIET_SECONDS, PATIENCE_SECONDS = (1.0, 2.0), 90.0
HEARING = {manifest.name: manifest.hears for manifest in SERVICES}


@dataclass(frozen=True)
class Report:
    tally: Tally
    findings: Findings
    weather: Weather
    seed: int

    @property
    def unexpected(self) -> list[str]:
        """Besides what producers met: facts that arrive again though nothing was broken."""
        found = self.tally.unexpected + self.findings.broken
        if self.findings.repeated and not self.weather.struck:
            found.append(f"{self.findings.repeated} facts arrived again though nothing was broken")
        return found

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled or unexpected, and enough done for that to mean something."""
        bad = (*self.findings.lost, *self.findings.doubled, *self.unexpected)
        return not bad and len(self.tally.acknowledged) >= 100 and self.findings.facts >= 100

    def __str__(self) -> str:
        found, tally = self.findings, self.tally
        figures = {
            "attempted": len(tally.attempted),
            "acknowledged": len(tally.acknowledged),
            "lost": len(found.lost),
            "doubled": len(found.doubled),
            "recovered": tally.recovered,
            "unexpected": len(self.unexpected),
        }
        lines = [", ".join(f"{name} {count}" for name, count in figures.items()) + f" (seed {self.seed})"]
        lines.append(f"{found.facts} facts announced, all of them arrived but the lost; {found.repeated} arrived again")
        lines += [f"  {what}" for what in (*found.lost, *found.doubled, *self.unexpected)[:40]]
        felt = self.weather.recovery_seconds
        for fault, times in sorted(Counter(self.weather.struck).items()):
            lines.append(f"  {times} × {fault}, answered again after {felt.get(fault, float('nan')):.1f} s at most")
        lines.append(f"  passing troubles: {dict(tally.passing.most_common(12))}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Campaign:
    """Producers work for `fair_seconds` undisturbed, and then while the strikes of these names fall one by one."""

    seed: int = 1
    strikes: Sequence[str] = ()
    fair_seconds: float = 3.0
    patience: float = 2.0
    settle_seconds: float = 120.0
    setting: Setting = field(default_factory=Setting)

    async def run(self, folder: Path, home: Path) -> Report:
        chance, weather = random.Random(self.seed), Weather([ENTRIES, BATCHES, NEEDS])
        async with standing(folder, home, self.setting) as site:
            await subscribe(site.node.url())
            give_up = PATIENCE_SECONDS + 3 * self.patience
            producers = Producers(site, weather, random.Random(self.seed), give_up)
            await producers.prepare()
            striker = Striker(site, producers, chance, self.patience)
            async with producers.at_work():
                await self._strike(striker, weather, chance)
            books = await Books.open(site)
            try:
                left = await books.settled(HEARING, self.settle_seconds)
                testimony = await testify(site.node.url(), apart_from=striker.poison)
                poisoned = len(striker.poison) * sum(POISONED in hears for hears in HEARING.values())
                findings = await audit(books, producers.tally, testimony, poisoned=poisoned)
                findings.broken += left
            finally:
                await books.close()
        return Report(producers.tally, findings, weather, self.seed)

    async def _strike(self, striker: Striker, weather: Weather, chance: random.Random) -> None:
        await asyncio.sleep(self.fair_seconds)
        for name in self.strikes:
            if name in SILENT:
                await ALL[name](striker)
            else:
                with weather.foul(name):
                    await ALL[name](striker)
                await weather.recovered()
            await asyncio.sleep(chance.uniform(*QUIET_SECONDS))
