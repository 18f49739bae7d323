"""What arrives at a service: facts that it reacts to, and what it cannot read, told apart."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from pydantic import ValidationError

from chassis.events import TYPE, Envelope, Reading
from chassis.manifest import Reaction

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Readable:
    """An event, and each reaction to it with its own reading of the fact."""

    envelope: Envelope
    body: bytes
    reactions: Sequence[tuple[Reaction, Reading]]

    @property
    def id(self) -> UUID:
        return self.envelope.id

    @property
    def type(self) -> str:
        return self.envelope.type

    @property
    def subject(self) -> str:
        return self.envelope.subject


@dataclass(frozen=True)
class Unreadable:
    """Something that no waiting will heal: `reason` says what is wrong with it."""

    id: UUID
    type: str
    subject: str
    body: bytes
    reason: str


Arrival = Readable | Unreadable


class Reader:
    """Reads with the eyes of one service: only what it reacts to, and of that only the fields that it needs."""

    def __init__(self, reactions: Sequence[Reaction]) -> None:
        self._reactions: dict[str, list[Reaction]] = {}
        for reaction in reactions:
            self._reactions.setdefault(reaction.reading.type, []).append(reaction)

    @property
    def types(self) -> frozenset[str]:
        return frozenset(self._reactions)

    def read(self, body: bytes) -> Arrival | None:
        """None for an event that this service does not react to."""
        try:
            envelope = _decoded(body)
        except ValueError as error:
            return _not_an_event(body, error)
        reactions = self._reactions.get(envelope.type)
        if reactions is None:
            return self._unknown(envelope, body)
        try:
            return Readable(envelope, body, [(reaction, reaction.reading.of(envelope)) for reaction in reactions])
        except ValidationError as error:
            return Unreadable(envelope.id, envelope.type, envelope.subject, body, reason(error))

    def _unknown(self, envelope: Envelope, body: bytes) -> Unreadable | None:
        """An older version than ours comes beside ours and says nothing new; a newer one waits for a newer release."""
        fact, version = _version(envelope.type)
        if not any(known == fact and version > ours for known, ours in map(_version, self._reactions)):
            return None
        return Unreadable(
            envelope.id, envelope.type, envelope.subject, body, f"{envelope.type} is newer than what this release reads"
        )


def _version(type: str) -> tuple[str, int]:
    match = TYPE.fullmatch(type)
    return (f"{match['service']}.{match['fact']}", int(match["version"])) if match else (type, 0)


def _decoded(body: bytes) -> Envelope:
    envelope = Envelope.decode(body)
    if "\x00" in envelope.type + envelope.subject:
        raise ValueError("its type or subject holds a NUL character")
    return envelope


def _not_an_event(body: bytes, error: ValueError) -> Unreadable:
    """Whoever looks at it sees as much as can be read; its id is drawn from the bytes, so that it is kept only once."""
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        said = {}
    said = said if isinstance(said, dict) else {}
    id = uuid5(NAMESPACE_OID, sha256(body).hexdigest())
    return Unreadable(id, _storable(said.get("type")), _storable(said.get("subject")), body, reason(error))


def _storable(value: object) -> str:
    return storable(value, 200) if isinstance(value, str) and value else UNKNOWN


def storable(text: str, length: int) -> str:
    """Cut to `length`, without the characters that PostgreSQL refuses."""
    return text[:length].replace("\x00", "").encode(errors="replace").decode()


def reason(error: ValueError) -> str:
    """Names the fields that are wrong but not what they hold, which may be nobody's business."""
    if not isinstance(error, ValidationError):
        return str(error)
    faults = [f"/{'/'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_url=False)]
    return "; ".join(faults[:20])
