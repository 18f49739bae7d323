"""Bodies of YAML or JSON as documents, and back: bounded, with one meaning only, whatever is no null being text."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import yaml
from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from chassis.bodies import JSON_MEDIA, refuse_ambiguous
from chassis.problems import BodyTooLarge, MalformedBody, UnsupportedMediaType

YAML_MEDIA = "application/yaml"
DOCUMENT_MEDIA = (YAML_MEDIA, "application/x-yaml", "text/yaml", JSON_MEDIA)
BODY_BYTES = 4 << 20
MAX_DOCUMENTS, MAX_VALUES, MAX_DEPTH = 5_000, 250_000, 32

NULLS = {"", "~", "null", "Null", "NULL"}
MERGE = "<<"


async def sent_documents(request: Request) -> list[Any]:
    """What the body holds: the documents of YAML, none for an empty one; of JSON one object, a list, or `items`."""
    media = request.headers.get("content-type", YAML_MEDIA).partition(";")[0].strip().lower()
    if media not in DOCUMENT_MEDIA:
        raise UnsupportedMediaType(f"Send the body as one of {', '.join(DOCUMENT_MEDIA)}, not as {media[:80]}.")
    try:
        raw = await request.body()
    except ClientDisconnect as gone:
        raise MalformedBody("The upload broke off before its end.") from gone
    return await asyncio.to_thread(read_json if media == JSON_MEDIA else read_yaml, raw)


SentDocuments = Annotated[list[Any], Depends(sent_documents)]


def read_yaml(raw: bytes) -> list[Any]:
    """Raises MalformedBody with the line. No tags, anchors, aliases or merge keys: what is meant stands there."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MalformedBody("The body is not UTF-8.") from None
    documents = _Documents()
    try:
        for event in yaml.parse(text, yaml.CSafeLoader):
            documents.take(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise MalformedBody(f"Line {line}: {error.problem or 'this is not YAML'}.", line=line) from None
    except yaml.YAMLError as error:
        reason = getattr(error, "reason", None) or "this is not YAML"
        raise MalformedBody(f"The body is not YAML: {reason}.") from None
    return documents.read


def read_json(raw: bytes) -> list[Any]:
    """As `read_yaml`: numbers come as the text that was sent."""
    refuse_ambiguous(raw)
    value = json.loads(raw, parse_int=str, parse_float=str)
    if isinstance(value, dict) and isinstance(value.get("items"), list) and "kind" not in value:
        value = value["items"]
    documents = value if isinstance(value, list) else [value]
    _count(len(documents))
    _weigh(documents)
    return documents


def write_yaml(documents: Iterable[Any]) -> str:
    """Texts that another reader could take for something else are quoted."""
    return yaml.dump_all(
        documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, explicit_start=True, width=1_000
    )


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """YAML 1.2 knows numbers that 1.1 does not: plain is only what begins with a letter."""
    plain = text[:1].isascii() and text[:1].isalpha()
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _text)


class _Documents:
    """Built from the events of a parser, so that nothing is built that is too much."""

    def __init__(self) -> None:
        self.read: list[Any] = []
        self._open: list[dict[str, Any] | list[Any]] = []
        self._keys: list[str | None] = []  # of each open mapping the key whose value is awaited
        self._values = 0

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.AliasEvent():
                raise _refused(event, "aliases are not taken; write the value out")
            case yaml.ScalarEvent():
                self._begin(event)
                self._place(event, _scalar(event))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._begin(event)
                self._descend(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._open.pop()
                self._keys.pop()

    def _begin(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            raise _refused(event, "anchors are not taken")
        if getattr(event, "tag", None) is not None:
            raise _refused(event, "tags are not taken; write the text itself")
        self._values += 1
        if self._values > MAX_VALUES:
            raise _too_many_values()

    def _descend(self, event: yaml.Event, container: dict[str, Any] | list[Any]) -> None:
        if len(self._open) == MAX_DEPTH:
            raise _refused(event, f"nested deeper than {MAX_DEPTH} levels")
        self._place(event, container)
        self._open.append(container)
        self._keys.append(None)

    def _place(self, event: yaml.Event, value: Any) -> None:
        if not self._open:
            if value is not None:
                self.read.append(value)
                _count(len(self.read))
            return
        container = self._open[-1]
        if isinstance(container, list):
            container.append(value)
        elif (key := self._keys[-1]) is None:
            self._keys[-1] = _key(event, value, container)
        else:
            container[key], self._keys[-1] = value, None


def _key(event: yaml.Event, value: Any, mapping: dict[str, Any]) -> str:
    if not isinstance(value, str) or value == MERGE:
        raise _refused(event, "a key is a text")
    if value in mapping:
        raise _refused(event, f"the key {value[:80]!r} stands twice in one mapping")
    return value


def _scalar(event: yaml.ScalarEvent) -> str | None:
    value = str(event.value)
    if "\0" in value:
        raise _refused(event, "a NUL character cannot be stored")
    return None if event.implicit[0] and value in NULLS else value


def _refused(event: yaml.Event, reason: str) -> MalformedBody:
    line = event.start_mark.line + 1 if event.start_mark else 1
    return MalformedBody(f"Line {line}: {reason}.", line=line)


def _count(documents: int) -> None:
    if documents > MAX_DOCUMENTS:
        raise BodyTooLarge(f"Send at most {MAX_DOCUMENTS} documents at a time.", max_documents=MAX_DOCUMENTS)


def _too_many_values() -> BodyTooLarge:
    return BodyTooLarge(f"The body holds more than {MAX_VALUES} values; send it in parts.")


def _weigh(documents: Sequence[Any]) -> None:
    """The bounds of YAML for what JSON has read."""
    level: list[Any] = list(documents)
    depth = values = 0
    while level:
        values += len(level)
        if values > MAX_VALUES:
            raise _too_many_values()
        below: list[Any] = []
        for value in level:
            if isinstance(value, str):
                _storable(value)
            elif isinstance(value, dict | list) and depth == MAX_DEPTH:
                raise MalformedBody(f"The body is nested deeper than {MAX_DEPTH} levels.")
            elif isinstance(value, dict):
                below.extend(value)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        level, depth = below, depth + 1


def _storable(text: str) -> None:
    if "\0" in text:
        raise MalformedBody("A NUL character cannot be stored.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise MalformedBody("The body has half of a character: a lone surrogate.") from None
