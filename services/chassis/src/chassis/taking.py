"""What came in one import of catalog resources, and what taking each of them comes to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from chassis.exchange import Outcome, ResourceRefused, TakenResource
from chassis.resources import Body

ADDRESSING = {"id", "href", "@type", "@baseType", "@schemaLocation"}


@dataclass(frozen=True)
class Sent:
    """`effective` are the fields that are taken. `position` is null for what came earlier and is read again."""

    position: int | None
    kind: StrEnum
    external_id: str
    resource: Any
    body: Body
    effective: frozenset[str]

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.external_id

    def refused(self, refusal: ResourceRefused) -> TakenResource:
        return refused(self.position, self.body, self.external_id, refusal)


S = TypeVar("S", bound=Sent)


@dataclass
class Taken:
    outcome: Outcome
    href: str | None = None
    notes: list[str] = field(default_factory=list)

    def told(self, sent: Sent) -> TakenResource:
        return TakenResource(
            position=sent.position,
            type=sent.body["@type"],
            id=sent.external_id,
            outcome=self.outcome,
            href=self.href,
            ignored=sorted(sent.body.keys() - sent.effective - ADDRESSING),
            notes=self.notes,
            faults=[],
        )


def read_all(bodies: Sequence[Body], understood: Callable[[int, Body], S]) -> tuple[list[S], list[TakenResource]]:
    """What can be understood, and the refusal of all else. What comes twice at once is refused the second time."""
    sent: dict[tuple[str, str], S] = {}
    refusals: list[TakenResource] = []
    for position, body in enumerate(bodies):
        try:
            one = understood(position, body)
            first = sent.setdefault(one.key, one)
            if first is not one:
                raise ResourceRefused.at("/id", f"it came already, at position {first.position}")
        except ResourceRefused as refusal:
            refusals.append(refused(position, body, None, refusal))
    return list(sent.values()), refusals


def refused(position: int | None, body: Body, external_id: str | None, refusal: ResourceRefused) -> TakenResource:
    type_ = body.get("@type")
    return TakenResource(
        position=position,
        type=type_[:100] if isinstance(type_, str) else None,
        id=external_id,
        outcome="refused",
        href=None,
        ignored=[],
        notes=[],
        faults=list(refusal.faults),
    )
