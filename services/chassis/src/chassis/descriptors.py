"""Descriptors in the manner of Kubernetes and Backstage: an envelope of kind, metadata and spec, and the rules of its
names, labels, annotations, tags, links and references."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import AfterValidator, AnyUrl, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from chassis.text import LINE, NO_NUL, Line, Prose, Schema
from chassis.web import pointer_to, sentence_of

DEFAULT_NAMESPACE = "default"
NAME = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
LABEL = r"[a-z0-9]+(-[a-z0-9]+)*"  # of a domain name
TAG = r"[a-z0-9:+#]+(-[a-z0-9:+#]+)*"
KIND = r"[A-Za-z][A-Za-z0-9]{0,62}"
MAX_NAME, MAX_PREFIX = 63, 253
SHOWN = 100
DIGEST_LETTERS = 8

NAME_RULE = "letters and digits, parted by - _ or . , at most 63 in all"
NAMESPACE_RULE = "letters and digits, parted by single - , at most 63 in all"
TAG_RULE = "small letters, digits and : + # , parted by single - , at most 63 in all"
KEY_RULE = "a key is a name (letters and digits, parted by - _ or . , at most 63), before it at most a domain and a /"
REFERENCE_RULE = "a reference has the form [kind:][namespace/]name"

S = TypeVar("S")


def must(fits: Callable[[str], bool], sentence: str) -> AfterValidator:
    """Refuses a text that does not fit with this sentence."""

    def check(text: str) -> str:
        if not fits(text):
            raise PydanticCustomError("written_otherwise", "{sentence}", {"sentence": sentence})
        return text

    return AfterValidator(check)


def is_name(text: str) -> bool:
    return re.fullmatch(NAME, text) is not None


def is_tag(text: str) -> bool:
    return len(text) <= MAX_NAME and re.fullmatch(TAG, text) is not None


def _is_namespace(text: str) -> bool:
    return len(text) <= MAX_NAME and re.fullmatch(LABEL, text.lower()) is not None


def _is_key(text: str) -> bool:
    prefix, slash, name = text.rpartition("/")
    if not slash:
        return is_name(name)
    labels = prefix.split(".")
    domain = len(prefix) <= MAX_PREFIX and all(len(it) <= MAX_NAME and re.fullmatch(LABEL, it) for it in labels)
    return domain and is_name(name)


def _is_url(text: str) -> bool:
    try:
        TypeAdapter(AnyUrl).validate_python(text)
    except ValidationError:
        return False
    return re.fullmatch(LINE, text) is not None


@dataclass(frozen=True)
class Reference:
    """One entity as others name it."""

    kind: str
    namespace: str
    name: str

    @classmethod
    def parse(cls, text: str, *, kind: str = "", namespace: str = DEFAULT_NAMESPACE) -> Self:
        """`kind` and `namespace` are meant where the text has none. Raises ValueError."""
        before, slash, name = text.partition("/")
        said_kind, colon, rest = before.partition(":")
        said_namespace = rest if colon else said_kind if slash else ""
        if not slash:
            name = rest if colon else text
        found = cls(said_kind if colon else kind, said_namespace if slash else namespace, name)
        if not (found.kind and found.namespace and found.name):
            raise ValueError(REFERENCE_RULE)
        return found

    @property
    def key(self) -> str:
        """Names, namespaces and kinds mean the same in small and capital letters."""
        return str(self).lower()

    def __str__(self) -> str:
        return f"{self.kind.lower()}:{self.namespace}/{self.name}"


def is_reference(text: str) -> bool:
    """Whether it could name an entity: each part by the rule of its own."""
    try:
        found = Reference.parse(text, kind="any")
    except ValueError:
        return False
    return re.fullmatch(KIND, found.kind) is not None and _is_namespace(found.namespace) and is_name(found.name)


def _refers(*, kind: str) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        try:
            Reference.parse(text, kind=kind)
        except ValueError:
            return False
        return True

    return fits


Name = Annotated[str, must(is_name, NAME_RULE)]
Namespace = Annotated[str, must(_is_namespace, NAMESPACE_RULE), AfterValidator(str.lower)]
Key = Annotated[str, must(_is_key, KEY_RULE)]
LabelValue = Annotated[str, must(lambda text: not text or is_name(text), NAME_RULE)]
Tag = Annotated[str, must(is_tag, TAG_RULE)]
Note = Annotated[str, Field(max_length=100_000, pattern=NO_NUL)]
Url = Annotated[str, Field(max_length=2_000), must(_is_url, "this is no URL")]
RefersToKnownKind = Annotated[Line, must(_refers(kind="any"), REFERENCE_RULE)]
Refers = Annotated[Line, must(_refers(kind=""), f"{REFERENCE_RULE}, here with its kind")]


class Read(BaseModel):
    """What is read of a descriptor; fields that nobody here knows are left unread."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, frozen=True)


class Link(Read):
    url: Url
    title: Line | None = None
    icon: Name | None = None
    type: Line | None = None


class Metadata(Read):
    name: Name
    namespace: Namespace = DEFAULT_NAMESPACE
    title: Line | None = None
    description: Prose | None = None
    labels: dict[Key, LabelValue] = Field(default={}, max_length=100)
    annotations: dict[Key, Note] = Field(default={}, max_length=1_000)
    tags: list[Tag] | None = Field(default=None, max_length=100)
    links: list[Link] = Field(default=[], max_length=50)


class Entity(Read, Generic[S]):
    kind: str
    metadata: Metadata
    spec: S

    @property
    def reference(self) -> Reference:
        return Reference(self.kind, self.metadata.namespace, self.metadata.name)

    def refers_to(self, text: str, *, kind: str = "") -> Reference:
        """As it is meant in this entity, whose namespace goes without saying."""
        return Reference.parse(text, kind=kind, namespace=self.metadata.namespace)


class Remark(Schema):
    """`pointer` is a JSON pointer into the descriptor."""

    pointer: str
    message: str


def named(document: Any) -> tuple[str, str]:
    """Kind and name as they are written, right or wrong, for a person to find the descriptor by."""
    metadata = document.get("metadata") if isinstance(document, dict) else None
    kind = document.get("kind") if isinstance(document, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return _shown(kind), _shown(name)


def _shown(said: Any) -> str:
    return said[:SHOWN] if isinstance(said, str) else ""


def faults(error: ValidationError) -> list[Remark]:
    """The first 20, each where it stands."""
    shown = error.errors(include_url=False, include_input=False)[:20]
    places = [[part for part in it["loc"] if part != "[key]"] for it in shown]
    return [
        Remark(pointer=pointer_to(place) if place else "", message=sentence_of(it))
        for place, it in zip(places, shown, strict=True)
    ]


def name_for(text: str, *, marked: bool = False) -> str:
    """The text itself where it is a name. Else, or where it has to be `marked`, what of it can stand in a name, with
    eight letters of a digest that keep different texts apart."""
    if is_name(text) and not marked:
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = "-".join(re.findall(r"[A-Za-z0-9]+", plain))[: MAX_NAME - DIGEST_LETTERS - 1].strip("-")
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LETTERS]
    return f"{stem}-{digest}".lstrip("-")


def filled(fields: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Without what is empty: a descriptor leaves that out."""
    return {name: value for name, value in dict(fields).items() if value not in (None, "", [], {})}
