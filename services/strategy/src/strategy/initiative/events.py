"""What the strategy service announces about initiatives."""

from datetime import date
from uuid import UUID

from chassis.events import Event


class InitiativeOpened(Event, type="strategy.initiative-opened.v1"):
    """From now on cost can be collected for it, under its code, which never changes."""

    initiative_id: UUID
    code: str
    name: str
    service_ids: list[UUID]
    opened_on: date


class InitiativeChanged(Event, type="strategy.initiative-changed.v1"):
    initiative_id: UUID
    code: str
    name: str
    service_ids: list[UUID]


class InitiativeReady(Event, type="strategy.initiative-ready.v1"):
    """Every mandatory readiness condition is met or waived; `waived` names the latter."""

    initiative_id: UUID
    code: str
    name: str
    waived: list[str]
    ready_on: date


class InitiativeStarted(Event, type="strategy.initiative-started.v1"):
    initiative_id: UUID
    code: str
    name: str
    started_on: date


class InitiativeCompleted(Event, type="strategy.initiative-completed.v1"):
    initiative_id: UUID
    code: str
    name: str
    completed_on: date


class InitiativeCancelled(Event, type="strategy.initiative-cancelled.v1"):
    initiative_id: UUID
    code: str
    name: str
    cancelled_on: date
    reason: str
