"""The operations on customers."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from chassis.application import Today
from chassis.operations import ExpectedVersion, Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.text import CODE, LINE, Code, Line
from strategy import tree
from strategy.customer import actions, queries
from strategy.customer.model import (
    CodeTaken,
    Customer,
    CustomerExternalId,
    CustomerKind,
    ExternalIdTaken,
    Merged,
    MergedIntoItself,
    NameTaken,
    WithinItself,
)
from strategy.customer.naming import normalized
from strategy.customer.schemas import (
    ChangeCustomer,
    CustomerView,
    ExternalId,
    MergeCustomer,
    MoveCustomer,
    RegisterCustomer,
)
from strategy.holding import held

router = Router("customers")

READ, WRITE, MERGE = "strategy:customer:read", "strategy:customer:write", "strategy:customer:merge"
CUSTOMER = {"name": "Canada Revenue Agency", "kind": "internal_unit"}
SOME_ID = "01928f6e-5a00-7000-8000-000000000000"

Source = Annotated[str, Path(max_length=64, pattern=CODE)]
IdThere = Annotated[str, Path(max_length=200, pattern=LINE)]


@router.operation(
    "POST",
    "/customers",
    permission=WRITE,
    problems=[CodeTaken, NameTaken, ExternalIdTaken, Merged],
    status=201,
    example={"code": "CRA", **CUSTOMER, "external_ids": [{"source": "erp", "external_id": "4711"}]},
)
async def register_customer(command: RegisterCustomer, session: Session) -> CustomerView:
    """Register a customer. One that is known under this name is refused with `existing_id`."""
    await tree.hold(session, Customer)
    if command.parent_id:
        await queries.living(session, command.parent_id)
    await queries.refuse_taken_name(session, command.name)
    customer = Customer.register(**command.model_dump(exclude={"external_ids"}))
    session.add(customer)
    await session.flush()
    for external in command.external_ids:
        await queries.refuse_taken_external_id(session, external)
        session.add(customer.identify(**dict(external)))
        await session.flush()
    return await queries.shown(session, customer.id)


@router.operation("GET", "/customers", permission=READ)
async def list_customers(
    session: Session,
    asked: AskedPage,
    code: Code | None = None,
    kind: CustomerKind | None = None,
    parent_id: UUID | None = None,
    below: UUID | None = None,
    search: Annotated[Line | None, Query(description="A part of the name.")] = None,
    source: Annotated[Code | None, Query(description="Only customers that this source has an id for.")] = None,
    external_id: Line | None = None,
    merged: Annotated[bool, Query(description="The merged customers instead of the living ones.")] = False,
) -> Page[CustomerView]:
    """List customers; `below` gives everything under one, `parent_id` what lies directly under it."""
    exact = {"code": code, "kind": kind, "parent_id": parent_id}
    query = select(Customer).filter_by(**{name: value for name, value in exact.items() if value is not None})
    query = query.where(Customer.merged_into.is_not(None) if merged else Customer.merged_into.is_(None))
    if below:
        query = query.where(Customer.id.in_(tree.below(Customer, below)))
    if search:
        query = query.where(Customer.normalized_name.contains(normalized(search), autoescape=True))
    called = {"source": source, "external_id": external_id}
    if asked_names := {name: value for name, value in called.items() if value is not None}:
        query = query.where(Customer.id.in_(select(CustomerExternalId.customer_id).filter_by(**asked_names)))
    sorts = {"code": Customer.code, "name": Customer.name}
    return await page(session, query.options(selectinload(Customer.external_ids)), asked, sorts=sorts, tie=Customer.id)


@router.operation("GET", "/customers/{customer_id}", permission=READ)
async def get_customer(customer_id: UUID, session: Session) -> CustomerView:
    """Show a customer; one that was merged names its survivor in `merged_into`."""
    return await queries.shown(session, customer_id)


@router.operation("PUT", "/customers/{customer_id}", permission=WRITE, problems=[NameTaken, Merged], example=CUSTOMER)
async def change_customer(
    customer_id: UUID, command: ChangeCustomer, version: ExpectedVersion, session: Session
) -> CustomerView:
    """Change the name or the kind of a customer."""
    await tree.hold(session, Customer)
    customer = await held(session, Customer, customer_id, version=version)
    await queries.refuse_taken_name(session, command.name, besides=customer_id)
    customer.change(**dict(command))
    await session.flush()
    return await queries.shown(session, customer_id)


@router.operation(
    "POST",
    "/customers/{customer_id}/move",
    permission=WRITE,
    problems=[WithinItself, Merged],
    example={"under": "0198c0de-0000-7000-8000-000000000001"},
)
async def move_customer(
    customer_id: UUID, command: MoveCustomer, version: ExpectedVersion, session: Session
) -> CustomerView:
    """Move a customer, with everything below it, under another one."""
    await tree.hold(session, Customer)
    customer = await held(session, Customer, customer_id, version=version)
    if command.under:
        await queries.living(session, command.under)
    customer.move(under=command.under, ancestors_of_target=await tree.ancestors(session, Customer, command.under))
    await session.flush()
    return await queries.shown(session, customer_id)


@router.operation(
    "POST",
    "/customers/{customer_id}/merge",
    permission=MERGE,
    problems=[Merged, MergedIntoItself],
    example={"survivor_id": SOME_ID},
)
async def merge_customer(
    customer_id: UUID, command: MergeCustomer, version: ExpectedVersion, session: Session, today: Today
) -> CustomerView:
    """Merge a customer into another one, which is answered.

    Children, needs, sizes and external ids go to the survivor; where both have a size of one day, its own stands.
    The merged customer stays readable and names its survivor; its name is free, its code is not.
    """
    await tree.hold(session, Customer)
    merged = await held(session, Customer, customer_id, version=version)
    survivor = await held(session, Customer, command.survivor_id)
    await actions.merge(session, merged=merged, survivor=survivor, on=today)
    await session.flush()
    return await queries.shown(session, survivor.id)


@router.operation(
    "PUT",
    "/customers/{customer_id}/external-ids/{source}/{external_id}",
    permission=WRITE,
    problems=[ExternalIdTaken, Merged],
)
async def identify_customer(customer_id: UUID, source: Source, external_id: IdThere, session: Session) -> CustomerView:
    """State what another system calls a customer; the same again changes nothing."""
    customer = await held(session, Customer, customer_id)
    external = ExternalId(source=source, external_id=external_id)
    await queries.refuse_taken_external_id(session, external, besides=customer_id)
    if await session.get(CustomerExternalId, (source, external_id)) is None:
        session.add(customer.identify(source=source, external_id=external_id))
        await session.flush()
    return await queries.shown(session, customer_id)


@router.operation("DELETE", "/customers/{customer_id}/external-ids/{source}/{external_id}", permission=WRITE)
async def forget_external_id(customer_id: UUID, source: Source, external_id: IdThere, session: Session) -> CustomerView:
    """Take back what another system is said to call a customer; the same again changes nothing."""
    customer = await held(session, Customer, customer_id)
    known = await session.get(CustomerExternalId, (source, external_id))
    if known and known.customer_id == customer_id:
        customer.external_ids_changed()
        await session.delete(known)
        await session.flush()
    return await queries.shown(session, customer_id)
