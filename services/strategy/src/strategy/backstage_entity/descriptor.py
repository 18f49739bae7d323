"""What is read of the descriptors of groups and domains."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.descriptors import (
    DEFAULT_NAMESPACE,
    Entity,
    Read,
    Reference,
    RefersToKnownKind,
    filled,
    is_reference,
    name_for,
)
from chassis.text import Line
from strategy.backstage_entity.terms import CODE, MEMBER_COUNT, OURS

MAX_NAMED = 10_000
COUNT = r"[0-9]{1,9}"

References = Annotated[list[RefersToKnownKind], Field(max_length=MAX_NAMED)]
Parent = tuple[str, Reference, Reference]
S = TypeVar("S", bound=Read)


class Profile(Read):
    display_name: Line | None = None
    email: Line | None = None
    picture: Line | None = None


class GroupSpec(Read):
    type: Line
    profile: Profile = Profile()
    parent: RefersToKnownKind | None = None
    children: References
    members: References | None = None


class DomainSpec(Read):
    owner: Line
    subdomain_of: RefersToKnownKind | None = None
    type: Line | None = None


class Named(Entity[S], Generic[S]):
    api_version: Literal["backstage.io/v1alpha1", "backstage.io/v1beta1"]

    @property
    def code(self) -> str:
        return self.metadata.annotations.get(CODE) or code_of(self.reference)

    def kept(self) -> dict[str, Any]:
        """As BackstageEntity has it."""
        said = self.metadata.model_dump(by_alias=True, exclude_none=True, exclude=set(self.known()))
        said["annotations"] = {key: text for key, text in said["annotations"].items() if not key.startswith(OURS)}
        spec = self.spec.model_dump(by_alias=True, exclude_none=True, include={"type", "profile"})
        return {"kind": self.kind, "metadata": filled(said), "spec": filled(spec)}

    def known(self) -> tuple[str, ...]:
        """Fields of the metadata that have a word here."""
        return ()

    def parents(self) -> Iterator[Parent]:
        """Pointer, child and parent of each relation that it says."""
        return iter(())


class Group(Named[GroupSpec]):
    @model_validator(mode="after")
    def _counts_members(self) -> Self:
        if not (self.metadata.annotations.get(MEMBER_COUNT) or "0").isdecimal():
            raise PydanticCustomError("no_count", "the annotation steward/members is a number")
        return self

    @property
    def members(self) -> int | None:
        """How many; None where it does not say."""
        if self.spec.members is not None:
            return len({self.refers_to(text, kind="user").key for text in self.spec.members})
        counted = self.metadata.annotations.get(MEMBER_COUNT)
        return int(counted) if counted else None

    def known(self) -> tuple[str, ...]:
        return ("title",)

    def parents(self) -> Iterator[Parent]:
        if self.spec.parent:
            yield "/spec/parent", self.reference, self.refers_to(self.spec.parent, kind="Group")
        for at, child in enumerate(self.spec.children):
            yield f"/spec/children/{at}", self.refers_to(child, kind="Group"), self.reference


class Domain(Named[DomainSpec]):
    def known(self) -> tuple[str, ...]:
        return ("title", "description")

    def parents(self) -> Iterator[Parent]:
        if self.spec.subdomain_of:
            yield "/spec/subdomainOf", self.reference, self.refers_to(self.spec.subdomain_of, kind="Domain")


def reference_to(kind: str, code: str, *, marked: bool = False) -> Reference:
    """How what has this code is named, where Backstage has not named it itself: `labs/audio` is audio of the namespace
    labs. Where a name would stand twice it is `marked`."""
    namespace, slash, name = code.partition("/")
    spaced = slash and is_reference(f"{kind}:{code}") and namespace == namespace.lower() != DEFAULT_NAMESPACE
    if spaced and not marked:
        return Reference(kind, namespace, name)
    return Reference(kind, DEFAULT_NAMESPACE, name_for(code, marked=marked))


def code_of(reference: Reference) -> str:
    """What it is called here, if nobody else is."""
    default = reference.namespace == DEFAULT_NAMESPACE
    return reference.name if default else f"{reference.namespace}/{reference.name}"


KINDS: Mapping[str, type[Named[Any]]] = {"Group": Group, "Domain": Domain}
