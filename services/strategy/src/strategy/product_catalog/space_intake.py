"""Taking categories and catalogs as market spaces: a catalog is one over its categories."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.exchange import Outcome, ResourceRefused
from chassis.resources import Reference, RelatedParty, own, spoken
from chassis.taking import Taken
from strategy.market_space.model import MarketSpace
from strategy.product_catalog.register import Register
from strategy.product_catalog.sent import SentProduct
from strategy.product_catalog.tmf620 import CATEGORY_PATH, Catalog, Category
from strategy.source_statement.model import ResourceKind, SourceStatement

K = ResourceKind
UNOWNED = "It says no owner, so the one who imports it is."


@dataclass
class SpaceIntake:
    """`caller` owns what nobody else does; `new` is to be stored."""

    register: Register
    caller: str
    new: list[MarketSpace] = field(default_factory=list)

    def take(self, sent: SentProduct) -> Taken:
        """Raises ResourceRefused, WithinItself."""
        terms = self._terms(sent.resource)
        statement = self.register.place(sent)
        space = self._meant(sent, statement)
        if space is None:
            notes = [] if terms.get("owner") else [UNOWNED]
            return Taken("created", self._state(sent, statement, terms, self._define(sent, terms)), notes)
        outcome: Outcome = "changed" if self._change(space, statement, terms) else "unchanged"
        if outcome == "unchanged" and statement.body != sent.body:
            outcome = "kept"
        return Taken(outcome, self._state(sent, statement, terms, space))

    def gather(self, catalog: SentProduct) -> bool:
        """Whether a category comes to lie in the catalog: one that it names, and that lies in nothing so far."""
        top = self.register.statements[K.CATALOG, catalog.external_id].market_space_id
        moved = False
        for named in catalog.resource.category or ():
            space = self.register.spaces.get(self.register.space(named) or UUID(int=0))
            if space and space.parent_id is None and top and space.id not in self._above(top):
                space.move(under=top, ancestors_of_target=self._above(top))
                moved = True
        return moved

    def _terms(self, resource: Category | Catalog) -> dict[str, Any]:
        terms: dict[str, Any] = {"name": resource.name}
        if resource.description is not None:
            terms["description"] = resource.description
        if isinstance(resource, Catalog):
            owner = next((one.name for one in resource.related_party or () if _owns(one)), None)
            return terms | ({"owner": owner} if owner else {})
        if resource.parent_id:
            parent = self.register.space(Reference(id=resource.parent_id))
            if parent is None:
                raise ResourceRefused.at("/parentId", f"no category {resource.parent_id} of this source is known")
            return terms | {"parent_id": str(parent)}
        return terms | ({"parent_id": None} if resource.is_root else {})

    def _meant(self, sent: SentProduct, statement: SourceStatement) -> MarketSpace | None:
        ours = own(sent.resource.href, CATEGORY_PATH)
        return self.register.spaces.get(statement.market_space_id or ours or UUID(int=0))

    def _define(self, sent: SentProduct, terms: dict[str, Any]) -> MarketSpace:
        parent = terms.get("parent_id")
        space = MarketSpace.define(
            code=sent.free_code({space.code for space in self.register.spaces.values()}),
            name=terms["name"],
            description=terms.get("description", ""),
            owner=terms.get("owner", self.caller),
            rationale="",
            parent_id=UUID(parent) if parent else None,
        )
        self.register.spaces[space.id] = space
        self.new.append(space)
        return space

    def _change(self, space: MarketSpace, statement: SourceStatement, terms: dict[str, Any]) -> bool:
        """What it says as before leaves alone what was changed here since."""
        now = {name: getattr(space, name) for name in ("name", "description", "owner")}
        now["parent_id"] = str(space.parent_id) if space.parent_id else None
        before = {**now, **(statement.terms or {})}
        changed = {name: value for name, value in terms.items() if value != before[name] and value != now[name]}
        if "parent_id" in changed:
            parent = changed["parent_id"] and UUID(changed["parent_id"])
            space.move(under=parent, ancestors_of_target=self._above(parent))
        then = {**now, **changed}
        space.describe(**{name: then[name] for name in ("name", "description", "owner")}, rationale=space.rationale)
        return bool(changed)

    def _state(self, sent: SentProduct, statement: SourceStatement, terms: dict[str, Any], space: MarketSpace) -> str:
        statement.name, statement.body, statement.refers_to = sent.resource.name, sent.body, sent.refers_to
        statement.terms, statement.market_space_id = terms, space.id
        return f"{CATEGORY_PATH}/{space.id}"

    def _above(self, id: UUID | None) -> set[UUID]:
        above: set[UUID] = set()
        while id:
            above.add(id)
            id = self.register.spaces[id].parent_id
        return above


def _owns(party: RelatedParty) -> bool:
    return spoken(party.role) == "owner" and party.name is not None
