"""The operations on usage records. A caller of one unit sees that unit's use only."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import select

from chassis.application import Now
from chassis.identity import Caller
from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, ImportResult, Upload
from chassis.operations import CurrentCaller, Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchMapping, NoSuchResource
from chassis.text import Code, Line
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.fiscal_period.model import NotOpen
from finance.usage_record import imports, queries
from finance.usage_record.model import CorrectionRefused, RecordTaken, UnknownReference, UsageRecord
from finance.usage_record.recording import Asked, record
from finance.usage_record.schemas import RecordUsage, UsageRecordView, UsageTotalView

router = Router("usage-records")

READ, WRITE = "finance:usage-record:read", "finance:usage-record:write"
U = UsageRecord


@router.operation(
    "POST",
    "/usage-records",
    permission=WRITE,
    problems=[RecordTaken, UnknownReference, CorrectionRefused, NotOpen],
    status=201,
    again=200,
    example={
        "source": "storage-meter",
        "external_id": "2026-04-15/harbour",
        "consumer_id": "0197c9a8-5f3e-7c41-9b6d-2f0e8a4c7d15",
        "cost_object": "STORAGE",
        "meter": "gb-month",
        "quantity": "512.25",
        "used_on": "2026-04-15",
    },
)
async def record_usage(command: RecordUsage, session: Session, now: Now, response: Response) -> UsageRecordView:
    """Record what a consumer used on a day; sent again, it is the record that is there (200)."""
    consumer = await session.get(Consumer, command.consumer_id)
    asked = Asked(command, (consumer.survivor_id or consumer.id) if consumer else None)
    (outcome,) = await record(session, [asked], now)
    if outcome.problem:
        raise outcome.problem
    if not outcome.new:
        response.status_code = 200
    return UsageRecordView.model_validate((await session.execute(queries.shown().where(U.id == outcome.id))).one())


@router.operation("GET", "/usage-records", permission=READ)
async def list_usage_records(
    session: Session,
    caller: CurrentCaller,
    asked: AskedPage,
    consumer_id: UUID | None = None,
    cost_object: Code | None = None,
    meter: Code | None = None,
    source: Code | None = None,
    external_id: Line | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Page[UsageRecordView]:
    """List usage records, those of days in `[starts_on, ends_on)`."""
    conditions = _conditions(caller, consumer_id, cost_object, meter, starts_on, ends_on)
    conditions += [U.source == source] if source else []
    conditions += [U.external_id == external_id] if external_id else []
    query = queries.shown().join(Consumer, Consumer.id == U.consumer_id).where(*conditions)
    return await page(session, query, asked, sorts={"used_on": U.used_on}, tie=U.id, by_row=True)


@router.operation("GET", "/usage-records/{usage_record_id}", permission=READ)
async def get_usage_record(usage_record_id: UUID, session: Session, caller: CurrentCaller) -> UsageRecordView:
    """Show a usage record."""
    query = queries.shown().join(Consumer, Consumer.id == U.consumer_id).where(U.id == usage_record_id)
    row = (await session.execute(query.where(*_conditions(caller)))).one_or_none()
    if row is None:
        raise NoSuchResource(f"There is no UsageRecord with the id {usage_record_id}.")
    return UsageRecordView.model_validate(row)


@router.operation("GET", "/usage-totals", permission=READ)
async def list_usage_totals(
    session: Session,
    caller: CurrentCaller,
    asked: AskedPage,
    consumer_id: UUID | None = None,
    cost_object: Code | None = None,
    meter: Code | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Page[UsageTotalView]:
    """List what was used per fiscal period, consumer, cost object and meter, of days in `[starts_on, ends_on)`."""
    totals = queries.totals(_conditions(caller, consumer_id, cost_object, meter, starts_on, ends_on))
    sorts = {"starts_on": totals.starts_on, "quantity": totals.quantity}
    return await page(session, select(*totals), asked, sorts=sorts, tie=totals.key, by_row=True)


def _conditions(
    caller: Caller,
    consumer_id: UUID | None = None,
    cost_object: str | None = None,
    meter: str | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> list[Any]:
    """Of a consumer, also what is recorded of those merged into it."""
    wanted: list[Any] = [id == queries.SURVIVOR for id in (caller.unit, consumer_id) if id]
    wanted += [CostObject.code == cost_object] if cost_object else []
    wanted += [U.meter == meter] if meter else []
    wanted += [U.used_on >= starts_on] if starts_on else []
    wanted += [U.used_on < ends_on] if ends_on else []
    return wanted


@router.operation(
    "POST",
    "/usage-record-imports",
    permission="finance:usage-record:import",
    problems=[NoSuchMapping],
    upload=CSV_MEDIA,
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_usage_records(upload: Upload, session: Session, now: Now) -> ImportResult:
    """Import usage from a file, row by row as one record each; the same file again changes nothing."""
    return await imports.import_usage(session, upload, now)
