"""Importing catalog resources: JSON bodies with an @type, each judged and told about by itself."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, JsonValue, ValidationError

from chassis.problems import Problem
from chassis.resources import Part, TimePeriod
from chassis.text import Code, Schema

MAX_RESOURCES, MAX_RESOURCE_BYTES, MAX_DEPTH, MAX_NUMBER = 500, 65_536, 20, 10**15
MAX_BODY_BYTES, MAX_FAULTS = 8 << 20, 20

P = TypeVar("P", bound=Part)
Outcome = Literal["created", "changed", "kept", "unchanged", "refused"]

# Text of others is shown in browsers sooner or later: neither markup nor what runs when it is followed comes in.
MARKUP = re.compile(r"<[A-Za-z/!?]")
RUNS = re.compile(r"(?i)\s*(?:(?:javascript|vbscript):\S|data:\w+/)")


class Fault(Schema):
    pointer: str = Field(description="Where in the resource, as a JSON Pointer.")
    message: str


class ResourceRefused(Exception):
    """A resource that is not taken, and why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults

    @classmethod
    def at(cls, pointer: str, message: str) -> Self:
        return cls(Fault(pointer=pointer, message=message))

    @classmethod
    def by(cls, problem: Problem) -> Self:
        """In the words of the rule that refused it."""
        return cls.at("", problem.detail)


class ImportResources(Schema):
    source: Code = Field(description="The system that says so; its ids count for it alone.")
    resources: Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=MAX_RESOURCES)]


class TakenResource(Schema):
    """`kept`: remembered for its source, nothing else changed by it."""

    position: int | None = Field(description="Null: it came earlier, and was read again for what has come now.")
    type: str | None
    id: str | None = Field(description="By which it is known in its source.")
    outcome: Outcome
    href: str | None = Field(description="What it is here.")
    ignored: list[str] = Field(description="What it says besides: kept for its source, and without effect here.")
    notes: list[str] = Field(description="What could not be taken as it was said, and why.")
    faults: list[Fault]


class ImportedResources(Schema):
    created: int
    changed: int
    kept: int
    unchanged: int
    refused: int
    resources: list[TakenResource]

    @classmethod
    def of(cls, taken: Iterable[TakenResource]) -> Self:
        """In the order in which they came."""
        last = MAX_RESOURCES
        ordered = sorted(taken, key=lambda one: last if one.position is None else one.position)
        outcomes = [one.outcome for one in ordered]
        counts = {name: outcomes.count(name) for name in ("created", "changed", "kept", "unchanged", "refused")}
        return cls.model_validate({**counts, "resources": ordered})


def read(kind: type[P], body: Mapping[str, Any]) -> P:
    """ResourceRefused with what is wrong with the body: the first 20 things."""
    if faults := list(islice(_unfit(body), MAX_FAULTS)):
        raise ResourceRefused(*faults)
    try:
        return kind.model_validate(body, strict=True)
    except ValidationError as error:
        raise ResourceRefused(*faults_of(error, body)[:MAX_FAULTS]) from error


def faults_of(error: ValidationError, body: Mapping[str, Any]) -> list[Fault]:
    return [
        Fault(pointer=_pointer(fault["loc"], body), message=fault["msg"].removeprefix("Value error, "))
        for fault in error.errors(include_url=False, include_input=False)
    ]


def _pointer(steps: Sequence[int | str], body: Any) -> str:
    """Only steps that lead somewhere: validators name alternatives, too. What is missing is the last step."""
    pointer = ""
    for at, step in enumerate(steps):
        inside = step in body if isinstance(body, dict) else isinstance(body, list) and isinstance(step, int)
        if not inside and not (isinstance(body, dict) and at == len(steps) - 1):
            break
        pointer += f"/{_escaped(step)}"
        body = body[step] if inside else None
    return pointer


def _escaped(step: int | str) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _unfit(body: Mapping[str, Any]) -> Iterator[Fault]:
    if len(json.dumps(body, ensure_ascii=False).encode()) > MAX_RESOURCE_BYTES:
        yield Fault(pointer="", message=f"a resource has at most {MAX_RESOURCE_BYTES} bytes")
        return
    yield from _unfit_within(body, "", 0)


def _unfit_within(node: Any, pointer: str, depth: int) -> Iterator[Fault]:
    if depth > MAX_DEPTH:
        yield Fault(pointer=pointer, message=f"it is nested more than {MAX_DEPTH} deep")
        return
    if message := _unfit_value(node):
        yield Fault(pointer=pointer, message=message)
    items: Iterable[tuple[Any, Any]] = (
        node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    )
    for step, inner in items:
        at = f"{pointer}/{_escaped(step)}"
        if isinstance(step, str) and (message := _unfit_value(step)):
            yield Fault(pointer=at, message=message)
        if step == "validFor":
            yield from _unfit_period(inner, at)
        yield from _unfit_within(inner, at, depth + 1)


def _unfit_value(value: Any) -> str | None:
    match value:
        case str() if "\x00" in value:
            return "a NUL character cannot be stored"
        case str() if MARKUP.search(value) or RUNS.match(value):
            return "markup and links that run are not taken; send plain text"
        case int() | float() if not abs(value) < MAX_NUMBER:
            return "a number of more than 15 digits is not taken"
        case _:
            return None


def _unfit_period(value: Any, pointer: str) -> Iterator[Fault]:
    """Also of parts that are only kept: a time that means nothing is not handed on."""
    try:
        TimePeriod.model_validate(value, strict=True)
    except ValidationError as error:
        for fault in faults_of(error, value if isinstance(value, dict) else {}):
            yield Fault(pointer=pointer + fault.pointer, message=fault.message)
