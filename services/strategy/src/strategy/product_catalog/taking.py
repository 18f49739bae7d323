"""What taking a resource comes to, whatever its kind, and the codes of what is new."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from chassis.exchange import Outcome, ResourceRefused, TakenResource
from chassis.text import CODE
from strategy.customer.naming import MAX_CODE, code_for
from strategy.product_catalog.sent import Sent


@dataclass
class Taken:
    outcome: Outcome
    href: str | None = None
    notes: list[str] = field(default_factory=list)

    def told(self, sent: Sent) -> TakenResource:
        return TakenResource(
            position=sent.position,
            type=type(sent.resource).__name__,
            id=sent.external_id,
            outcome=self.outcome,
            href=self.href,
            ignored=sent.ignored,
            notes=self.notes,
            faults=[],
        )


def refused(position: int | None, type_: object, external_id: str | None, refusal: ResourceRefused) -> TakenResource:
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


def free_code(sent: Sent, taken: Collection[str]) -> str:
    """The id that it came with, where that is a code, else made of its name; with a number where that is taken."""
    given = sent.resource.id or sent.external_id
    is_code = len(given) <= MAX_CODE and re.fullmatch(CODE, given)
    stem = code = given if is_code else code_for(sent.resource.name) or "imported"
    number = 1
    while code in taken:
        number += 1
        ending = f"-{number}"
        code = stem[: MAX_CODE - len(ending)] + ending
    return code
