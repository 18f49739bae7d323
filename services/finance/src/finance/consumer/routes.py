"""The operations on consumers: finance only listens to what is said of customers."""

from uuid import UUID

from sqlalchemy import select

from chassis.operations import Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code
from finance.consumer.model import Consumer
from finance.consumer.schemas import ConsumerView

router = Router("consumers")

READ = "finance:consumer:read"


@router.operation("GET", "/consumers", permission=READ)
async def list_consumers(
    session: Session, asked: AskedPage, code: Code | None = None, merged: bool | None = None
) -> Page[ConsumerView]:
    """List consumers, merged ones too."""
    query = select(Consumer)
    if code:
        query = query.where(Consumer.code == code)
    if merged is not None:
        query = query.where(Consumer.survivor_id.is_not(None) == merged)
    sorts = {"code": Consumer.code, "name": Consumer.name}
    return await page(session, query, asked, sorts=sorts, tie=Consumer.id)


@router.operation("GET", "/consumers/{consumer_id}", permission=READ)
async def get_consumer(consumer_id: UUID, session: Session) -> ConsumerView:
    """Show a consumer."""
    return ConsumerView.model_validate(await found(session, Consumer, consumer_id))
