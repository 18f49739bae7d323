"""The operations on service calendars."""

from uuid import UUID

from sqlalchemy import select, update

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from portfolio.service_calendar.model import CodeTaken, ServiceCalendar
from portfolio.service_calendar.schemas import ServiceCalendarView, StateServiceCalendar
from portfolio.service_level.model import ServiceLevel

router = Router("service-calendars")

READ, WRITE = "portfolio:service-calendar:read", "portfolio:service-calendar:write"
OFFICE = {
    "code": "office",
    "name": "Office hours",
    "time_zone": "America/Toronto",
    "openings": [{"weekdays": [1, 2, 3, 4, 5], "opens": "08:00", "closes": "18:00"}],
    "holidays": [{"on": "2026-07-01", "name": "Canada Day"}],
}


@router.operation("POST", "/service-calendars", permission=WRITE, problems=[CodeTaken], status=201, example=OFFICE)
async def draw_up_service_calendar(command: StateServiceCalendar, session: Session) -> ServiceCalendarView:
    """Say in which hours services are meant to work."""
    calendar = ServiceCalendar.draw_up(**command.model_dump(mode="json"))
    session.add(calendar)
    await session.flush()
    return ServiceCalendarView.model_validate(calendar)


@router.operation("GET", "/service-calendars", permission=READ)
async def list_service_calendars(session: Session, asked: AskedPage) -> Page[ServiceCalendarView]:
    """List service calendars."""
    return await page(
        session, select(ServiceCalendar), asked, sorts={"code": ServiceCalendar.code}, tie=ServiceCalendar.id
    )


@router.operation("GET", "/service-calendars/{service_calendar_id}", permission=READ)
async def get_service_calendar(service_calendar_id: UUID, session: Session) -> ServiceCalendarView:
    """Show a service calendar."""
    return ServiceCalendarView.model_validate(await found(session, ServiceCalendar, service_calendar_id))


@router.operation(
    "PUT",
    "/service-calendars/{service_calendar_id}",
    permission=WRITE,
    problems=[CodeTaken],
    example=OFFICE,
)
async def restate_service_calendar(
    service_calendar_id: UUID, command: StateServiceCalendar, version: ExpectedVersion, session: Session
) -> ServiceCalendarView:
    """State a service calendar anew; the next assessment of performance calculates by it."""
    calendar = await found(session, ServiceCalendar, service_calendar_id, version=version)
    calendar.restate(**command.model_dump(mode="json"))
    await session.flush()
    by_it = update(ServiceLevel).where(ServiceLevel.service_calendar_id == calendar.id)
    await session.execute(by_it.values(calculated_until=None).execution_options(synchronize_session=False))
    return ServiceCalendarView.model_validate(calendar)
