"""One import of resources: each is taken after what it may name, and one that is refused stops no other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from chassis.exchange import Body, Outcome, ResourceRefused, TakenResource
from chassis.problems import Problem
from strategy.product_catalog.offering_intake import OfferingIntake, parts_first
from strategy.product_catalog.register import Register
from strategy.product_catalog.sent import Sent, understood
from strategy.product_catalog.space_intake import SpaceIntake, parents_first
from strategy.product_catalog.taking import Taken, refused
from strategy.source_statement.model import ResourceKind, SourceStatement

K = ResourceKind


def read_all(bodies: Sequence[Body]) -> tuple[list[Sent], list[TakenResource]]:
    """What can be understood, and the refusal of all else. What comes twice at once is refused the second time."""
    sent: dict[tuple[K, str], Sent] = {}
    refusals: list[TakenResource] = []
    for position, body in enumerate(bodies):
        try:
            one = understood(position, body)
            first = sent.setdefault((one.kind, one.external_id), one)
            if first is not one:
                raise ResourceRefused.at("/id", f"it came already, at position {first.position}")
        except ResourceRefused as refusal:
            refusals.append(refused(position, body.get("@type"), None, refusal))
    return list(sent.values()), refusals


@dataclass
class Intake:
    spaces: SpaceIntake
    offerings: OfferingIntake
    statements: list[SourceStatement] = field(default_factory=list)

    @property
    def register(self) -> Register:
        return self.offerings.register

    def take_all(self, sent: Sequence[Sent]) -> Iterator[TakenResource]:
        of_kind = {kind: [one for one in sent if one.kind is kind] for kind in K}
        catalogs = [(one, self._try(one, self.spaces.take)) for one in of_kind[K.CATALOG]]
        for one in parents_first(of_kind[K.CATEGORY]):
            yield self._try(one, self.spaces.take)
        for one, told in catalogs:
            yield self._gathered(one, told)
        parts = [*of_kind[K.PRODUCT_SPECIFICATION], *of_kind[K.PRODUCT_OFFERING_PRICE]]
        for one in parts:
            yield self._try(one, self._keep)
        for one in parts_first(of_kind[K.PRODUCT_OFFERING]):
            yield self._try(one, self.offerings.take)
        for one in self.register.affected(sent):
            taken = self._try(one, self.offerings.take)
            if taken.outcome != "unchanged":
                yield taken

    def _try(self, sent: Sent, take: Callable[[Sent], Taken]) -> TakenResource:
        key = sent.kind, sent.external_id
        known = key in self.register.statements
        try:
            told = take(sent).told(sent)
        except (ResourceRefused, Problem) as error:
            if not known:
                self.register.statements.pop(key, None)
            refusal = error if isinstance(error, ResourceRefused) else ResourceRefused.by(error)
            return refused(sent.position, type(sent.resource).__name__, sent.external_id, refusal)
        if not known:
            self.statements.append(self.register.statements[key])
        return told

    def _gathered(self, catalog: Sent, told: TakenResource) -> TakenResource:
        """Its categories are known only after it: they lie in it."""
        moved = told.outcome != "refused" and self.spaces.gather(catalog)
        return told.model_copy(update={"outcome": "changed"}) if moved and told.outcome != "created" else told

    def _keep(self, sent: Sent) -> Taken:
        """A specification or a price counts for the offerings that name it, or that it names."""
        statement = self.register.place(sent)
        outcome: Outcome = "unchanged" if statement.body == sent.body else "kept"
        statement.name, statement.body, statement.refers_to = sent.resource.name, sent.body, sent.refers_to
        return Taken(outcome)
