"""The way from an objective over initiatives and offerings to services, and back, in one statement."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, case, cast, func, literal, null, select, union_all

from strategy import tree
from strategy.alignment.model import Alignment
from strategy.alignment.queries import in_force
from strategy.initiative.model import Initiative
from strategy.known_service.model import KnownService
from strategy.objective.model import Objective
from strategy.offering.model import Offering

COST = "/finance/v1/cost-objects?service_id="


@dataclass(frozen=True)
class Asked:
    """From above: an objective with all below it; from below: an initiative, an offering or a service."""

    on: date
    objective_id: UUID | None = None
    initiative_id: UUID | None = None
    offering_id: UUID | None = None
    service_id: UUID | None = None


def _steps(on: date) -> Any:
    """Each alignment in force with the services that it leads to: one row per service, one without if there is none."""
    of = Alignment.id, Alignment.objective_id, Alignment.strength
    through = [
        (Alignment.initiative_id == Initiative.id, Initiative.service_ids, Alignment.initiative_id, null()),
        (Alignment.offering_id == Offering.id, Offering.service_ids, null(), Alignment.offering_id),
    ]
    direct = select(*of, _id(null(), "initiative_id"), _id(null(), "offering_id"), Alignment.service_id)
    parts = [direct.where(Alignment.service_id.is_not(None), in_force(Alignment, on))]
    for joined, services, initiative, offering in through:
        each = func.unnest(services).table_valued("service_id").render_derived().lateral()
        columns = _id(initiative, "initiative_id"), _id(offering, "offering_id"), each.c.service_id
        query = select(*of, *columns).join(services.class_, joined).outerjoin(each, literal(True))
        parts.append(query.where(in_force(Alignment, on)))
    return union_all(*parts).subquery()


def _id(column: Any, name: str) -> Any:
    return cast(column, Uuid).label(name)


def paths(asked: Asked) -> Select[*tuple[Any, ...]]:
    """Rows of an objective, what serves it, and the service that this leads to. Objectives without a row have none."""
    step = _steps(asked.on)
    query = (
        select(
            Objective.id.label("objective_id"),
            Objective.code.label("objective_code"),
            Objective.parent_id.label("objective_parent_id"),
            step.c.strength,
            step.c.initiative_id,
            Initiative.code.label("initiative_code"),
            Initiative.status.label("initiative_status"),
            step.c.offering_id,
            Offering.code.label("offering_code"),
            step.c.service_id,
            KnownService.code.label("service_code"),
            KnownService.stage.label("service_stage"),
            case((step.c.service_id.is_not(None), func.concat(COST, step.c.service_id))).label("cost_link"),
        )
        .join(step, step.c.objective_id == Objective.id)
        .outerjoin(Initiative, Initiative.id == step.c.initiative_id)
        .outerjoin(Offering, Offering.id == step.c.offering_id)
        .outerjoin(KnownService, KnownService.id == step.c.service_id)
        .where(in_force(Objective, asked.on))
        .order_by(
            Objective.code, Initiative.code.nulls_last(), Offering.code.nulls_last(), KnownService.code, step.c.id
        )
    )
    for name in ("initiative_id", "offering_id", "service_id"):
        if wanted := getattr(asked, name):
            query = query.where(step.c[name] == wanted)
    if asked.objective_id:
        below = tree.standing_below(Objective)
        query = query.where(Objective.id.in_(select(below.c.id).where(below.c.top == asked.objective_id)))
    return query
