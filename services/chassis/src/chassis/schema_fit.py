"""Whether each value that one JSON schema allows is allowed by another one, and if not, where not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
SAME = ("pattern", "format", "multipleOf", "uniqueItems")
NO_LIMIT = {"minLength": 0, "minItems": 0, "minProperties": 0}


@dataclass(frozen=True)
class Side:
    """A schema within its document, whose references it follows."""

    schema: Json
    document: Json

    def at(self, schema: Json) -> "Side":
        return Side(schema, self.document)

    @property
    def resolved(self) -> "Side":
        side = self
        while "$ref" in side.schema:
            node: Any = self.document
            for step in side.schema["$ref"].removeprefix("#/").split("/"):
                node = node[step.replace("~1", "/").replace("~0", "~")]
            side = self.at(node)
        return side

    @property
    def alternatives(self) -> list["Side"]:
        side = self.resolved
        for several in ("anyOf", "oneOf"):
            if several in side.schema:
                return [found for one in side.schema[several] for found in self.at(one).alternatives]
        types = side.schema.get("type")
        if isinstance(types, list):
            return [self.at({**side.schema, "type": one}) for one in types]
        return [side]

    @property
    def values(self) -> list[Any] | None:
        """The only values allowed, if they are listed."""
        return [self.schema["const"]] if "const" in self.schema else self.schema.get("enum")


@dataclass(frozen=True)
class Fit:
    """`tolerant`: whoever relies on the wide schema ignores fields that it does not know."""

    tolerant: bool

    def misfits(
        self, narrow: Side, wide: Side, place: str, seen: frozenset[tuple[int, int]] = frozenset()
    ) -> Iterator[str]:
        """A sentence for each place where the narrow schema allows what the wide one does not."""
        known = (id(narrow.resolved.schema), id(wide.resolved.schema))
        if known in seen:
            return
        seen |= {known}
        choices = wide.alternatives
        for one in narrow.alternatives:
            found = [list(self._misfits(one, choice, place, seen)) for choice in choices]
            if all(found):
                # The alternative of the same kind says most precisely what is wrong.
                alike = [it for it, choice in zip(found, choices, strict=True) if _kind(choice) == _kind(one)]
                alike = found if len(found) == 1 else alike
                yield from alike[0] if len(alike) == 1 else [f"{place} may be {_named(one)}"]

    def _misfits(self, narrow: Side, wide: Side, place: str, seen: frozenset[tuple[int, int]]) -> Iterator[str]:
        kinds = (_kind(narrow), _kind(wide))
        if kinds[1] and kinds[0] != kinds[1] and kinds != ("integer", "number"):
            yield f"{place} may be {_named(narrow)}, not only {_named(wide)}"
            return
        yield from _listed(narrow, wide, place)
        yield from _limited(narrow.schema, wide.schema, place)
        if "items" in narrow.schema and "items" in wide.schema:
            items = narrow.at(narrow.schema["items"]), wide.at(wide.schema["items"])
            yield from self.misfits(*items, f"{place}[]", seen)
        if kinds[0] == "object":
            yield from self._fields(narrow, wide, place, seen)

    def _fields(self, narrow: Side, wide: Side, place: str, seen: frozenset[tuple[int, int]]) -> Iterator[str]:
        ours, theirs = narrow.schema.get("properties", {}), wide.schema.get("properties", {})
        needed = [name for name in wide.schema.get("required", ()) if name not in narrow.schema.get("required", ())]
        yield from (f"{place}.{name} may be missing" for name in needed)
        for name in ours:
            if name in theirs:
                yield from self.misfits(narrow.at(ours[name]), wide.at(theirs[name]), f"{place}.{name}", seen)
            elif wide.schema.get("additionalProperties") is False and not self.tolerant:
                yield f"{place}.{name} is unknown"
        if self.tolerant:
            yield from (f"{place}.{name} is gone" for name in theirs if name not in ours and name not in needed)
        yield from self._other_fields(narrow, wide, place, seen)

    def _other_fields(self, narrow: Side, wide: Side, place: str, seen: frozenset[tuple[int, int]]) -> Iterator[str]:
        ours, theirs = (side.schema.get("additionalProperties", True) for side in (narrow, wide))
        if isinstance(ours, dict) and isinstance(theirs, dict):
            yield from self.misfits(narrow.at(ours), wide.at(theirs), f"{place}.*", seen)
        elif ours is not False and theirs is False and not self.tolerant:
            yield f"{place} may have fields of any name"
        elif isinstance(theirs, dict) and ours is True:
            yield f"{place}.* may be anything"


def _kind(side: Side) -> str | None:
    kind: str | None = side.schema.get("type")
    if kind is None and (values := side.values):
        return "string" if all(isinstance(value, str) for value in values) else None
    return kind


def _named(side: Side) -> str:
    return _kind(side) or "anything"


def _listed(narrow: Side, wide: Side, place: str) -> Iterator[str]:
    if wide.values is None:
        return
    if narrow.values is None:
        yield f"{place} may be something else than {wide.values}"
        return
    yield from (f"{place} may be {value!r}" for value in narrow.values if value not in wide.values)


def _limited(narrow: Json, wide: Json, place: str) -> Iterator[str]:
    for keyword in (*UPPER, *LOWER, *SAME):
        bound, own = wide.get(keyword), narrow.get(keyword, NO_LIMIT.get(keyword))
        if bound is None or bound == own:
            continue
        within = own is not None and (own < bound if keyword in UPPER else keyword in LOWER and own > bound)
        if not within and bound != NO_LIMIT.get(keyword) and "const" not in narrow and "enum" not in narrow:
            yield f"{place} has {keyword} {'none' if own is None else own}, not {bound}"
