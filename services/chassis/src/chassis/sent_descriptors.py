"""Descriptors that were sent, one by one: taken, skipped as those of others, or refused where they are wrong."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import Field, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.descriptors import Entity, Remark, faults, named
from chassis.text import Schema
from chassis.yaml_documents import MAX_DOCUMENTS

SHOWN = 100

E = TypeVar("E", bound=Entity[Any])


class EntityOutcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    SKIPPED = "skipped"


class EntityResult(Schema):
    """What became of one entity. `kind` and `name` are as they were sent, empty where there is none."""

    number: int = Field(description="Its place in the body, from 1.")
    kind: str
    name: str
    outcome: EntityOutcome
    code: str | None = Field(description="Of what it was taken as; null where it was not taken.")
    errors: list[Remark] = Field(max_length=20, description="Why it was refused or skipped.")
    left_out: list[Remark] = Field(
        max_length=SHOWN, description="What was not taken of it, though the entity was: the first 100."
    )


class DescriptorImportResult(Schema):
    """`read` is the sum of the five outcomes."""

    read: int
    created: int
    changed: int
    unchanged: int
    refused: int
    skipped: int = Field(description="Entities of kinds that are not taken here.")
    left_out: int = Field(description="Relations that were not taken of entities that were.")
    entities: list[EntityResult] = Field(max_length=MAX_DOCUMENTS)


@dataclass
class Sent(Generic[E]):
    """Without an `entity` it was refused or skipped."""

    number: int
    kind: str
    name: str
    entity: E | None = None
    outcome: EntityOutcome = EntityOutcome.UNCHANGED
    code: str | None = None
    errors: list[Remark] = field(default_factory=list)
    left_out: list[Remark] = field(default_factory=list)

    def refuse(self, *errors: Remark, outcome: EntityOutcome = EntityOutcome.REFUSED) -> None:
        self.entity, self.outcome, self.errors = None, outcome, list(errors[:20])

    def leave_out(self, pointer: str, message: str) -> None:
        self.left_out.append(Remark(pointer=pointer, message=message))

    def is_changed(self) -> None:
        if self.outcome is EntityOutcome.UNCHANGED:
            self.outcome = EntityOutcome.CHANGED


def read(documents: Iterable[Any], kinds: Mapping[str, type[E]]) -> list[Sent[E]]:
    """Of two entities with one name the first counts."""
    seen: set[str] = set()
    everything = []
    for number, document in enumerate(documents, start=1):
        everything.append(sent := _read(number, document, kinds))
        if sent.entity and (key := sent.entity.reference.key) in seen:
            sent.refuse(Remark(pointer="/metadata/name", message="it stands in the body before"))
        elif sent.entity:
            seen.add(key)
    return everything


def _read(number: int, document: Any, kinds: Mapping[str, type[E]]) -> Sent[E]:
    kind, name = named(document)
    sent: Sent[E] = Sent(number, kind, name)
    if kind and kind not in kinds:
        remark = Remark(pointer="/kind", message=f"taken here are {', '.join(kinds)}")
        sent.refuse(remark, outcome=EntityOutcome.SKIPPED)
        return sent
    try:
        # Without a kind it is none of them; any of them says so.
        sent.entity = kinds.get(kind, next(iter(kinds.values()))).model_validate(document)
    except ValidationError as error:
        sent.refuse(*faults(error))
    return sent


async def keep(session: AsyncSession, table: Any, source: str, said: Mapping[str, tuple[Sent[Any], Any]]) -> None:
    """By the key of its reference what was said of each entity beyond what has a word here, in a mapped `table` with
    source, external_id and kept."""
    mine = table.source == source, among(table.external_id, said)
    before = {row.external_id: row for row in await session.scalars(select(table).where(*mine))}
    for key, (sent, kept) in said.items():
        row = before.get(key)
        if row is not None and row.kept == kept:
            continue
        sent.is_changed()
        if row is None:
            session.add(table(source=source, external_id=key, kept=kept))
        else:
            row.kept = kept


def result_of(everything: Sequence[Sent[Any]]) -> dict[str, Any]:
    """The fields of DescriptorImportResult."""
    counts = Counter(one.outcome for one in everything)
    shown = ("number", "kind", "name", "outcome", "code", "errors")
    entities = [
        EntityResult(**{name: getattr(one, name) for name in shown}, left_out=one.left_out[:SHOWN])
        for one in everything
    ]
    left_out = sum(len(one.left_out) for one in everything)
    outcomes = {str(kind): counts[kind] for kind in EntityOutcome}
    return {"read": len(entities), "left_out": left_out, "entities": entities, **outcomes}
