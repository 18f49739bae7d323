"""What is read of the descriptors of components, APIs, resources and systems."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import Field, model_validator

from chassis.descriptors import Entity, Read, Reference, Refers, RefersToKnownKind, filled
from chassis.text import NO_NUL, Line
from chassis.web import pointer_to
from portfolio.backstage_entity.terms import DEPENDENCY, DEPENDS_ON, OURS, RELATIONS, Relation

MAX_RELATIONS = 5_000
MAX_DEFINITION = 1_000_000

S = TypeVar("S", bound="Owned")

Definition = Annotated[str, Field(min_length=1, max_length=MAX_DEFINITION, pattern=NO_NUL)]
OfAnyKind = Annotated[list[Refers], Field(max_length=MAX_RELATIONS)]
OfKind = Annotated[list[RefersToKnownKind], Field(max_length=MAX_RELATIONS)]


class Owned(Read):
    owner: Line
    type: Line | None = None

    def beyond(self) -> dict[str, Any]:
        """What the portfolio has no word for."""
        return filled(self.model_dump(by_alias=True, include={"type", "definition", "domain"}))


class SystemSpec(Owned):
    domain: RefersToKnownKind | None = None


class ResourceSpec(Owned):
    type: Line
    system: RefersToKnownKind | None = None
    depends_on: OfAnyKind = Field(default=[])
    dependency_of: OfAnyKind = Field(default=[])


class ComponentSpec(ResourceSpec):
    lifecycle: Line
    subcomponent_of: RefersToKnownKind | None = None
    provides_apis: OfKind = Field(default=[])
    consumes_apis: OfKind = Field(default=[])


class ApiSpec(Owned):
    type: Line
    lifecycle: Line
    system: RefersToKnownKind | None = None
    definition: Definition


class Named(Entity[S], Generic[S]):
    api_version: Literal["backstage.io/v1alpha1", "backstage.io/v1beta1"]

    @model_validator(mode="after")
    def _names_entities_in_the_annotation(self) -> Self:
        try:
            for text in self._depends_on():
                self.refers_to(text)
        except ValueError as error:
            raise ValueError(f"in the annotation {DEPENDS_ON} {error}") from None
        return self

    def annotation(self, name: str) -> str | None:
        return self.metadata.annotations.get(name)

    def _depends_on(self) -> list[str]:
        return [text for text in (self.annotation(DEPENDS_ON) or "").split(",") if text]

    def kept(self) -> dict[str, Any]:
        """As BackstageEntity has it; `tags` of it are left to who knows which ones the portfolio holds."""
        said = self.metadata.model_dump(by_alias=True, exclude_none=True)
        annotations = {key: value for key, value in said["annotations"].items() if not key.startswith(OURS)}
        named = {name: said[name] for name in ("name", "namespace")}
        beside = filled({"labels": said["labels"], "annotations": annotations, "links": said["links"]})
        return {"kind": self.kind, "metadata": named | beside, "spec": self.spec.beyond()}

    def relations(self) -> Iterator[tuple[str, Reference, Relation]]:
        """Each with the pointer to it."""
        said = self.spec.model_dump(by_alias=True)
        for relation in RELATIONS:
            found = said.get(relation.field) or []
            single = isinstance(found, str)
            for at, text in enumerate([found] if single else found):
                pointer = pointer_to(["spec", relation.field] + ([] if single else [at]))
                yield pointer, self.refers_to(text, kind=relation.names), relation
        for text in self._depends_on():
            yield annotated(DEPENDS_ON), self.refers_to(text), DEPENDENCY


KINDS: Mapping[str, type[Named[Any]]] = {
    "Component": Named[ComponentSpec],
    "API": Named[ApiSpec],
    "Resource": Named[ResourceSpec],
    "System": Named[SystemSpec],
}


def annotated(name: str) -> str:
    return pointer_to(["metadata", "annotations", name])
