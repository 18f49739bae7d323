"""Dependencies in the words of Backstage: each said once, by the field of one of its two entities."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from chassis.descriptors import Reference
from portfolio.backstage_entity import terms

IN_SYSTEMS = {"Component", "API", "Resource"}
WITH_DEPENDENCIES = {"Component", "Resource"}


@dataclass
class Related:
    """Of one entity: fields of its spec, and what its kind has no field for."""

    spec: dict[str, str | list[str]] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)

    def name(self, field: str, reference: str) -> None:
        named = self.spec.setdefault(field, [])
        if isinstance(named, list):
            named.append(reference)


def related(
    used: Iterable[tuple[UUID, UUID, str | None]], entities: Mapping[UUID, Reference]
) -> Mapping[UUID, Related]:
    """`used` are users with what they use and the kind of the dependency."""
    relations: defaultdict[UUID, Related] = defaultdict(Related)
    named = [(str(entities[user]), str(entities[other]), user, other, says) for user, other, says in used]
    for user_name, used_name, user, other, says in sorted(named, key=lambda it: it[:2]):
        user_kind, used_kind = entities[user].kind, entities[other].kind
        within = _within(user_kind, used_kind) if says == terms.MADE_OF else ""
        if within and within not in relations[other].spec:
            relations[other].spec[within] = user_name
        elif says == terms.PROVIDED_BY and (user_kind, used_kind) == ("API", "Component"):
            relations[other].name(terms.PROVIDES_APIS.field, user_name)
        elif says == terms.CONSUMES and user_kind == "Component":
            relations[user].name(terms.CONSUMES_APIS.field, used_name)
        elif user_kind in WITH_DEPENDENCIES:
            relations[user].name(terms.DEPENDENCY.field, used_name)
        else:
            relations[user].beside.append(used_name)
    return relations


def _within(whole: str, part: str) -> str:
    """The field by which an entity says what it is a part of; each has one."""
    if whole == "System" and part in IN_SYSTEMS:
        return terms.IN_SYSTEM.field
    return terms.SUBCOMPONENT.field if (whole, part) == ("Component", "Component") else ""
