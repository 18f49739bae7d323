"""The operations on the sizes of customers, which finance uses to share costs between them."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from sqlalchemy import select

from chassis.operations import Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import CODE, Code, Day
from strategy.customer import queries
from strategy.customer.model import Customer, CustomerSize, Merged
from strategy.customer.routes import READ, WRITE
from strategy.customer.schemas import CustomerSizeView, StateSize
from strategy.holding import held

router = Router("customer-sizes")

Measure = Annotated[str, Path(max_length=64, pattern=CODE, description="Such as headcount: a driver in finance.")]
On = Annotated[Day | None, Query(description="Only the sizes that are valid on this day.")]

BY_DAY = {"valid_from": CustomerSize.valid_from}


@router.operation(
    "PUT",
    "/customers/{customer_id}/sizes/{measure}/{valid_from}",
    permission=WRITE,
    problems=[Merged],
    example={"quantity": "5774"},
)
async def state_customer_size(
    customer_id: UUID, measure: Measure, valid_from: Day, command: StateSize, session: Session
) -> CustomerSizeView:
    """State how large a customer is from a day on; the same again changes nothing, another quantity corrects it."""
    customer = await held(session, Customer, customer_id)
    size = await session.get(CustomerSize, (customer_id, measure, valid_from))
    if size is None or size.quantity != command.quantity:
        stated = customer.size(measure=measure, quantity=command.quantity, valid_from=valid_from)
        size = await session.merge(stated)
        await session.flush()
    return CustomerSizeView.model_validate(size)


@router.operation("GET", "/customers/{customer_id}/sizes", permission=READ)
async def list_sizes_of_customer(
    customer_id: UUID, session: Session, asked: AskedPage, measure: Code | None = None, on: On = None
) -> Page[CustomerSizeView]:
    """List the sizes of one customer, all of them or as of a day."""
    await found(session, Customer, customer_id)
    query = queries.sizes(measure=measure, on=on).where(CustomerSize.customer_id == customer_id)
    return await page(session, query, asked, sorts=BY_DAY, tie=CustomerSize.measure)


@router.operation("GET", "/customer-sizes", permission=READ)
async def list_customer_sizes(
    session: Session, asked: AskedPage, measure: Code, on: On = None
) -> Page[CustomerSizeView]:
    """List the sizes of all living customers by one measure, all of them or as of a day."""
    living = select(Customer.id).where(Customer.merged_into.is_(None))
    query = queries.sizes(measure=measure, on=on).where(CustomerSize.customer_id.in_(living))
    return await page(session, query, asked, sorts=BY_DAY, tie=CustomerSize.customer_id)
