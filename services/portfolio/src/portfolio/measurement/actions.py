"""Recording measurements in bulk, from a file or a list: the same again changes nothing, other figures replace."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import FileUpload, ImportResult
from chassis.problems import InvalidRequest
from portfolio.days import DayRange
from portfolio.measurement.model import CALCULATED, Measurement, Unmeasurable, value_in
from portfolio.measurement.naming import Named, named
from portfolio.measurement.schemas import Effect, MeasurementRow, RecordMeasurement
from portfolio.performance_assessment.actions import WindowKey, assess
from portfolio.service_level.model import ServiceLevel
from portfolio.service_level.terms import Aggregation
from portfolio.service_level.windows import end_of

KEY = ("service_level_id", "source", "period_starts_on")
FIGURES = ("period_ends_on", "value", "volume_met", "volume")

Key = tuple[UUID, str, date]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """A measurement that can be taken, and the level that it is of."""

    level: ServiceLevel
    figures: Figures

    @property
    def key(self) -> Key:
        return key_of(self.figures)

    @property
    def window(self) -> WindowKey:
        starts_on = self.level.calendar.start(self.figures["period_starts_on"])
        return WindowKey(self.level.service_id, self.level.window, starts_on)


@dataclass(frozen=True)
class Recorder:
    """Who records measurements, and when."""

    session: AsyncSession
    by: str
    at: datetime

    async def record(self, batch: Sequence[RecordMeasurement]) -> list[Effect | Unmeasurable]:
        """What each measurement did, as if they had come one after the other, or why it cannot be taken. Windows that
        are closed are assessed anew where something changed."""
        levels = await named(self.session, batch)
        judged = [self._judged(levels, stated) for stated in batch]
        effects: dict[int, Effect] = {}
        for wave in _waves([(at, it) for at, it in enumerate(judged) if isinstance(it, Judged)]):
            done = await keep(self.session, [it.figures for it in wave.values()])
            effects |= {at: done.get(it.key, Effect.UNCHANGED) for at, it in wave.items()}
        await assess(self.session, self._closed(judged, effects), self.at)
        return [it if isinstance(it, Unmeasurable) else effects[at] for at, it in enumerate(judged)]

    def _closed(self, judged: Sequence[Judged | Unmeasurable], effects: dict[int, Effect]) -> set[WindowKey]:
        return {
            it.window
            for at, it in enumerate(judged)
            if isinstance(it, Judged)
            and effects[at] is not Effect.UNCHANGED
            and it.level.calendar.closed(it.window.starts_on, self.at)
        }

    def _judged(self, levels: Named, stated: RecordMeasurement) -> Judged | Unmeasurable:
        try:
            level = levels.level(stated)
            _may_say(level, stated)
            given = {"value": stated.value, "volume_met": stated.volume_met, "volume": stated.volume}
            value = value_in(level.unit, level.metric, **given)
            ends_on = stated.period_ends_on or end_of(level.window, stated.period_starts_on)
            within = DayRange.of(stated.period_starts_on, ends_on)
        except Unmeasurable as error:
            return error
        except InvalidRequest as error:
            return Unmeasurable("period_ends_on", error.detail)
        figures = {**given, "value": value, "recorded_at": self.at, "recorded_by": self.by}
        return Judged(level, figures_of(level.id, stated.source, within, **figures))


def _may_say(level: ServiceLevel, stated: RecordMeasurement) -> None:
    """Raises Unmeasurable."""
    if stated.source == CALCULATED:
        raise Unmeasurable("source", "what is calculated from outages is not recorded")
    if level.calculates(level.calendar.start(stated.period_starts_on)):
        raise Unmeasurable(
            "period_starts_on", f"since {level.outages_since} its availability is calculated from outages"
        )
    if level.aggregation is Aggregation.SHARE and stated.value is not None:
        raise Unmeasurable("value", "the service level is a share of cases: give volume_met and volume")


def figures_of(level_id: UUID, source: str, within: DayRange, **figures: Any) -> Figures:
    return {
        "service_level_id": level_id,
        "source": source,
        "period_starts_on": within.starts_on,
        "period_ends_on": within.ends_on,
        "revision": 1,
        **figures,
    }


def key_of(figures: Figures) -> Key:
    return figures["service_level_id"], figures["source"], figures["period_starts_on"]


async def keep(session: AsyncSession, rows: list[Figures]) -> dict[Key, Effect]:
    """What those did that changed something; in the order of their keys, so that two batches cannot deadlock."""
    upsert = insert(Measurement).values(sorted(rows, key=key_of))
    new = upsert.excluded
    newer = {name: new[name] for name in (*FIGURES, "recorded_at", "recorded_by")}
    kept = upsert.on_conflict_do_update(
        index_elements=KEY,
        set_={**newer, "revision": Measurement.revision + 1},
        where=tuple_(*(getattr(Measurement, name) for name in FIGURES)).is_distinct_from(
            tuple_(*(new[name] for name in FIGURES))
        ),
    ).returning(*(getattr(Measurement, name) for name in KEY), Measurement.revision)
    result = await session.execute(kept)
    return {
        (id, source, on): Effect.CREATED if revision == 1 else Effect.CHANGED for id, source, on, revision in result
    }


def _waves(rows: Sequence[tuple[int, Judged]]) -> Iterator[dict[int, Judged]]:
    """Groups, in order, in which no key comes twice: nearly always one."""
    wave: dict[int, Judged] = {}
    keys: set[Key] = set()
    for at, judged in rows:
        if judged.key in keys:
            yield wave
            wave, keys = {}, set()
        wave[at] = judged
        keys.add(judged.key)
    if wave:
        yield wave


async def import_measurements(recorder: Recorder, upload: FileUpload) -> ImportResult:
    counts: Counter[Effect] = Counter()
    async for batch in upload.batches(MeasurementRow):
        for row, effect in zip(batch, await recorder.record([row.value for row in batch]), strict=True):
            if isinstance(effect, Unmeasurable):
                upload.reject(row, effect.field, str(effect))
            else:
                counts[effect] += 1
    return upload.result(
        created=counts[Effect.CREATED], changed=counts[Effect.CHANGED], unchanged=counts[Effect.UNCHANGED]
    )
