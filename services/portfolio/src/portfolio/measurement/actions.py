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
from portfolio.measurement.model import Measurement, Unmeasurable, end_of, value_in
from portfolio.measurement.naming import Named, named
from portfolio.measurement.schemas import Effect, MeasurementRow, RecordMeasurement

KEY = ("service_level_id", "source", "period_starts_on")
FIGURES = ("period_ends_on", "value", "volume_met", "volume")

Key = tuple[UUID, str, date]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Recorder:
    """Who records measurements, and when."""

    session: AsyncSession
    by: str
    at: datetime

    async def record(self, batch: Sequence[RecordMeasurement]) -> list[Effect | Unmeasurable]:
        """What each measurement did, as if they had come one after the other, or why it cannot be taken."""
        levels = await named(self.session, batch)
        judged = [self._figures(levels, stated) for stated in batch]
        effects: dict[int, Effect] = {}
        for wave in _waves([(at, it) for at, it in enumerate(judged) if not isinstance(it, Unmeasurable)]):
            done = await self._keep(list(wave.values()))
            effects |= {at: done.get(_key(figures), Effect.UNCHANGED) for at, figures in wave.items()}
        return [it if isinstance(it, Unmeasurable) else effects[at] for at, it in enumerate(judged)]

    def _figures(self, levels: Named, stated: RecordMeasurement) -> Figures | Unmeasurable:
        try:
            level = levels.level(stated)
            given = {"value": stated.value, "volume_met": stated.volume_met, "volume": stated.volume}
            value = value_in(level.unit, level.metric, **given)
            ends_on = stated.period_ends_on or end_of(level.window, stated.period_starts_on)
            within = DayRange.of(stated.period_starts_on, ends_on)
        except Unmeasurable as error:
            return error
        except InvalidRequest as error:
            return Unmeasurable("period_ends_on", error.detail)
        return {
            "service_level_id": level.id,
            "source": stated.source,
            "period_starts_on": within.starts_on,
            "period_ends_on": within.ends_on,
            **given,
            "value": value,
            "revision": 1,
            "recorded_at": self.at,
            "recorded_by": self.by,
        }

    async def _keep(self, rows: list[Figures]) -> dict[Key, Effect]:
        """What those did that changed something; in the order of their keys, so that two batches cannot deadlock."""
        upsert = insert(Measurement).values(sorted(rows, key=_key))
        new = upsert.excluded
        newer = {name: new[name] for name in (*FIGURES, "recorded_at", "recorded_by")}
        kept = upsert.on_conflict_do_update(
            index_elements=KEY,
            set_={**newer, "revision": Measurement.revision + 1},
            where=tuple_(*(getattr(Measurement, name) for name in FIGURES)).is_distinct_from(
                tuple_(*(new[name] for name in FIGURES))
            ),
        ).returning(*(getattr(Measurement, name) for name in KEY), Measurement.revision)
        result = await self.session.execute(kept)
        return {(id, source, on): _effect(revision) for id, source, on, revision in result}


def _effect(revision: int) -> Effect:
    return Effect.CREATED if revision == 1 else Effect.CHANGED


def _key(figures: Figures) -> Key:
    return figures["service_level_id"], figures["source"], figures["period_starts_on"]


def _waves(rows: Sequence[tuple[int, Figures]]) -> Iterator[dict[int, Figures]]:
    """Groups, in order, in which no key comes twice: nearly always one."""
    wave: dict[int, Figures] = {}
    keys: set[Key] = set()
    for at, figures in rows:
        if (key := _key(figures)) in keys:
            yield wave
            wave, keys = {}, set()
        wave[at] = figures
        keys.add(key)
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
