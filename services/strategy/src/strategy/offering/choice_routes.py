"""The operations on what can be chosen with an offering, and on how it stands against alternatives."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.problems import NoSuchResource
from chassis.text import Code, Schema
from strategy.offering.model import Ended, Offering
from strategy.offering.option import Choice, NoSuchOption, Option, chosen
from strategy.offering.positioning import Positioning, PositioningView, compared
from strategy.offering.routes import READ, WRITE
from strategy.offering.schemas import OfferingView

router = Router("offering-choices")

POSITIONING = {
    "criteria": [{"name": "Price", "weight": "2"}, {"name": "Help at the desk", "weight": "1"}],
    "alternatives": [{"name": "Own purchase", "provider": "The unit itself"}],
    "scores": [
        {"criterion": "Price", "score": 7},
        {"criterion": "Price", "alternative": "Own purchase", "score": 8},
        {"criterion": "Help at the desk", "score": 9},
    ],
}


class ChooseOptions(Schema):
    options: Annotated[list[Code], Field(max_length=50)]


@router.operation(
    "POST",
    "/offerings/{offering_id}/choice",
    permission=READ,
    problems=[NoSuchOption],
    example={"options": []},
)
async def choose_options(offering_id: UUID, command: ChooseOptions, session: Session) -> Choice:
    """Try a choice of options: whether they go together, and what they and the offering cost. Nothing is stored."""
    offering = await found(session, Offering, offering_id)
    options = [Option.model_validate(option) for option in offering.options]
    return chosen(options, command.options, price=offering.price)


@router.operation(
    "PUT",
    "/offerings/{offering_id}/positioning",
    permission=WRITE,
    problems=[Ended],
    example=POSITIONING,
)
async def position_offering(
    offering_id: UUID, command: Positioning, version: ExpectedVersion, session: Session
) -> OfferingView:
    """Score an offering and its alternatives by weighted criteria, in place of what was scored before."""
    offering = await found(session, Offering, offering_id, version=version)
    offering.position(command.model_dump(mode="json"))
    await session.flush()
    return OfferingView.model_validate(offering)


@router.operation("GET", "/offerings/{offering_id}/positioning", permission=READ)
async def show_positioning(offering_id: UUID, session: Session) -> PositioningView:
    """Show how an offering stands against its alternatives, overall and by criterion."""
    offering = await found(session, Offering, offering_id)
    if offering.positioning is None:
        raise NoSuchResource(f"{offering.code} has not been positioned.")
    return compared(Positioning.model_validate(offering.positioning))
