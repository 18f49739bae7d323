"""Each part of a chain as it is shown."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from chassis.money import Money
from strategy.alignment.schemas import Target
from strategy.evidence.kept import DecisionKind, KnownDecision, KnownPerformance
from strategy.evidence.queries import Allocated
from strategy.known_service.model import KnownService
from strategy.need.model import Need
from strategy.offering.model import Offering
from strategy.value_chain.figures import grouped
from strategy.value_chain.links import FINANCE, STRATEGY, address, decision
from strategy.value_chain.reach import Reach
from strategy.value_chain.schemas import (
    Beneficiary,
    ChainDecision,
    ChainFullCost,
    ChainNeed,
    ChainObjective,
    ChainOffering,
    ChainPart,
    ChainPerformance,
    ChainService,
    ChainStage,
    MissingPart,
    ServedBy,
)


def named(
    service: KnownService | None, decisions: Sequence[KnownDecision]
) -> tuple[str | None, str | None, ChainStage | None]:
    """One that is not chartered yet is known by its proposal."""
    if service:
        return service.code, service.name, ChainStage(service.stage)
    proposal = next((it for it in decisions if it.kind is DecisionKind.PROPOSAL), None)
    if proposal is None:
        return None, None, None
    return proposal.code, proposal.title, ChainStage.PLANNED if proposal.pending else ChainStage.RETIRED


def need_of(need: Need, name: str) -> ChainNeed:
    kinds = {
        Beneficiary.CUSTOMER: need.customer_id,
        Beneficiary.SEGMENT: need.segment_id,
        Beneficiary.MARKET_SPACE: need.market_space_id,
    }
    ((kind, whose),) = [(kind, id) for kind, id in kinds.items() if id]
    return ChainNeed(
        id=need.id,
        statement=need.statement,
        asked_by=need.asked_by,
        beneficiary=kind,
        beneficiary_id=whose,
        beneficiary_name=name,
        state=need.state,
        importance=need.importance,
        satisfaction=need.satisfaction,
        opportunity_score=need.opportunity_score,
        as_of=need.assessed_on,
        link=f"{STRATEGY}/needs/{need.id}",
    )


def offering_of(offering: Offering, reach: Reach) -> ChainOffering:
    needs, services = set(reach.needs), set(reach.services)
    return ChainOffering(
        id=offering.id,
        code=offering.code,
        revision=offering.revision,
        name=offering.name,
        status=offering.status,
        launched_on=offering.launched_on,
        withdrawn_on=offering.withdrawn_on,
        need_ids=[id for id in offering.need_ids if id in needs],
        service_ids=[id for id in reach.made_of.get(offering.id, ()) if id in services],
        link=f"{STRATEGY}/offerings/{offering.id}",
    )


def full_cost(row: Allocated) -> ChainFullCost:
    explained = f"{FINANCE}/allocation-runs/{row.run_id}/explanation"
    return ChainFullCost(
        model_code=row.model_code,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        currency=row.currency,
        full_cost=row.amount,
        as_of=row.completed_at,
        link=address(explained, cost_object=row.cost_object_code),
    )


def performance(known: KnownPerformance) -> ChainPerformance:
    fields = ChainPerformance.model_fields.keys() - {"as_of"}
    return ChainPerformance(**{name: getattr(known, name) for name in fields}, as_of=known.assessed_at)


def decision_on(known: KnownDecision) -> ChainDecision:
    amount, currency = known.amount, known.currency
    fields = ("kind", "id", "state", "pending", "code", "title", "outcome", "stated_on", "due_on")
    return ChainDecision(
        **{name: getattr(known, name) for name in fields},
        funding=Money(amount=amount, currency=currency) if amount is not None and currency else None,
        as_of=known.heard_at,
        link=decision(known.kind, known.id),
    )


def objectives(reach: Reach) -> Iterator[ChainObjective]:
    shown = {*reach.services, *(it.id for it in reach.offerings), *(it.id for it in reach.initiatives)}
    serving = grouped(reach.alignments, attrgetter("objective_id"))
    for objective in reach.objectives:
        links = [
            ServedBy(kind=kind, id=id, strength=it.strength)
            for it in serving.get(objective.id, ())
            for kind in Target
            if (id := getattr(it, f"{kind}_id")) in shown
        ]
        yield ChainObjective(
            id=objective.id,
            code=objective.code,
            name=objective.name,
            parent_id=objective.parent_id,
            weight=objective.weight,
            served_by=links,
            link=f"{STRATEGY}/objectives/{objective.id}",
        )


def missing(reach: Reach, needs: Sequence[ChainNeed], services: Sequence[ChainService]) -> Iterator[MissingPart]:
    unassessed = sum(need.satisfaction is None for need in needs)
    launched = any(service.counted for service in services)
    for part, is_missing, reason in (
        (ChainPart.NEEDS, not needs, "No need leads here."),
        (ChainPart.SATISFACTION, unassessed > 0, f"The satisfaction with {unassessed} of the needs is not assessed."),
        (ChainPart.OFFERINGS, not reach.offerings, "No offering is made for this."),
        (ChainPart.SERVICES, not services, "No service is part of this."),
        (ChainPart.COST, bool(services) and not launched, "No launched offering is made of these services."),
        (ChainPart.OBJECTIVES, not reach.objectives, "No objective in force is served by this."),
        (ChainPart.INITIATIVES, not reach.initiatives, "No initiative works on this."),
    ):
        if is_missing:
            yield MissingPart(part=part, reason=reason)
