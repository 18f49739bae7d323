"""The services that offerings can be made of."""

from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from chassis.operations import Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.text import Code, Schema
from strategy.known_service.model import KnownService, KnownStage

router = Router("known-services")


class KnownServiceView(Schema):
    id: UUID
    code: str
    name: str
    kind: str
    stage: KnownStage
    retires_on: date | None = Field(description="The first day without it, while its notice runs.")


@router.operation("GET", "/known-services", permission="strategy:offering:read")
async def list_known_services(
    session: Session, asked: AskedPage, code: Code | None = None, stage: KnownStage | None = None
) -> Page[KnownServiceView]:
    """List the services that the portfolio has announced: chartered, operational and retired."""
    exact = {"code": code, "stage": stage}
    query = select(KnownService).filter_by(**{name: value for name, value in exact.items() if value is not None})
    sorts = {"code": KnownService.code, "name": KnownService.name}
    return await page(session, query, asked, sorts=sorts, tie=KnownService.id)
