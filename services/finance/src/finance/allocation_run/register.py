"""Who takes part in a run, numbered in the order in which ties are settled, and what rules say about them. No I/O."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from uuid import UUID

from chassis.money import EXACT
from chassis.problems import Conflict
from finance.allocation_model.model import SharedBy
from finance.allocation_model.schemas import CostPool, Layer, Sources, Targets
from finance.allocation_run.pool import DECIMALS, Brought, Pool, Uses
from finance.allocation_run.standing import Standing
from finance.cost_object.model import CostObjectKind
from finance.cost_object.selection import Selection
from finance.ledger.costs import CostBasis


class UnknownParty(Conflict, code="finance.allocation-run.unknown-party"):
    """The rules name a cost object or a consumer that is not there."""


class SourceTwice(Conflict, code="finance.allocation-run.source-twice"):
    """A cost object is a source of two pools of a layer, so its cost would be handed on twice."""


class SourceIsTarget(Conflict, code="finance.allocation-run.source-is-target"):
    """Idle cost would be shown on a source of the same layer, which hands it on."""


class NegativeDriver(Conflict, code="finance.allocation-run.negative-driver"):
    """A target has less than nothing of what the cost is shared by."""


@dataclass(frozen=True, slots=True)
class Party:
    """A cost object or a consumer, which has no kind. A merged consumer is not one: `alias` leads to its survivor."""

    id: UUID
    code: str
    kind: CostObjectKind | None = None
    ends_on: date | None = None
    service_id: UUID | None = None


class Register:
    """Numbers cost objects by their codes, then consumers by theirs. Selections are found once."""

    def __init__(
        self, cost_objects: Iterable[Party], consumers: Iterable[Party], aliases: Mapping[str, UUID], on: date
    ) -> None:
        self.parties: list[Party] = [*cost_objects, *consumers]
        self.numbers = {party.id: number for number, party in enumerate(self.parties)}
        self._on = on
        self._objects = {party.code: number for number, party in enumerate(self.parties) if party.kind}
        self._consumers = {party.code: number for number, party in enumerate(self.parties) if not party.kind}
        self._consumers |= {code: self.numbers[id] for code, id in aliases.items() if code not in self._consumers}
        self._kinds: defaultdict[CostObjectKind, set[int]] = defaultdict(set)
        for number in self._objects.values():
            self._kinds[self.parties[number].kind or CostObjectKind.SERVICE].add(number)
        self._found: dict[str, Collection[int]] = {}

    def cost_object(self, code: str) -> int:
        return _numbers([code], self._objects)[0]

    def sources(self, selection: Sources) -> Sequence[int]:
        return sorted(self._selected(selection))

    def targets(self, selection: Targets) -> Collection[int]:
        """Those that have not ended before the range begins."""
        return self._once("targets", selection, lambda: frozenset(filter(self._lasts, self._chosen(selection))))

    def parts(self, rule: CostPool) -> Mapping[int, Decimal]:
        known = self._consumers if rule.targets.to_consumers else self._objects
        return dict(zip(_numbers(rule.parts, known), rule.parts.values(), strict=True))

    def _chosen(self, selection: Targets) -> Iterable[int]:
        if selection.every_consumer:
            return self._consumers.values()
        return _numbers(selection.consumers, self._consumers) if selection.consumers else self._selected(selection)

    def _selected(self, selection: Selection) -> Iterable[int]:
        chosen = set(_numbers(selection.codes, self._objects))
        return chosen.union(*(self._kinds[kind] for kind in selection.kinds))

    def _lasts(self, number: int) -> bool:
        ends_on = self.parties[number].ends_on
        return ends_on is None or ends_on > self._on

    def _once(self, of: str, selection: Selection, find: Callable[[], Collection[int]]) -> Collection[int]:
        key = of + selection.model_dump_json()
        if key not in self._found:
            self._found[key] = find()
        return self._found[key]

    def named(self, numbers: Iterable[int]) -> str:
        return ", ".join(self.parties[number].code for number in sorted(numbers)[:20])


def _numbers(codes: Iterable[str], known: Mapping[str, int]) -> list[int]:
    wanted = list(codes)
    if missing := sorted(code for code in wanted if code not in known):
        raise UnknownParty(f"There is no {', '.join(missing[:20])}.", codes=missing[:100])
    return [known[code] for code in wanted]


def pools_of(
    layer: Layer, register: Register, standing: Standing[int], drivers: Mapping[str, Uses[int]]
) -> list[Pool[int]]:
    """The rules of a layer, filled with cost. Raises SourceTwice, SourceIsTarget, UnknownParty, NegativeDriver."""
    sources = {rule.code: register.sources(rule.sources) for rule in layer.pools}
    _check_sources(layer, sources, register)
    pools = [_pool(rule, sources[rule.code], register, standing, drivers) for rule in layer.pools]
    every = {source for numbers in sources.values() for source in numbers}
    if shown := {pool.idle_to for pool in pools if pool.idle_to in every}:
        raise SourceIsTarget(f"{register.named(filter(None, shown))}: idle cost is shown on a source of {layer.code}.")
    return pools


def _check_sources(layer: Layer, sources: Mapping[str, Sequence[int]], register: Register) -> None:
    """A source may be split over pools by natures, each nature once; all of its cost is in one pool only."""
    whole: set[int] = set()
    parted: set[int] = set()
    part: set[tuple[int, str]] = set()
    for rule in layer.pools:
        numbers = set(sources[rule.code])
        parts = {(number, nature) for number in numbers for nature in rule.sources.natures}
        twice = numbers & whole | {number for number, _ in parts & part} | (set() if parts else numbers & parted)
        if twice:
            raise SourceTwice(f"{register.named(twice)}: named as a source by more than one pool of {layer.code}.")
        part |= parts
        (parted if parts else whole).update(numbers)


def _pool(
    rule: CostPool,
    sources: Sequence[int],
    register: Register,
    standing: Standing[int],
    drivers: Mapping[str, Uses[int]],
) -> Pool[int]:
    targets = register.targets(rule.targets)
    net, natures = rule.basis == CostBasis.NET, set(rule.sources.natures)
    brought: dict[int, Brought] = {source: standing.draw(source, natures, net=net) for source in sources}
    return Pool(
        code=rule.code,
        sources=brought,
        uses=_uses(rule, targets, register, standing, drivers),
        targets=targets,
        receives=not natures,
        capacity=rule.capacity,
        idle=rule.idle,
        idle_to=register.cost_object(rule.idle_to) if rule.idle_to else None,
    )


def _uses(
    rule: CostPool,
    targets: Collection[int],
    register: Register,
    standing: Standing[int],
    drivers: Mapping[str, Uses[int]],
) -> Uses[int]:
    if rule.by == SharedBy.MEASURED:
        return drivers[rule.driver or ""]
    if rule.by == SharedBy.FIXED:
        parts = register.parts(rule)
        return uses_of(list(parts), list(parts.values()))
    ordered = sorted(targets)
    if rule.by == SharedBy.EVEN:
        return Uses(ordered, [1] * len(ordered), 0)
    spent = [standing.gross.get(target, 0) for target in ordered]
    if below := [target for target, cost in zip(ordered, spent, strict=True) if cost < 0]:
        raise NegativeDriver(f"{register.named(below)}: gross cost below zero, by which {rule.code} cannot be shared.")
    return Uses(ordered, spent, DECIMALS)


def uses_of(parties: Sequence[int], quantities: Sequence[Decimal]) -> Uses[int]:
    """In the finest unit that any of the quantities needs."""
    scale = max((-int(quantity.as_tuple().exponent) for quantity in quantities), default=0)
    with localcontext(EXACT):
        unit = Decimal(10) ** max(scale, 0)
        return Uses(parties, [int(quantity * unit) for quantity in quantities], max(scale, 0))
