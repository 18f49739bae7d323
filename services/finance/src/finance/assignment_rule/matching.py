"""Which assignment rule a row of cost data meets first; pure, without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Condition:
    column: str
    equals: str | None
    starts_with: str | None

    def holds(self, text: str) -> bool:
        """A row without the column has an empty text there, which meets no condition."""
        if self.equals is not None:
            return text == self.equals
        return bool(self.starts_with) and text.startswith(self.starts_with or "")


@dataclass(frozen=True, slots=True)
class Rule:
    """`position` counts from 1."""

    position: int
    conditions: tuple[Condition, ...]
    cost_object_id: UUID | None
    account_id: UUID | None


def with_rule(ordered: Sequence[Rule], rule: Rule) -> list[Rule]:
    """The list with one more at its position; those behind move on by one."""
    at = rule.position - 1
    return [*ordered[:at], rule, *(replace(it, position=it.position + 1) for it in ordered[at:])]


@dataclass
class Rules:
    """A list of rules. Rows that look alike to all of them are judged once."""

    ordered: Sequence[Rule]
    _judged: dict[tuple[str, ...], tuple[Rule | None, Rule | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        asked = {condition.column for rule in self.ordered for condition in rule.conditions}
        self._columns = sorted(asked)

    def first(self, attributes: Mapping[str, str]) -> tuple[Rule | None, Rule | None]:
        """The first matching rule with a cost object, and the first with an account."""
        texts = tuple(attributes.get(column, "") for column in self._columns)
        if texts not in self._judged:
            if len(self._judged) >= REMEMBERED:
                self._judged.clear()
            self._judged[texts] = self._judge(dict(zip(self._columns, texts, strict=True)))
        return self._judged[texts]

    def _judge(self, texts: Mapping[str, str]) -> tuple[Rule | None, Rule | None]:
        matching = [rule for rule in self.ordered if all(it.holds(texts[it.column]) for it in rule.conditions)]
        return (
            next((rule for rule in matching if rule.cost_object_id), None),
            next((rule for rule in matching if rule.account_id), None),
        )
