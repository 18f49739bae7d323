"""Taking rows of a file into the service levels."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from portfolio.intake import Outcome, RowRefused
from portfolio.service.register import Register
from portfolio.service_level.import_schemas import ServiceLevelRow
from portfolio.service_level.model import ServiceLevel

STATED = ("name", "metric", "target", "unit", "window", "direction")
# What a file need not say: a new service level has it as by default, a known one as it was.
ALSO = ("code", "description", "warning_limit", "aggregation", "weight", "year_starts_in", "time_zone")
KEPT = (*ALSO, "service_calendar_id", "outages_since")


@dataclass
class Intake:
    """Learns first of the service levels that the rows may mean; `new` is to be stored, and what was
    assessed of the `restated` services to be assessed again."""

    register: Register
    by_name: dict[tuple[UUID, str], ServiceLevel] = field(default_factory=dict)
    by_external_id: dict[tuple[str, str], ServiceLevel] = field(default_factory=dict)
    new: list[ServiceLevel] = field(default_factory=list)
    restated: set[UUID] = field(default_factory=set)

    def learn(self, levels: Iterable[ServiceLevel]) -> None:
        for level in levels:
            self.by_name[level.service_id, level.name] = level
            if level.source and level.external_id:
                self.by_external_id[level.source, level.external_id] = level

    def take(self, row: ServiceLevelRow) -> Outcome:
        """Raises RowRefused, ImpossibleTarget, Ended."""
        service = self.register.service(row)
        stated = {name: getattr(row, name) for name in STATED}
        stated |= {name: value for name in ALSO if (value := getattr(row, name)) is not None}
        level = self._find(row, service.id)
        if level is None:
            source = row.source if row.external_id else None
            level = ServiceLevel.promise(service=service, source=source, external_id=row.external_id, **stated)
            self.new.append(level)
            self.learn([level])
            return "created"
        return self._restate(level, stated)

    def _find(self, row: ServiceLevelRow, service_id: UUID) -> ServiceLevel | None:
        named = self.by_name.get((service_id, row.name))
        level = self.by_external_id.get((row.source or "", row.external_id or ""))
        if level and level.service_id != service_id:
            raise RowRefused("external_id", "the service level with this external id belongs to another service")
        if level and named and named is not level:
            raise RowRefused("name", "the service has another service level of this name")
        return level or named

    def _restate(self, level: ServiceLevel, stated: dict[str, Any]) -> Outcome:
        now = {name: getattr(level, name) for name in (*STATED, *KEPT)}
        if now == (stated := now | stated):
            return "unchanged"
        level.restate(**stated)
        self.learn([level])
        self.restated.add(level.service_id)
        return "changed"
