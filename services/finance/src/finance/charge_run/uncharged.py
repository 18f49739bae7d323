"""What a charge run leaves out: every cost object with the reason, and how much of what it is about."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from chassis.money import EXACT, plain


@dataclass
class Uncharged:
    """Quantities of one cost object, reason and unit are added up, so that it stays short."""

    _told: dict[tuple[str, str], None] = field(default_factory=dict)
    _quantities: dict[tuple[str, str, str], tuple[Decimal, set[UUID]]] = field(default_factory=dict)

    def say(self, code: str, reason: str) -> None:
        self._told[code, reason] = None

    def add(self, code: str, reason: str, unit: str, quantity: Decimal, consumer_id: UUID) -> None:
        sum_, consumers = self._quantities.get((code, reason, unit), (Decimal(0), set()))
        consumers.add(consumer_id)
        self._quantities[code, reason, unit] = EXACT.add(sum_, quantity), consumers

    @property
    def codes(self) -> set[str]:
        return {key[0] for key in (*self._told, *self._quantities)}

    def listed(self) -> list[dict[str, str]]:
        """In the words of `schemas.UnchargedView`, by code."""
        told = list(self._told)
        for (code, reason, unit), (quantity, consumers) in self._quantities.items():
            by = f"{len(consumers)} consumer{'s' if len(consumers) > 1 else ''}"
            told.append((code, f"{reason}: {plain(quantity.normalize(EXACT))} {unit} by {by}"))
        return [{"cost_object_code": code, "reason": reason} for code, reason in sorted(told)]
