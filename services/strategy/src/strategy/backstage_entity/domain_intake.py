"""Taking domains into the tree of market spaces."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from chassis.descriptors import Remark
from chassis.sent_descriptors import EntityOutcome, Sent
from chassis.web import pointer_to, sentence_of
from strategy.backstage_entity.descriptor import Domain, reference_to
from strategy.backstage_entity.placing import Place
from strategy.backstage_entity.terms import CODE, OWNER
from strategy.market_space.model import MarketSpace
from strategy.market_space.schemas import DefineMarketSpace

SAID_IN = {"name": ["metadata", "title"], "owner": ["metadata", "annotations", OWNER]}


class DomainIntake:
    """`spaces` are all there are: each domain is the one with its code, in small or capital letters, or a new one."""

    def __init__(self, spaces: Iterable[MarketSpace]) -> None:
        self.new: list[MarketSpace] = []
        self._by_id: dict[UUID, MarketSpace] = {}
        self._by_code: dict[str, MarketSpace] = {}
        for space in spaces:
            self._enter(space)
        self.codes = {reference_to("Domain", code).key: code for code in self._by_code}
        self._planned: set[str] = set()
        self.merged: frozenset[str] = frozenset()  # market spaces are not merged

    def _enter(self, space: MarketSpace) -> None:
        self._by_id[space.id] = self._by_code[space.code] = space

    @property
    def standing(self) -> Mapping[str, str]:
        return {it.code: self._by_id[it.parent_id].code for it in self._by_id.values() if it.parent_id}

    def plan(self, sent: Sent[Domain], domain: Domain) -> None:
        key = domain.reference.key
        said = domain.metadata.annotations.get(CODE)
        code = said or self.codes.get(key) or domain.code
        if code in self._planned:
            sent.refuse(Remark(pointer="/metadata/name", message=f"another domain has the code {code}"))
            return
        self._planned.add(code)
        self.codes[key] = code

    def take(self, sent: Sent[Domain], domain: Domain, place: Place | None) -> None:
        code = self.codes[domain.reference.key]
        try:
            said = DefineMarketSpace.model_validate(self._said(domain, code))
        except ValidationError as error:
            sent.refuse(*(Remark(pointer=_pointer(it["loc"][0]), message=sentence_of(it)) for it in error.errors()))
            return
        sent.code, parent = code, self._parent(place)
        sent.outcome = self._change(said) if code in self._by_code else self._define(said, parent)
        if place and parent:
            self.move(place)

    def move(self, place: Place) -> None:
        """That its parent does not lie below it is known by now."""
        child, parent = self._by_code[place.child], self._by_code[place.parent]
        if child.parent_id != parent.id:
            child.move(under=parent.id, ancestors_of_target=())
            place.sent.is_changed()

    def _parent(self, place: Place | None) -> MarketSpace | None:
        parent = self._by_code.get(place.parent) if place else None
        if place and parent is None:
            place.sent.leave_out(place.pointer, f"{place.parent} was refused")
        return parent

    def _said(self, domain: Domain, code: str) -> dict[str, Any]:
        """What is left out stays as it is."""
        metadata, known = domain.metadata, self._by_code.get(code)
        return {
            "code": code,
            "name": metadata.title or (known.name if known else metadata.name),
            "description": metadata.description or (known.description if known else ""),
            "owner": metadata.annotations.get(OWNER) or domain.spec.owner,
            "rationale": known.rationale if known else "",
        }

    def _define(self, said: DefineMarketSpace, parent: MarketSpace | None) -> EntityOutcome:
        space = MarketSpace.define(**{**dict(said), "parent_id": parent.id if parent else None})
        self._enter(space)
        self.new.append(space)
        return EntityOutcome.CREATED

    def _change(self, said: DefineMarketSpace) -> EntityOutcome:
        space = self._by_code[said.code]
        before = space.name, space.description, space.owner
        space.describe(name=said.name, description=said.description, owner=said.owner, rationale=said.rationale)
        unchanged = before == (space.name, space.description, space.owner)
        return EntityOutcome.UNCHANGED if unchanged else EntityOutcome.CHANGED


def _pointer(field: object) -> str:
    return pointer_to(SAID_IN.get(str(field), ["metadata", "name"]))
