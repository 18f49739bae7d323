"""Facts that services announce, and the CloudEvents envelope in which they travel."""

import re
from datetime import UTC, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PrivateAttr

from chassis.cause import Cause

TYPE = re.compile(r"(?P<service>[a-z]+)\.(?P<fact>[a-z][a-z0-9]*(-[a-z0-9]+)*)\.v(?P<version>[1-9][0-9]*)")


def kebab(name: str) -> str:
    """`ServiceRetired` → `service-retired`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def _checked_type(cls: type, type_: str) -> str:
    match = TYPE.fullmatch(type_)
    if match is None or match["fact"] != kebab(cls.__name__):
        raise TypeError(f"{cls.__name__}: {type_!r} is not <service>.{kebab(cls.__name__)}.v<version>")
    return type_


class Event(BaseModel):
    """A fact. Subclasses name their type: `class ServiceRetired(Event, type="portfolio.service-retired.v1")`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    type: ClassVar[str]

    def __init_subclass__(cls, type: str, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "type" in cls.__annotations__:
            raise TypeError(f"{cls.__name__}: a field of this name would hide the type of the fact")
        cls.type = _checked_type(cls, type)


class Envelope(BaseModel):
    """CloudEvents 1.0 in structured JSON. `sequence` counts the facts of one `subject` (an aggregate's id) from 1."""

    model_config = ConfigDict(frozen=True, extra="allow")

    specversion: str = Field(default="1.0", pattern=r"^1\.0$")
    id: UUID
    source: str = Field(max_length=200)
    type: str = Field(max_length=200)
    subject: str = Field(max_length=200)
    time: AwareDatetime
    datacontenttype: str = "application/json"
    dataschema: str = Field(max_length=400)
    sequence: int = Field(ge=0, le=2**62)
    correlationid: str = Field(max_length=200)
    causationid: str | None = Field(default=None, max_length=200)
    actor: str = Field(max_length=400)
    traceparent: str | None = Field(default=None, max_length=200)
    data: dict[str, Any]

    def encode(self) -> bytes:
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Raises pydantic.ValidationError for anything that is not an event."""
        return cls.model_validate_json(body)


def enveloped(
    event: Event, *, id: UUID, subject: UUID, sequence: int, cause: Cause, at: datetime, traceparent: str | None = None
) -> Envelope:
    service = event.type.split(".")[0]
    return Envelope(
        id=id,
        source=f"/steward/{service}",
        type=event.type,
        subject=str(subject),
        time=at.astimezone(UTC),
        dataschema=f"urn:steward:event:{event.type}",
        sequence=sequence,
        correlationid=cause.correlation_id,
        causationid=cause.causation_id,
        actor=cause.actor,
        traceparent=traceparent,
        data=event.model_dump(mode="json"),
    )


class Reading(BaseModel):
    """What a consumer reads of another service's fact: only the fields it needs, the rest is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
    type: ClassVar[str]
    _envelope: Envelope | None = PrivateAttr(default=None)

    def __init_subclass__(cls, type: str, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.type = _checked_type(cls, type)

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        """Raises pydantic.ValidationError when the fact lacks what the consumer needs."""
        reading = cls.model_validate(envelope.data)
        reading._envelope = envelope
        return reading

    @property
    def envelope(self) -> Envelope:
        if self._envelope is None:
            raise ValueError("this reading was not taken from an event")
        return self._envelope
