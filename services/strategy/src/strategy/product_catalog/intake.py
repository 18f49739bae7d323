"""One import of resources: each is taken after what it may name, and one that is refused stops no other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from chassis.exchange import Outcome, ResourceRefused, TakenResource
from chassis.problems import Problem
from chassis.taking import Taken
from strategy.product_catalog.offering_intake import OfferingIntake
from strategy.product_catalog.register import Register
from strategy.product_catalog.sent import SentProduct, named_first
from strategy.product_catalog.space_intake import SpaceIntake
from strategy.source_statement.model import ResourceKind, SourceStatement

K = ResourceKind


@dataclass
class Intake:
    spaces: SpaceIntake
    offerings: OfferingIntake
    statements: list[SourceStatement] = field(default_factory=list)

    @property
    def register(self) -> Register:
        return self.offerings.register

    def take_all(self, sent: Sequence[SentProduct]) -> Iterator[TakenResource]:
        of_kind = {kind: [one for one in sent if one.kind is kind] for kind in K}
        catalogs = [(one, self._try(one, self.spaces.take)) for one in of_kind[K.CATALOG]]
        for one in named_first(of_kind[K.CATEGORY]):
            yield self._try(one, self.spaces.take)
        for one, told in catalogs:
            yield self._gathered(one, told)
        parts = [*of_kind[K.PRODUCT_SPECIFICATION], *of_kind[K.PRODUCT_OFFERING_PRICE]]
        for one in parts:
            yield self._try(one, self._keep)
        for one in named_first(of_kind[K.PRODUCT_OFFERING]):
            yield self._try(one, self.offerings.take)
        for one in self.register.affected(sent):
            taken = self._try(one, self.offerings.take)
            if taken.outcome != "unchanged":
                yield taken

    def _try(self, sent: SentProduct, take: Callable[[SentProduct], Taken]) -> TakenResource:
        key = sent.kind, sent.external_id
        known = key in self.register.statements
        try:
            told = take(sent).told(sent)
        except (ResourceRefused, Problem) as error:
            refusal = error if isinstance(error, ResourceRefused) else ResourceRefused.by(error)
            return sent.refused(refusal)
        if not known:
            self.statements.append(self.register.statements[key])
        return told

    def _gathered(self, catalog: SentProduct, told: TakenResource) -> TakenResource:
        """Its categories are known only after it: they lie in it."""
        moved = told.outcome != "refused" and self.spaces.gather(catalog)
        return told.model_copy(update={"outcome": "changed"}) if moved and told.outcome != "created" else told

    def _keep(self, sent: SentProduct) -> Taken:
        """A specification or a price counts for the offerings that name it, or that it names."""
        statement = self.register.place(sent)
        outcome: Outcome = "unchanged" if statement.body == sent.body else "kept"
        statement.name, statement.body, statement.refers_to = sent.resource.name, sent.body, sent.refers_to
        return Taken(outcome)
