"""Catalog resources as TM Forum's REST guidelines have them, and the words that all of its catalogs share."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from chassis.text import LINE, Instant, Line, Prose

Body = dict[str, Any]

LIFECYCLE = ("In study", "In design", "In test", "Active", "Launched", "Retired", "Obsolete", "Rejected")


def spoken(word: str | None) -> str:
    """`In Study`, `in-study`, `inStudy` → `instudy`."""
    return re.sub(r"[^a-z]", "", (word or "").casefold())


def _known_lifecycle(status: str) -> str:
    if spoken(status) not in {spoken(word) for word in LIFECYCLE}:
        raise PydanticCustomError("lifecycle", "lifecycleStatus is one of: {words}", {"words": ", ".join(LIFECYCLE)})
    return status


Link = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=LINE)]
LifecycleStatus = Annotated[Line, AfterValidator(_known_lifecycle)]


class Part(BaseModel):
    """A part of a body, whose names are in camel case. What is not read of it stays in it."""

    model_config = ConfigDict(
        extra="allow",
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
        allow_inf_nan=False,
    )


class TimePeriod(Part):
    start_date_time: Instant | None = None
    end_date_time: Instant | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.start_date_time and self.end_date_time and self.end_date_time <= self.start_date_time:
            raise ValueError("endDateTime is not after startDateTime")
        return self


class Reference(Part):
    """Names another resource: by its id or, where that says nothing to us, its name."""

    id: Line | None = None
    href: Link | None = None
    name: Line | None = None


class VersionedReference(Reference):
    revision: Line | None = Field(default=None, alias="version")


class RelatedParty(Reference):
    role: Line | None = None


class Resource(Part):
    """What all resources say. `revision` is their `version`, which is no version of a row."""

    id: Line | None = None
    href: Link | None = None
    name: Line
    description: Prose | None = None
    revision: Line | None = Field(default=None, alias="version")
    lifecycle_status: LifecycleStatus | None = None
    valid_for: TimePeriod | None = None
    base_type: Line | None = Field(default=None, alias="@baseType")
    type: Line | None = Field(default=None, alias="@type")


def own(href: str | None, path: str) -> UUID | None:
    """The id in a link to one of our own resources: `path` followed by it."""
    found = re.fullmatch(rf".*{re.escape(path)}/([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})", href or "")
    return UUID(found[1]) if found else None


def as_known_to_source(ours: Body, theirs: Body, *, changed: Collection[str]) -> Body:
    """What we say, in the words of the source where nothing that it said has changed since, and all that it says
    besides. Where it stands here, and in which stage of its life, is always ours."""
    always = {*changed, *({"href", "lifecycleStatus"} & ours.keys())}
    return {**ours, **{name: said for name, said in theirs.items() if name not in always}}


def valid_for(since: date | None, until: date | None) -> Body:
    """The field of that name, if there is anything to say. Days begin and end at midnight, UTC; what begins and ends on
    one day is valid for no time."""
    if since and until and until <= since:
        return {}
    start = {"startDateTime": _midnight(since)} if since else {}
    end = {"endDateTime": _midnight(until)} if until else {}
    return {"validFor": {**start, **end}} if start or end else {}


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat().replace("+00:00", "Z")
