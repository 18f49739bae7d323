"""The operations on charge plans."""

from uuid import UUID

from sqlalchemy import select

from chassis.operations import Router, Session, found
from chassis.pages import AskedPage, Page, page
from finance.allocation_model.model import UnknownModel
from finance.allocation_model.queries import model_with
from finance.charge_plan.model import ChargePlan, CodeTaken
from finance.charge_plan.schemas import ChargePlanView, DefineChargePlan
from finance.driver.model import UnknownDriver
from finance.driver.queries import driver_with
from finance.price_book.model import UnknownBook
from finance.price_book.queries import book_with

router = Router("charge-plans")

READ = "finance:charge-plan:read"


@router.operation(
    "POST",
    "/charge-plans",
    permission="finance:charge-plan:write",
    problems=[CodeTaken, UnknownDriver, UnknownModel, UnknownBook],
    status=201,
    example={
        "code": "telecom-by-headcount",
        "name": "Telecommunications by headcount",
        "cost_objects": {"codes": ["BYE04"]},
        "driver": "headcount",
    },
)
async def define_charge_plan(command: DefineChargePlan, session: Session) -> ChargePlanView:
    """Define a charge plan."""
    driver = await driver_with(session, command.driver) if command.driver else None
    model = await model_with(session, command.allocation_model) if command.allocation_model else None
    book = await book_with(session, command.price_book) if command.price_book else None
    plan = ChargePlan.define(
        code=command.code,
        name=command.name,
        mode=command.mode,
        cost_objects=command.cost_objects.model_dump(mode="json"),
        driver_id=driver.id if driver else None,
        basis=command.basis,
        allocation_model_id=model.id if model else None,
        price_book_id=book.id if book else None,
    )
    session.add(plan)
    await session.flush()
    return ChargePlanView.model_validate(plan)


@router.operation("GET", "/charge-plans", permission=READ)
async def list_charge_plans(session: Session, asked: AskedPage) -> Page[ChargePlanView]:
    """List charge plans."""
    return await page(session, select(ChargePlan), asked, sorts={"code": ChargePlan.code}, tie=ChargePlan.id)


@router.operation("GET", "/charge-plans/{plan_id}", permission=READ)
async def get_charge_plan(plan_id: UUID, session: Session) -> ChargePlanView:
    """Show a charge plan."""
    return ChargePlanView.model_validate(await found(session, ChargePlan, plan_id))
