"""The documents of a body: each a descriptor of a kind that services have, or refused, or skipped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from chassis.descriptors import Reference, Remark, faults, named
from portfolio.backstage_entity.descriptor import KINDS, Named, annotated
from portfolio.backstage_entity.schemas import EntityOutcome, EntityResult
from portfolio.backstage_entity.terms import DEPENDS_ON, Relation
from portfolio.service.model import Service


@dataclass
class Sent:
    """Without an `entity` it was refused or skipped; `service` is the one that it was taken as."""

    number: int
    kind: str
    name: str
    entity: Named[Any] | None = None
    relations: Sequence[tuple[str, Reference, Relation]] = ()
    outcome: EntityOutcome = EntityOutcome.REFUSED
    service: Service | None = None
    errors: list[Remark] = field(default_factory=list)
    left_out: list[Remark] = field(default_factory=list)

    def refuse(self, *errors: Remark) -> None:
        self.entity, self.outcome, self.errors = None, EntityOutcome.REFUSED, list(errors)

    def leave_out(self, pointer: str, message: str) -> None:
        self.left_out.append(Remark(pointer=pointer, message=message))

    def is_changed(self) -> None:
        if self.outcome is EntityOutcome.UNCHANGED:
            self.outcome = EntityOutcome.CHANGED

    def result(self) -> EntityResult:
        return EntityResult(
            number=self.number,
            kind=self.kind,
            name=self.name,
            outcome=self.outcome,
            code=self.service.code if self.service else None,
            errors=self.errors,
            left_out=self.left_out,
        )


def read(documents: Iterable[Any]) -> list[Sent]:
    """Of two entities with one name the first counts."""
    seen: set[str] = set()
    everything = []
    for number, document in enumerate(documents, start=1):
        everything.append(sent := _read(number, document))
        if sent.entity and (key := sent.entity.reference.key) in seen:
            sent.refuse(Remark(pointer="/metadata/name", message="it stands in the body before"))
        elif sent.entity:
            seen.add(key)
    return everything


def _read(number: int, document: Any) -> Sent:
    kind, name = named(document)
    sent = Sent(number, kind, name)
    if kind and kind not in KINDS:
        sent.outcome = EntityOutcome.SKIPPED
        sent.errors = [Remark(pointer="/kind", message=f"the portfolio takes {', '.join(KINDS)}")]
        return sent
    try:
        entity = KINDS.get(kind, Named).model_validate(document)
        sent.entity, sent.relations = entity, list(entity.relations())
    except ValidationError as error:
        sent.refuse(*faults(error))
    except ValueError as error:
        sent.refuse(Remark(pointer=annotated(DEPENDS_ON), message=str(error)))
    return sent
