"""The import of a service catalog from another system."""

from chassis.application import Now
from chassis.exchange import MAX_BODY_BYTES, ImportedResources, ImportResources
from chassis.operations import CurrentCaller, Router, Session
from chassis.taking import read_all
from portfolio.dependency.model import AlreadyUsed
from portfolio.service import intake as services
from portfolio.service.gates import Act
from portfolio.service.model import CodeTaken, ExternalIdTaken
from portfolio.service_specification.intake import Intake
from portfolio.service_specification.register import Register
from portfolio.service_specification.sent import understood

router = Router("service-specification-imports")

EXAMPLE = {
    "source": "bss",
    "resources": [
        {
            "@type": "CustomerFacingServiceSpecification",
            "id": "CFS-17",
            "name": "Managed mail",
            "description": "Mailboxes with protection.",
            "lifecycleStatus": "Active",
            "validFor": {"startDateTime": "2025-03-15T00:00:00Z"},
            "serviceSpecRelationship": [{"id": "RFS-3", "relationshipType": "dependency"}],
        },
        {
            "@type": "ResourceFacingServiceSpecification",
            "id": "RFS-3",
            "name": "Mail relay",
            "lifecycleStatus": "Active",
        },
    ],
}


@router.operation(
    "POST",
    "/service-specification-imports",
    permission="portfolio:service:import",
    problems=[CodeTaken, ExternalIdTaken, AlreadyUsed],
    max_body_bytes=MAX_BODY_BYTES,
    example=EXAMPLE,
)
async def import_service_specifications(
    command: ImportResources, session: Session, caller: CurrentCaller, now: Now
) -> ImportedResources:
    """Take services over from service specifications and candidates (TMF633), each into the stage where it stands.

    In any order, each with its result: one that is refused stops no other. A known service is described anew and stays
    in its stage. What it depends on is declared, the categories of its candidate become tags. The same again changes
    nothing, and nothing is removed.
    """
    sent, refusals = read_all(command.resources, understood)
    register = await Register.open(session, command.source, sent)
    act = Act(by=caller.subject, at=now, reason="Imported from a service catalog")
    intake = Intake(register, services.Intake(act))
    taken = list(intake.take_all(sent))
    session.add_all(intake.rows.new)
    await session.flush()
    session.add_all([*intake.dependencies, *intake.statements])
    await session.flush()
    return ImportedResources.of([*refusals, *taken])
