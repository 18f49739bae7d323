"""Where entities lie in their tree: one parent each, none within itself, parents before their children."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, Protocol

from chassis.loops import within_loops
from chassis.sent_descriptors import Sent


@dataclass(frozen=True)
class Place:
    """`child` and `parent` are codes; `sent` says so at `pointer`."""

    sent: Sent[Any]
    pointer: str
    child: str
    parent: str


class Tree(Protocol):
    """Takes entities as nodes of a tree. `codes` are those of all that is known and of what was planned, by the keys of
    references; `standing` are children with the parents that they have; `merged` are keys of what lives on in others,
    which nothing that is said of it moves."""

    @property
    def codes(self) -> Mapping[str, str]: ...
    @property
    def standing(self) -> Mapping[str, str]: ...
    @property
    def merged(self) -> Set[str]: ...

    def plan(self, sent: Sent[Any], entity: Any) -> None: ...
    def take(self, sent: Sent[Any], entity: Any, place: Place | None) -> None: ...
    def move(self, place: Place) -> None: ...


def grow(tree: Tree, everything: Sequence[Sent[Any]]) -> None:
    """Takes all that is neither refused nor skipped, and moves what is known and only named by it: each after what it
    will lie under has its place."""
    for sent in everything:
        if sent.entity:
            tree.plan(sent, sent.entity)
    placed = _without_loops(_places(everything, tree), tree.standing)
    by_code = {tree.codes[sent.entity.reference.key]: sent for sent in everything if sent.entity}
    parents = {**tree.standing, **{code: place.parent for code, place in placed.items()}}
    order = TopologicalSorter({code: [parents[code]] if code in parents else [] for code in {*parents, *by_code}})
    for code in order.static_order():
        if (one := by_code.get(code)) and one.entity:
            tree.take(one, one.entity, placed.get(code))
        elif code in placed:
            tree.move(placed[code])


def _places(everything: Iterable[Sent[Any]], tree: Tree) -> dict[str, Place]:
    """By the child. What a child says of itself goes before what is said of it."""
    found: dict[str, Place] = {}
    codes = tree.codes
    said = [(sent, *relation) for sent in everything if sent.entity for relation in sent.entity.parents()]
    said = [it for it in said if it[2].key not in tree.merged]
    for sent, pointer, child, parent in sorted(said, key=lambda it: it[0].entity.reference.key != it[2].key):
        missing = next((it for it in (child, parent) if it.key not in codes), None)
        if missing:
            sent.leave_out(pointer, f"{missing} is not known")
            continue
        place = Place(sent, pointer, codes[child.key], codes[parent.key])
        if (first := found.setdefault(place.child, place)).parent != place.parent:
            sent.leave_out(pointer, f"{place.child} lies under {first.parent}")
    return found


def _without_loops(found: Mapping[str, Place], standing: Mapping[str, str]) -> dict[str, Place]:
    """Of places that close a loop together, or with what stands, none is taken: the parents stay as they are."""
    kept = dict(found)
    while True:
        parents = {**standing, **{child: place.parent for child, place in kept.items()}}
        looped = sorted(child for child, _ in within_loops(parents.items()) if child in kept)
        if not looped:
            return kept
        for child in looped:
            place = kept.pop(child)
            place.sent.leave_out(place.pointer, f"{child} would lie within itself")
