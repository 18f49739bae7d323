"""Imports of customers and of their sizes from CSV files."""

from collections import Counter
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import CSV_MEDIA, FileUpload, ImportResult, Row, Upload
from chassis.operations import Router, Session
from chassis.problems import TooLarge
from strategy.customer.import_schemas import CustomerRow, CustomerSizeRow
from strategy.customer.intake import Intake, parents_first
from strategy.customer.register import Register, RowRefused
from strategy.customer.size_intake import SizeIntake

router = Router("customer-imports")

IMPORT = "strategy:customer:import"
BODY_BYTES, MAX_ROWS = 64 << 20, 200_000

R = TypeVar("R", bound=BaseModel)


class TooManyRows(TooLarge, code="strategy.customer.too-many-rows"):
    """The file has more rows than an import of customers takes."""


@router.operation(
    "POST",
    "/customer-imports",
    permission=IMPORT,
    problems=[TooManyRows],
    upload=CSV_MEDIA,
    max_body_bytes=BODY_BYTES,
)
async def import_customers(upload: Upload, session: Session) -> ImportResult:
    """Register and change customers by a file: code or source and external id, name, kind, parent_code.

    A row without a code belongs to the customer with that external id or name; a new customer gets a code made of them.
    What a row leaves out stays as it is. Nobody is removed.
    """
    rows = await _all_rows(upload, CustomerRow)
    intake = Intake(await Register.open(session))
    outcomes: Counter[str] = Counter()
    for row in parents_first(rows):
        try:
            outcomes[intake.take(row.value)] += 1
        except RowRefused as refused:
            upload.reject(row, refused.field, refused.reason)
    await _store(session, intake)
    return upload.result(**outcomes)


@router.operation(
    "POST",
    "/customer-size-imports",
    permission=IMPORT,
    problems=[TooManyRows],
    upload=CSV_MEDIA,
    max_body_bytes=BODY_BYTES,
)
async def import_customer_sizes(upload: Upload, session: Session) -> ImportResult:
    """State sizes by a file: the customer by source and external id, code or name; measure, quantity, valid_from."""
    rows = await _all_rows(upload, CustomerSizeRow)
    intake = await SizeIntake.open(session, measures={row.value.measure for row in rows})
    outcomes: Counter[str] = Counter()
    for row in rows:
        try:
            outcomes[intake.take(row.value)] += 1
        except RowRefused as refused:
            upload.reject(row, refused.field, refused.reason)
    await intake.store(session)
    return upload.result(**outcomes)


async def _all_rows(upload: FileUpload, kind: type[R]) -> list[Row[R]]:
    """All at once, since a parent may come after its children; before anything is held, since a caller may be slow."""
    rows: list[Row[R]] = []
    async for batch in upload.batches(kind):
        rows += batch
        if len(rows) > MAX_ROWS:
            raise TooManyRows(f"Send at most {MAX_ROWS} rows at a time.")
    return rows


async def _store(session: AsyncSession, intake: Intake) -> None:
    session.add_all(intake.customers)
    await session.flush()
    session.add_all(intake.external_ids)
    await session.flush()
