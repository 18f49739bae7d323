"""The operations on drivers and their quantities."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.application import Today
from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, ImportResult, Upload
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchMapping
from chassis.text import Day
from finance.driver import imports, queries
from finance.driver.model import CodeTaken, Driver, DriverQuantity
from finance.driver.schemas import DefineDriver, DescribeDriver, DriverView, QuantityView

router = Router("drivers")

READ, WRITE = "finance:driver:read", "finance:driver:write"
EXAMPLE = {"code": "headcount", "name": "Headcount", "unit": "people"}


@router.operation("POST", "/drivers", permission=WRITE, problems=[CodeTaken], status=201, example=EXAMPLE)
async def define_driver(command: DefineDriver, session: Session) -> DriverView:
    """Define a driver."""
    driver = Driver.define(**dict(command))
    session.add(driver)
    await session.flush()
    return DriverView.model_validate(driver)


@router.operation("GET", "/drivers", permission=READ)
async def list_drivers(session: Session, asked: AskedPage) -> Page[DriverView]:
    """List drivers."""
    return await page(session, select(Driver), asked, sorts={"code": Driver.code}, tie=Driver.id)


@router.operation("GET", "/drivers/{driver_id}", permission=READ)
async def get_driver(driver_id: UUID, session: Session) -> DriverView:
    """Show a driver."""
    return DriverView.model_validate(await found(session, Driver, driver_id))


@router.operation("PUT", "/drivers/{driver_id}", permission=WRITE, example={"name": "Headcount", "unit": "people"})
async def describe_driver(
    driver_id: UUID, command: DescribeDriver, version: ExpectedVersion, session: Session
) -> DriverView:
    """Change the name or unit of a driver."""
    driver = await found(session, Driver, driver_id, version=version)
    driver.describe(**dict(command))
    await session.flush()
    return DriverView.model_validate(driver)


@router.operation("GET", "/drivers/{driver_id}/quantities", permission=READ)
async def list_driver_quantities(
    driver_id: UUID,
    session: Session,
    asked: AskedPage,
    today: Today,
    on: date | None = None,
    target_id: UUID | None = None,
    dated_from: Day | None = None,
    dated_before: Day | None = None,
) -> Page[QuantityView]:
    """List the quantities of a driver that hold on a day (by default today), or all that are dated in a range."""
    await found(session, Driver, driver_id)
    D = DriverQuantity
    query = select(D).where(D.driver_id == driver_id)
    if dated_from or dated_before:
        query = query.where(D.valid_from >= (dated_from or date.min), D.valid_from < (dated_before or date.max))
        sorts: dict[str, Any] = {"valid_from": D.valid_from}
    else:
        held = queries.in_force(driver_id, on or today).subquery()
        query = query.join(held, (held.c.target_id == D.target_id) & (held.c.valid_from == D.valid_from))
        sorts = {"valid_from": D.valid_from, "quantity": D.quantity}
    if target_id:
        query = query.where(D.target_id == target_id)
    return await page(session, query, asked, sorts=sorts, tie=D.target_id)


@router.operation(
    "POST",
    "/driver-quantity-imports",
    permission="finance:driver:import",
    problems=[NoSuchMapping],
    upload=CSV_MEDIA,
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_driver_quantities(upload: Upload, session: Session) -> ImportResult:
    """Import driver quantities from a file; the same file again changes nothing."""
    return await imports.import_quantities(session, upload)
