"""Driver quantities from a file: each row finds its driver and its target by code or name."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import FileUpload, ImportResult, Row
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.driver import queries
from finance.driver.model import Driver, TargetKind
from finance.driver.schemas import QuantityRow

Batch = Sequence[Row[QuantityRow]]


async def import_quantities(session: AsyncSession, upload: FileUpload) -> ImportResult:
    created = changed = unchanged = 0
    async for batch in upload.batches(QuantityRow):
        rows = await _resolved(session, upload, batch)
        held = await queries.stored(session, rows)
        await queries.keep_quantities(session, rows)
        for row in rows:
            key = (row["driver_id"], row["target_id"], row["valid_from"])
            created += key not in held
            changed += key in held and held[key] != row["quantity"]
            unchanged += key in held and held[key] == row["quantity"]
            held[key] = row["quantity"]
    return upload.result(created=created, changed=changed, unchanged=unchanged)


async def _resolved(session: AsyncSession, upload: FileUpload, batch: Batch) -> list[dict[str, Any]]:
    drivers = await _ids(session, Driver.code, Driver.id, [row.value.driver for row in batch])
    objects = await _ids(session, CostObject.code, CostObject.id, [row.value.cost_object for row in batch])
    consumers = await _consumers(session, [row.value.consumer for row in batch if row.value.consumer])
    rows = []
    for row in batch:
        driver, target = drivers.get(row.value.driver), None
        if row.value.cost_object:
            kind, target = TargetKind.COST_OBJECT, objects.get(row.value.cost_object)
        else:
            kind, target = TargetKind.CONSUMER, consumers.get(row.value.consumer or "")
        if driver is None:
            upload.reject(row, "driver", f"There is no driver {row.value.driver!r}.")
        elif target is None:
            upload.reject(row, str(kind), f"There is no {kind} {row.value.cost_object or row.value.consumer!r}.")
        else:
            rows.append(queries.quantity_row(driver, kind, target, row.value.valid_from, row.value.quantity))
    return rows


async def _ids(session: AsyncSession, code: Any, id: Any, codes: Sequence[str | None]) -> dict[str, Any]:
    query = select(code, id).where(code.in_({known for known in codes if known}))
    return {row[0]: row[1] for row in (await session.execute(query))}


async def _consumers(session: AsyncSession, names: Sequence[str]) -> dict[str, Any]:
    """Codes go before names; of a merged consumer, its survivor."""
    query = select(Consumer.code, Consumer.name, Consumer.survivor_id, Consumer.id).where(
        Consumer.code.in_(names) | Consumer.name.in_(names)
    )
    found: dict[str, Any] = {}
    for code, name, survivor_id, id in await session.execute(query):
        found[code] = survivor_id or id
        found.setdefault(name, survivor_id or id)
    return found
