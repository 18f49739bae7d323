"""The import of a product catalog from another system."""

from chassis.exchange import MAX_BODY_BYTES, ImportedResources, ImportResources
from chassis.operations import CurrentCaller, Router, Session
from chassis.taking import read_all
from strategy.market_space import model as market_space
from strategy.offering import model as offering
from strategy.product_catalog.intake import Intake
from strategy.product_catalog.offering_intake import OfferingIntake
from strategy.product_catalog.register import Register
from strategy.product_catalog.sent import understood
from strategy.product_catalog.space_intake import SpaceIntake

router = Router("product-offering-imports")

EXAMPLE = {
    "source": "bss",
    "resources": [
        {"@type": "Category", "id": "EN001", "name": "Enterprise networking", "isRoot": True},
        {
            "@type": "ProductOffering",
            "id": "MPLS-GOLD",
            "name": "Business network",
            "description": "A network between sites.",
            "lifecycleStatus": "Active",
            "category": [{"id": "EN001"}],
        },
    ],
}


@router.operation(
    "POST",
    "/product-offering-imports",
    permission="strategy:offering:import",
    problems=[market_space.CodeTaken, offering.CodeTaken, offering.RevisionInWork],
    max_body_bytes=MAX_BODY_BYTES,
    example=EXAMPLE,
)
async def import_product_offerings(
    command: ImportResources, session: Session, caller: CurrentCaller
) -> ImportedResources:
    """Take product offerings over as drafts, with the categories, specifications and prices that they name (TMF620).

    In any order, each with its result: one that is refused stops no other. The same again changes nothing; what says
    something else changes the draft, or drafts the next revision of what is launched. Nothing is removed.
    """
    sent, refusals = read_all(command.resources, understood)
    register = await Register.open(session, command.source, sent)
    intake = Intake(SpaceIntake(register, caller.subject), OfferingIntake(register))
    taken = list(intake.take_all(sent))
    for new in (intake.spaces.new, intake.offerings.new, intake.statements):
        session.add_all(new)
        await session.flush()
    return ImportedResources.of([*refusals, *taken])
